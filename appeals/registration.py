"""What the appeals room gives to the registries of the rooms below it, at start-up."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from accounts.rights import may
from accounts.services import setup
from appeals import couriers, of_people
from appeals.actions import register_actions
from appeals.categories import ensure_default_categories
from appeals.clocks import REVIEW, SUBJECT
from appeals.handlers import AppealClocks
from appeals.imports.registration import register_import
from appeals.models import Appeal
from appeals.navigation import register_pages
from appeals.people import identity_context, phone_context
from appeals.rules import ensure_default_rules
from appeals.services import adopt
from appeals.services.hotline import take_refusal
from appeals.units import hand_over, open_work
from appeals.workflow import STEPS
from governance.audit import actions
from governance.calendars.defaults import ensure_default_calendar
from governance.deadlines import adoption
from governance.deadlines import registry as deadlines
from governance.deadlines.defaults import ensure_default_policies
from governance.files import registry as files
from governance.outbox import registry as outbox
from governance.privacy.registry import register_sealed
from governance.scope import Actor
from grids import registry as territory
from members import registry as people
from members.care import registry as care
from members.models import CareRecord

_ACTIONS = {
    "appeal.register": "登记诉求",
    "appeal.progress_read": "诉求人查询进度",
    "appeal.yellow": "黄牌预警",
    "appeal.red": "红牌",
    "appeal.escalate_secretary": "超时报街道书记",
    "appeal.supervision_order": "超时列入督办",
    "appeal.district_leader_list": "超时列入区领导清单",
    "appeal.window_lapsed": "退单期限已过",
    "appeal.hotline_returned": "热线退回",
    "demo.territory": "载入演示区划",
    "demo.appeals": "载入演示诉求",
    "demo.people": "载入演示居民",
    "demo.seeded": "载入演示区",
}


def register_all() -> None:
    """Called once, when Django is ready."""
    deadlines.register(SUBJECT, AppealClocks())
    register_actions()
    adoption.register(
        SUBJECT, adoption.Adopter(adopt.waiting, adopt.adopt, frozenset({REVIEW}), "appeals:policy_rules", noun="诉求")
    )
    outbox.register_refusal("hotline", take_refusal)
    outbox.register_subject(SUBJECT, url=lambda pk: reverse("appeals:detail", args=[pk]))
    files.register_owner(SUBJECT, may_see=_may_see)
    actions.register_subject(SUBJECT, "诉求")
    for code, label in {**_ACTIONS, **{f"appeal.{step.name}": step.label for step in STEPS.values()}}.items():
        actions.register_action(code, label)
    actions.register_action("privacy.read", "查看完整号码", is_look=True)
    register_sealed(Appeal, "phone_sealed", context=phone_context)
    register_sealed(Appeal, "identity_sealed", context=identity_context)
    territory.register_open_work(open_work)
    territory.register_on_unit_closed(hand_over)
    setup.register_step(_begin)
    people.register_section(of_people.of_person, order=people.APPEALS)
    people.register_household_section(of_people.of_household, order=people.APPEALS)
    care.register_help(_help)
    register_import()
    register_pages()
    couriers.register()


def _begin(district_id: int, by: Actor, now: datetime) -> str:
    """What a real district begins with: the default calendar, policies and categories, all of them editable."""
    ensure_default_calendar()
    ensure_default_policies(now)
    ensure_default_categories()
    ensure_default_rules()
    return "已准备默认的工作日历、办理时限和诉求分类，可由区网格中心修改。"


def _may_see(actor: Actor, appeal_id: int) -> bool:
    """The files of an appeal are for those who see the appeal."""
    return Appeal.objects.visible_to(actor).filter(pk=appeal_id).exists()


def _help(actor: Actor, record: CareRecord) -> care.HelpLink | None:
    """A visit found somebody in need: an appeal from where they live. No name stands in the address."""
    if not may(actor, "appeal.register"):
        return None
    return care.HelpLink("登记为诉求", f"{reverse('appeals:register')}?unit={record.grid_id or record.community_id}")
