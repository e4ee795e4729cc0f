from django.apps import AppConfig
from django.http import HttpRequest
from django.urls import reverse


class OutboxConfig(AppConfig):
    name = "governance.outbox"
    label = "outbox"
    verbose_name = "消息"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from governance.outbox import registry
        from governance.outbox.gathering import GATHERED
        from governance.outbox.models import Delivery
        from governance.privacy.registry import register_sealed
        from governance.ui import nav

        register_sealed(Delivery, "address_sealed", context=lambda delivery: delivery.address_context)
        registry.register_subject(GATHERED, url=lambda pk: reverse("outbox:gathered", args=[pk]))
        nav.set_unread_counter(_unread)
        nav.set_links(inbox="outbox:inbox", bell="outbox:bell")


def _unread(request: HttpRequest) -> int:
    from governance.outbox.selectors import unread_count

    return unread_count(request.actor.user_id)  # type: ignore[attr-defined]
