"""What belongs to a person rather than to a place, as data: who made it reaches it, and nobody beside them does.

A kind here has a maker in `MAKERS`: called with the owner, it gives what the address needs.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from accounts.models import StaffImport, User, UserSession
from appeals.models import ExportRequest, ImportFile, ImportTemplate
from governance.files import services as files
from governance.jobs import services as jobs
from governance.outbox.models import InboxItem
from governance.outbox.services import notify
from governance.scope import Actor, Role
from governance.sheets import sealed
from governance.sheets.models import SheetExport, SheetUpload
from governance.ui.models import SavedView
from members.models import Activity, Person, SignUp
from points.models import Round, RoundNomination
from tests.files.crafted import picture, upload
from tests.rights.making.shop import paid_order


@dataclass(frozen=True)
class Owned:
    """A kind of thing that a person has. `also` are roles of the first line that reach it, too."""

    name: str
    owner: Role
    routes: tuple[str, ...]
    also: frozenset[Role] = frozenset()


DC, SS, SE, GW = Role.DISTRICT_CENTRE, Role.STREET_STAFF, Role.SECURITY_ADMIN, Role.GRID_WORKER

OWNED: tuple[Owned, ...] = (
    Owned("session", SS, ("accounts:session_end",)),
    Owned("staff_import", SE, (
        "accounts:staff_import_detail", "accounts:staff_import_start", "accounts:staff_import_refused",
        "accounts:staff_import_passwords",
    )),
    Owned("draft_file", SS, ("files:open", "files:thumbnail", "files:discard", "api:attachment")),
    Owned("job", DC, ("jobs:detail", "jobs:progress", "jobs:cancel", "jobs:download")),
    Owned("message", SS, ("outbox:gathered", "outbox:open", "outbox:read", "api:inbox_read")),
    Owned("saved_view", SS, ("ui:delete_view",)),
    Owned("import_file", DC, (
        "imports:detail", "imports:columns", "imports:progress", "imports:start", "imports:stop", "imports:discard",
        "imports:refused", "api:import", "api:import_start",
    )),
    Owned("sheet_upload", Role.COMMUNITY_WORKER, (
        "sheets:upload", "sheets:progress", "sheets:start", "sheets:stop", "sheets:discard", "sheets:refused",
    )),
    # Who may approve, at or above the unit that asks.
    Owned("sheet_export", Role.COMMUNITY_WORKER, ("sheets:export", "sheets:export_begin", "sheets:export_file"),
          also=frozenset({Role.COMMUNITY_SECRETARY, Role.STREET_LEADER})),
    # A volunteer with an account comes, or does not, for themselves.
    Owned("own_sign_up", GW, ("members:volunteer_withdraw", "members:volunteer_check_in")),
    # A member with an account sees the code of their own order.
    Owned("own_points_order", GW, ("points:my_order", "points:my_order_cancel")),
    # Who nominated somebody may take it back.
    Owned("own_nomination", GW, ("points:nomination_withdraw",)),
    # Leaders of the unit that asks, and of those above it, decide.
    Owned("export", SS, ("appeals:export", "appeals:export_begin", "appeals:export_file"),
          also=frozenset({Role.STREET_LEADER, Role.DISTRICT_CENTRE})),
)  # fmt: skip

# Routes about an object that has neither place nor owner: whoever has the right reaches each of them.
SHARED: dict[str, str] = {
    "grids:site_kind_edit": "one set of kinds for the whole district",
    "grids:site_kind_remove": "one set of kinds for the whole district",
    "appeals:category": "one category tree for the whole district",
    "appeals:category_active": "one category tree for the whole district",
    "audit:detail": "the auditor reads the whole record",
    "appeals:policy_rule": "one set of rules for the whole district",
    "appeals:policy_rule_remove": "one set of rules for the whole district",
    "deadlines:policy_edit": "one set of policies for the whole district",
    "deadlines:policy_apply": "one set of policies for the whole district",
    "deadlines:version_withdraw": "one set of policies for the whole district",
    "members:care_kind": "one set of special care lists for the whole district",
    "calendars:year": "one calendar for the whole district",
    "calendars:import_year": "one calendar for the whole district",
    "calendars:import_announced": "one calendar for the whole district",
    "calendars:announced_template": "one calendar for the whole district",
    "calendars:day_edit": "one calendar for the whole district",
    "calendars:day_delete": "one calendar for the whole district",
    "imports:template_delete": "templates are shared by the district centre",
    "sheets:import": "a sheet is a kind of table, the same for all who may import it",
    "sheets:template": "a sheet is a kind of table, the same for all who may import it",
    "sheets:ask": "a sheet is a kind of table; what leaves is narrowed to one's own scope",
    "points:rule_change": "one set of rules of earning for the whole district",
    "points:rule_end": "one set of rules of earning for the whole district",
    "points:odd_rule": "one set of rules of earning for the whole district",
    "points:shop_goods": "goods and prices are for everybody of the district; who orders is checked by the order",
    "points:my_round": "a round is for everybody of its area (tests/points/rounds)",
    "points:self_nominate": "a round is for everybody of its area (tests/points/rounds)",
    "points:score": "who is of the jury scores (tests/points/rounds)",
    "points:public_notice": "a notice of points is for everybody who has its code, signed in or not",
    "members:volunteer_join": "what is open for sign-up is so for every volunteer of the community",
}

# Where a stranger is led back with a message: the same words as for what is gone, and the thing is still there.
LED_BACK = frozenset({
    "accounts:session_end", "ui:delete_view", "accounts:staff_import_start", "accounts:staff_import_passwords",
})  # fmt: skip


def _session(owner: Actor, now: datetime) -> Model:
    user = User.objects.get(pk=owner.user_id)
    return UserSession.objects.create(
        user=user, session_key="someone-elses-browser", ip="10.0.0.1", agent="浏览器", started_at=now, seen_at=now
    )


def _staff_import(owner: Actor, now: datetime) -> Model:
    return StaffImport.objects.create(file_name="名单.xlsx", uploaded_by_id=owner.user_id, uploaded_at=now)


def _draft(owner: Actor, now: datetime) -> Model:
    return files.store(upload=upload("楼道.jpg", picture()), kind="photo", by=owner, now=now)


def _job(owner: Actor, now: datetime) -> Model:
    return jobs.create(kind="appeals.export", title="导出", params={}, by=owner, now=now)


def _message(owner: Actor, now: datetime) -> Model:
    notify(user_ids=[owner.user_id], key="walk", title="有新工单", now=now)
    return InboxItem.objects.get(user_id=owner.user_id, key="walk")


def _view(owner: Actor, now: datetime) -> Model:
    return SavedView.objects.create(user_id=owner.user_id, page="appeals", name="超期的", query="tab=late")


def _import_file(owner: Actor, now: datetime) -> Model:
    found = ImportFile(
        name="热线工单.xlsx", size=1, layout={"headers": ["编号"], "first_row": 2}, uploaded_by_user=owner.user_id,
        uploaded_at=now,
    )  # fmt: skip
    found.file.save("热线工单.xlsx", io.BytesIO(b"x"))
    return found


def _export(owner: Actor, now: datetime) -> Model:
    return ExportRequest.objects.create(
        purpose="季度分析", count=5_000, asked_by_user=owner.user_id, asked_by_name=owner.user_name,
        asked_by_unit_id=owner.unit_id, asked_at=now,
    )  # fmt: skip


def _sheet_upload(owner: Actor, now: datetime) -> Model:
    found = SheetUpload.objects.create(
        sheet="persons", file_name="居民.xlsx", size=1, digest="0" * 64, unit_id=owner.unit_id,
        uploaded_by_user=owner.user_id, uploaded_by_name=owner.user_name, uploaded_at=now,
        check_job=jobs.create(kind="sheets.check", title="检查", params={}, by=owner, now=now),
    )  # fmt: skip
    sealed.keep_file(found, io.BytesIO(b"x"))
    found.save()
    return found


def _sheet_export(owner: Actor, now: datetime) -> Model:
    return SheetExport.objects.create(
        sheet="persons", purpose="入户走访名单", count=3, needs_approval=True, asked_by_user=owner.user_id,
        asked_by_name=owner.user_name, asked_by_unit=owner.unit_id, asked_by_unit_name=owner.unit_name, asked_at=now,
    )  # fmt: skip


def _own_sign_up(owner: Actor, now: datetime) -> Model:
    """Of the resident whose phone number is the account's, for an activity that is under way."""
    person, place = _resident(owner, now)
    one = Activity.objects.create(
        title="楼道清洁志愿服务", kind="environment", address="幸福里广场", starts_at=now, planned_minutes=120,
        ends_at=now + timedelta(hours=2), state="running", made_by_user=0, made_by_name="社区", made_at=now,
        changed_at=now, unit_id=owner.unit_id, **place,
    )  # fmt: skip
    return SignUp.objects.create(
        activity=one, person=person, at=now, by_name=owner.user_name, starts_at=one.starts_at, ends_at=one.ends_at
    )


def _resident(owner: Actor, now: datetime) -> tuple[Person, dict[str, int | None]]:
    """The resident whose phone number is the account's, and where they live."""
    index = f"phone-of-{owner.user_id}"
    User.objects.filter(pk=owner.user_id).update(phone_index=index)
    place = {
        "district_id": owner.district_id, "street_id": owner.street_id, "community_id": owner.community_id,
        "grid_id": owner.grid_id,
    }  # fmt: skip
    known = {"name": owner.user_name, "seal_key": uuid.uuid4(), "made_at": now, "changed_at": now, **place}
    person, _ = Person.objects.get_or_create(phone_index=index, defaults=known)
    return person, place


def _own_points_order(owner: Actor, now: datetime) -> Model:
    """An order of the same resident, that is paid and waits."""
    person, _ = _resident(owner, now)
    return paid_order(person, owner, now)


def _own_nomination(owner: Actor, now: datetime) -> Model:
    """Of somebody in the grid, while nominations are taken."""
    place: dict[str, Any] = {
        "district_id": owner.district_id, "street_id": owner.street_id, "community_id": owner.community_id,
    }  # fmt: skip
    person = Person.objects.create(
        name="王建国", seal_key=uuid.uuid4(), made_at=now, changed_at=now, grid_id=owner.grid_id, **place
    )
    found = Round.objects.create(
        unit_id=owner.street_id, district_id=owner.district_id, street_id=owner.street_id, title="先锋小哥评选",
        kind="pioneer", nominees="residents", way="voting", tie="more", seats=3, from_on=now.date(),
        until_on=now.date(), nominate_days=10, decide_days=5, notice_days=5, state="nominating", made_by_user=0,
        made_by_name="街道", made_at=now, changed_at=now,
    )  # fmt: skip
    return RoundNomination.objects.create(
        round=found, person=person, grid_id=owner.grid_id, words="上报道路隐患十七处", by_user=owner.user_id,
        by_name=owner.user_name, by_unit=owner.unit_name, at=now, **place,
    )  # fmt: skip


MAKERS: dict[str, Callable[[Actor, datetime], Model]] = {
    "session": _session, "staff_import": _staff_import, "draft_file": _draft, "job": _job, "message": _message,
    "saved_view": _view, "import_file": _import_file, "export": _export,
    "sheet_upload": _sheet_upload, "sheet_export": _sheet_export,
    "own_sign_up": _own_sign_up, "own_points_order": _own_points_order, "own_nomination": _own_nomination,
}  # fmt: skip


def template(owner: Actor) -> ImportTemplate:
    """A template of columns, which all of the centre share."""
    return ImportTemplate.objects.create(name="市热线", mapping={}, made_by_user=owner.user_id)
