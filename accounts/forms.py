"""Forms of signing in and of one's own account."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms


class SignInForm(forms.Form):
    """Account and password, as typed on any keyboard."""

    username = forms.CharField(
        label="账号",
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What was typed is never sent back; a demo account's password, filled in by its link, is.
        self.fields["password"].widget.render_value = not self.is_bound

    def clean_username(self) -> str:
        """In half-width lower case: accounts are found without regard to either."""
        return unicodedata.normalize("NFKC", self.cleaned_data["username"]).strip().lower()
