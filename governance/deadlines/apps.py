from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "governance.deadlines"
    label = "deadlines"
    verbose_name = "时限引擎"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.audit import actions
        from governance.calendars import followers
        from governance.deadlines.following import behind, follow, preview
        from governance.deadlines.guard import SUBJECT
        from governance.ui import nav

        followers.register(preview, follow, behind)
        actions.register_subject(SUBJECT, "系统时钟")
        for code, label in {"hold": "暂停时限引擎", "release": "恢复时限引擎", "confirm": "确认系统时间"}.items():
            actions.register_action(f"clock.{code}", label)
        nav.register(
            nav.NavItem("系统时钟", "deadlines:clock", "clock-check", right="setting.edit", group="系统管理", order=10)
        )
        nav.register(
            nav.NavItem(
                "时限方案", "deadlines:policies", "clock-hour-4", right="policy.edit", group="规则设置", order=10
            )
        )
