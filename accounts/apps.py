from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    label = "accounts"
    verbose_name = "账号"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registries of the kernel and of the territory."""
        from accounts import registration
        from accounts.api import schema  # noqa: F401 - loading it is what the schema's generator needs

        registration.register()
