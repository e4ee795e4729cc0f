from django.apps import AppConfig


class AppealsConfig(AppConfig):
    name = "appeals"
    label = "appeals"
    verbose_name = "诉求"
    default_auto_field = "django.db.models.BigAutoField"
