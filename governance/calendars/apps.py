from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "governance.calendars"
    label = "calendars"
    verbose_name = "工作日历"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.audit import actions
        from governance.calendars.services import FOLLOW_JOB, SUBJECT, follow_all
        from governance.jobs import registry
        from governance.ui import nav

        actions.register_subject(SUBJECT, "工作日历")
        actions.register_action("calendar.hours", "修改作息时间")
        actions.register_action("calendar.set_day", "设置放假或上班日")
        actions.register_action("calendar.remove_day", "删除放假或上班日")
        actions.register_action("calendar.import_year", "导入年度放假安排")
        actions.register_action("calendar.import_days", "按放假通知导入日期")
        registry.register(FOLLOW_JOB, follow_all)
        nav.register(
            nav.NavItem(
                "工作日历", "calendars:calendar", "calendar-time", right="policy.edit", group="规则设置", order=20,
                owns=("calendars:*",),
            )
        )  # fmt: skip
