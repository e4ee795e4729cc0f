"""Who came: ticked on the list by the organiser, or by the code on the organiser's screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from members.accounts import person_of
from members.models import Activity, SignUp
from members.volunteers import codes
from members.volunteers.services import _common
from members.volunteers.services._common import PROPOSE, record, require
from members.words import choice_of

# What the organiser says of somebody on the list. 全程: from the start to the end, ticked afterwards.
WHATS = [("in", "签到"), ("out", "签退"), ("whole", "全程参加"), ("undo", "撤销签到")]
_FROM = {"in": ("signed",), "out": ("came",), "whole": ("signed", "came"), "undo": ("came",)}


def attend(*, activity_id: int, sign_up_ids: Sequence[int], what: str, by: Actor, now: datetime) -> int:
    """Tick people on the list of an activity that is under way; how many it was possible for.

    Raises IllegalState when it is not under way, or for none of them; NotFound for somebody not on the list.
    """
    require(by, PROPOSE)
    what = choice_of(what, WHATS, label="操作", field="what")
    with transaction.atomic(durable=True):
        activity = _common.locked_activity(activity_id, by)
        _check_running(activity)
        rows = activity.sign_ups.filter(pk__in=set(sign_up_ids)).select_related("person")
        found = list(rows.select_for_update(of=("self",)).order_by("pk"))
        if not found or len(found) != len(set(sign_up_ids)):
            raise NotFound("请勾选名单上的人员。", field="people")
        done = [row for row in found if _ticked(row, activity, what, now)]
        if not done:
            raise IllegalState(f"勾选的人员不能{dict(WHATS)[what]}，请核对状态。")
        names = "、".join(row.person.name for row in done)
        record(f"volunteer.attend_{what}", activity, by=by, now=now, after={"people": names})
    return len(done)


def check_in_by_code(*, sign_up_id: int, code: str, by: Actor, now: datetime) -> SignUp:
    """A volunteer with an account shows that they are there, by the code on the organiser's screen.

    Raises NotFound for another's sign-up; InvalidInput for a wrong code, with how often it may still be tried;
    IllegalState after too many, or when the activity is not under way.
    """
    with transaction.atomic(durable=True):
        person = person_of(by)
        found = SignUp.objects.filter(pk=sign_up_id, person=person).first()
        if found is None:
            raise NotFound("没有找到您的这条报名。")
        activity = _common.locked_activity(found.activity_id, None)
        row: SignUp = SignUp.objects.select_for_update().get(pk=found.pk)
        _check_running(activity)
        if row.state != "signed":
            raise IllegalState(f"您{row.get_state_display()}，无需再签到。")
        _check_tries(row, now)
        right = codes.fits(activity.code_key, code, now)
        if right:
            _come(row, "code", now)
            record("volunteer.check_in", row, by=by, now=now, label=person.name, after={"checked_in_at": now})
        else:
            row.tries += 1
            row.save(update_fields=["tries", "tries_window"])
    # Told after the transaction: a try that is taken back was never counted.
    if not right:
        raise InvalidInput(_wrong(row), field="code")
    return row


def _check_running(activity: Activity) -> None:
    if activity.state == "published":
        raise IllegalState("活动还没有开始签到，请等组织者开始。")
    if activity.state != "running":
        raise IllegalState(f"活动{activity.get_state_display()}，不能签到。")


def _check_tries(row: SignUp, now: datetime) -> None:
    window = codes.window_of(now)
    if row.tries_window != window:
        row.tries, row.tries_window = 0, window
    if row.tries >= codes.MOST_TRIES:
        minutes = -(-codes.seconds_left(now) // 60)
        raise IllegalState(f"签到码输错次数过多，请 {minutes} 分钟后再试，或请组织者在名单上点到。")


def _wrong(row: SignUp) -> str:
    left = codes.MOST_TRIES - row.tries
    more = f"还可以再试 {left} 次。" if left else "请几分钟后再试，或请组织者在名单上点到。"
    return f"签到码不正确，请看组织者屏幕上现在的数字。{more}"


def _come(row: SignUp, how: str, now: datetime) -> None:
    row.state, row.checked_in_at, row.checked_how = "came", now, how
    row.save(update_fields=["state", "checked_in_at", "checked_how"])


def _ticked(row: SignUp, activity: Activity, what: str, now: datetime) -> bool:
    if row.state not in _FROM[what] or (what == "out" and row.checked_out_at is not None):
        return False
    if what == "in":
        _come(row, "list", now)
    elif what == "out":
        row.checked_out_at = max(now, row.checked_in_at or now)
        row.save(update_fields=["checked_out_at"])
    elif what == "whole":
        return _whole(row, activity, now)
    else:
        row.state, row.checked_in_at, row.checked_out_at, row.checked_how = "signed", None, None, ""
        row.save(update_fields=["state", "checked_in_at", "checked_out_at", "checked_how"])
    return True


def _whole(row: SignUp, activity: Activity, now: datetime) -> bool:
    """From the start to the end, once it has come to that."""
    if now < activity.ends_at:
        raise IllegalState("活动结束时间到了以后，才能按全程登记；现在请用“签到”。")
    row.state, row.checked_in_at, row.checked_out_at = "came", activity.starts_at, activity.ends_at
    row.checked_how = row.checked_how or "list"
    row.save(update_fields=["state", "checked_in_at", "checked_out_at", "checked_how"])
    return True
