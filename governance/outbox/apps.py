from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "governance.outbox"
    label = "outbox"
    verbose_name = "消息"
    default_auto_field = "django.db.models.BigAutoField"
