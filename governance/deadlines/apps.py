from django.apps import AppConfig
from django.urls import reverse


class DeadlinesConfig(AppConfig):
    name = "governance.deadlines"
    label = "deadlines"
    verbose_name = "时限引擎"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.audit import actions
        from governance.calendars import followers
        from governance.deadlines import adoption, policies
        from governance.deadlines.following import behind, follow, preview
        from governance.deadlines.guard import SUBJECT
        from governance.jobs import registry as jobs
        from governance.ui import nav

        followers.register(preview, follow, behind)
        jobs.register(adoption.KIND, adoption.adopt_work, result_url=lambda job: reverse("deadlines:policies"))
        actions.register_subject(policies.SUBJECT, "时限方案")
        for code, label in {
            "add": "新增时限方案",
            "version": "修改时限方案",
            "withdraw": "撤回时限方案版本",
            "apply": "新版本用于未办结事项",
        }.items():
            actions.register_action(f"policy.{code}", label)
        actions.register_subject(SUBJECT, "系统时钟")
        for code, label in {"hold": "暂停时限引擎", "release": "恢复时限引擎", "confirm": "确认系统时间"}.items():
            actions.register_action(f"clock.{code}", label)
        nav.register(
            nav.NavItem("系统时钟", "deadlines:clock", "clock-check", right="setting.edit", group="系统管理", order=10)
        )
        nav.register(
            nav.NavItem(
                "时限方案", "deadlines:policies", "clock-hour-4", right="policy.edit", group="规则设置", order=10,
                owns=("deadlines:policy_add", "deadlines:policy_edit", "deadlines:policy_apply"),
            )
        )  # fmt: skip
