from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "governance.audit"
    label = "audit"
    verbose_name = "审计记录"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.audit import actions, work
        from governance.jobs import registry
        from governance.ui import nav

        actions.register_action(work.EXPORT, "导出审计记录")
        actions.register_action(work.VERIFY, "核对审计记录")
        actions.register_subject("audit", "审计记录")
        registry.register(work.EXPORT, work.export)
        registry.register(work.VERIFY, work.verify)
        nav.register(
            nav.NavItem("审计记录", "audit:list", "shield-search", right="audit.read", group="审计", owns=("audit:*",))
        )
