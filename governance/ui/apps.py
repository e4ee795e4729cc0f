"""The interface as an app."""

from django.apps import AppConfig
from django.forms import fields


class UiConfig(AppConfig):
    name = "governance.ui"
    label = "ui"
    verbose_name = "界面"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Lets an empty field say what to do, instead of what it is."""
        fields.Field.default_error_messages["required"] = "请填写这一项。"
        fields.ChoiceField.default_error_messages["required"] = "请选择一项。"
        fields.FileField.default_error_messages["required"] = "请选择文件。"
        fields.BooleanField.default_error_messages = {"required": "请勾选后再提交。"}
