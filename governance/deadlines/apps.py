from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "governance.deadlines"
    label = "deadlines"
    verbose_name = "时限引擎"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.calendars import followers
        from governance.deadlines.following import follow, preview
        from governance.ui import nav

        followers.register(preview, follow)
        nav.register(
            nav.NavItem(
                "时限方案", "deadlines:policies", "clock-hour-4", right="policy.edit", group="规则设置", order=10
            )
        )
