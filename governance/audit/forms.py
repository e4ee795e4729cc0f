"""What an auditor fills in."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator


class VerifyForm(forms.Form):
    """A digest that was written down at an earlier check, if there is one."""

    expect_head = forms.CharField(
        label="以前记下的链首摘要",
        required=False,
        strip=True,
        help_text="可不填。填写后还会核对：从那时起，末尾的封存没有被整段删除。",
        validators=[RegexValidator(r"^[0-9a-fA-F]{64}$", "摘要是 64 位的数字和字母 a–f，请核对是否抄写完整。")],
    )
