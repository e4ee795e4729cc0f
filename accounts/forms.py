"""Forms of signing in and of one's own account."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms

from accounts.passwords import PolicyValidator


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


def _password(label: str, complete: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": complete})
    return forms.CharField(label=label, max_length=128, strip=False, widget=widget, help_text=help_text)


class PasswordForm(forms.Form):
    """The present password, and the new one twice."""

    old = _password("当前密码", "current-password")
    new = _password("新密码", "new-password", PolicyValidator().get_help_text())
    again = _password("再输入一次新密码", "new-password")

    def clean_again(self) -> str:
        """The same both times."""
        again: str = self.cleaned_data["again"]
        if "new" in self.cleaned_data and again != self.cleaned_data["new"]:
            raise forms.ValidationError("两次输入的新密码不一致，请重新输入。")
        return again
