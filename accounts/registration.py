"""What the accounts tell the lower rooms: who may what, what a record's actions are called, what ends with a unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts import acting, selectors
from accounts.models import ROLE_LABELS, Posting, StaffImport, User
from accounts.rights import may
from accounts.services import staff_import, unit_closed
from accounts.services.users import phone_context
from governance.audit import actions
from governance.deadlines import guard
from governance.errors import NotAllowed
from governance.jobs import registry as jobs
from governance.outbox.services import notify
from governance.privacy.registry import register_sealed
from governance.scope import Actor, Role
from governance.sheets import registry as sheets
from governance.ui import nav
from grids import registry as territory
from grids.models import Unit

ACTIONS = {
    "account.add": "新增账号",
    "account.change": "修改人员信息",
    "account.disable": "停用账号",
    "account.enable": "启用账号",
    "account.unlock": "解除锁定",
    "account.locked_out": "连续输错密码被锁定",
    "account.import_upload": "上传人员名单",
    "account.import_start": "开始导入人员",
    "account.import": "批量导入人员",
    "account.import_passwords": "下载初始密码",
    "account.setup": "初始化安装",
    "password.change": "修改密码",
    "password.reset": "重置密码",
    "posting.grant": "设置岗位",
    "posting.end": "结束岗位",
    "posting.move": "调动岗位",
    "session.begin": "登录",
    "session.leave": "退出登录",
    "session.act_as": "切换岗位",
    "session.end": "下线一个会话",
    "session.end_all": "全部下线",
    "token.issue": "签发接口令牌",
    "token.revoke": "吊销接口令牌",
}


def register() -> None:
    """Called once, when the app is ready."""
    for code, label in ACTIONS.items():
        actions.register_action(code, label)
    actions.register_subject("user", "账号")
    actions.register_subject("staff_import", "人员导入")
    guard.register_tell(_tell_in_charge)
    nav.set_right_checker(may)
    sheets.connect(sheets.People(deciders=selectors.who_may, below=_units_below))
    nav.set_posting_lister(_choices)
    nav.set_role_namer(lambda actor: ROLE_LABELS[actor.role] if actor.role else "")
    nav.register(
        nav.NavItem(
            "人员与账号",
            "accounts:staff",
            "users",
            right="account.edit",
            group="安全管理",
            phone=1,
            phone_label="人员",
            owns=("accounts:staff_*",),
        ),
    )
    register_sealed(User, "phone_sealed", context=phone_context)
    for field in ("rows_sealed", "refused_sealed", "passwords_sealed"):
        register_sealed(StaffImport, field, context=_bound_to(field))
    jobs.register_actor_loader(_load_actor)
    jobs.register(
        staff_import.KIND,
        staff_import.run_job,
        result_url=lambda job: reverse("accounts:staff_import_detail", args=[job.params["import_id"]]),
    )
    register_sealed(User, "phone_sealed", context=phone_context)
    for field in ("rows_sealed", "refused_sealed", "passwords_sealed"):
        register_sealed(StaffImport, field, context=partial(staff_import.sealed_context, field=field))
    territory.register_on_unit_closed(unit_closed)
    territory.register_open_work(_postings_of_units)
    territory.register_unit_section(_people_on_duty, order=10)


def _bound_to(field: str) -> Callable[[StaffImport], str]:
    return lambda kept: f"{field}:{kept.pk}"


def _units_below(actor: Actor) -> Any:
    below = Unit.objects.visible_to(actor).filter(district_id=actor.district_id)
    return below.values("pk")


def _choices(request: HttpRequest) -> Iterable[nav.PostingChoice]:
    acting_as: Actor | None = request.actor  # type: ignore[attr-defined]
    return [
        nav.PostingChoice(p.pk, p.place, p.role_label, acting_as is not None and p.pk == acting_as.posting_id)
        for p in request.postings  # type: ignore[attr-defined]
    ]


def _load_actor(posting_id: int, now: datetime) -> Actor:
    posting = Posting.objects.select_related("user", "unit").filter(pk=posting_id).first()
    if posting is None:
        raise NotAllowed("该岗位不存在。")
    return acting.actor_from(posting, now=now)


def _postings_of_units(unit_ids: Sequence[int]) -> list[territory.OpenWork]:
    today = timezone.localdate()
    count = Posting.objects.current_or_coming(today).filter(unit_id__in=unit_ids).count()
    return [territory.OpenWork("在任岗位（随单位撤销而结束）", count, blocks=False, counter="个")]


def _people_on_duty(request: HttpRequest, unit: Unit) -> SafeString | None:
    people = selectors.on_duty(unit.pk, timezone.now())
    return render_to_string("accounts/on_duty.html", {"people": people, "unit": unit}, request=request)


def _tell_in_charge(title: str, body: str, now: datetime) -> None:
    """The engine of limits stopped, or goes on: the system administrators and the district centre are told."""
    in_charge = Posting.objects.in_force(timezone.localdate(now))
    people = in_charge.filter(role__in=(Role.SYSTEM_ADMIN.value, Role.DISTRICT_CENTRE.value))
    ids = sorted(set(people.values_list("user_id", flat=True)))
    notify(user_ids=ids, key=f"clock-guard:{now.isoformat()}", title=title, body=body[:500], level="over", now=now)
