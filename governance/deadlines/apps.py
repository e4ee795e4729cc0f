from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "governance.deadlines"
    label = "deadlines"
    verbose_name = "时限引擎"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.calendars import followers
        from governance.deadlines.following import preview, recalculate_for_calendar

        followers.register(preview, recalculate_for_calendar)
