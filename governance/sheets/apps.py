from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "governance.sheets"
    label = "sheets"
    verbose_name = "表格导入导出"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registries of the kernel."""
        from governance.sheets import registration

        registration.register()
