from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "governance.jobs"
    label = "jobs"
    verbose_name = "后台任务"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.audit import actions
        from governance.ui import nav

        actions.register_action("job.cancel", "取消后台任务")
        actions.register_action("job.download", "下载任务结果")
        actions.register_subject("job", "后台任务")
        nav.register(nav.NavItem("后台任务", "jobs:list", "progress", group="工作台", order=90, owns=("jobs:*",)))
