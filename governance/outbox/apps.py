from django.apps import AppConfig
from django.http import HttpRequest
from django.urls import reverse


class OutboxConfig(AppConfig):
    name = "governance.outbox"
    label = "outbox"
    verbose_name = "消息"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.audit import actions
        from governance.outbox import registry
        from governance.outbox.gathering import GATHERED
        from governance.outbox.models import Delivery
        from governance.privacy.registry import register_sealed
        from governance.ui import nav

        register_sealed(Delivery, "address_sealed", context=lambda delivery: delivery.address_context)
        registry.register_subject(GATHERED, url=lambda pk: reverse("outbox:gathered", args=[pk]))
        actions.register_subject("outbox.delivery", "外发消息")
        actions.register_subject("outbox.quiethours", "免打扰时段")
        actions.register_action("outbox.retry", "重新发送消息")
        actions.register_action("outbox.quiet", "设置免打扰时段")
        nav.register(
            nav.NavItem(
                "发送记录", "outbox:deliveries", "send", right="outbox.see_deliveries", group="系统管理", order=20,
                owns=("outbox:quiet",),
            )
        )  # fmt: skip
        nav.set_unread_counter(_unread)
        nav.set_links(inbox="outbox:inbox", bell="outbox:bell")


def _unread(request: HttpRequest) -> int:
    from governance.outbox.selectors import unread_count

    return unread_count(request.actor.user_id)  # type: ignore[attr-defined]
