"""What becomes of a person's care when the person moves, leaves, dies, or turns out to be another on record.

Called inside those transactions, with the persons locked.
"""

from __future__ import annotations

from datetime import date, datetime

from accounts.selectors import staff_of
from governance.days import today_of
from governance.outbox.services import notify
from governance.scope import PLACE, Actor
from members.care import turns
from members.care.services import _common
from members.care.services.listing import close
from members.care.services.pausing import go_on
from members.care.words import SUBJECT
from members.models import CareRecord, Person
from members.models.care import PAUSED

_GONE = {"died": ("died", "居民已登记死亡。"), "moved": ("left", "居民已登记迁出。")}


def person_moved(*, person: Person, before: dict[str, int | None], by: Actor, now: datetime) -> None:
    """The new community or grid takes over: the turn runs on, whoever cannot visit there is let go, they are told."""
    records = _open_of(person)
    for record in records:
        _lay(record, person, now)
        where = person.grid.name if person.grid and before["community_id"] == person.community_id else ""
        _common.event(record, "moved", f"随居民迁至{where or person.community.name}，走访时限不变。", by=by, now=now)
    if records and before["community_id"] != person.community_id:
        _tell(person, records, now)


def person_gone(*, person: Person, how: str, on: date, by: Actor, now: datetime) -> None:
    """All care ends."""
    reason, words = _GONE[how]
    for record in _open_of(person):
        close(record, on=on, how=reason, words=words, by=by, now=now)


def person_merged(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """The dropped record's care becomes the kept one's; of two on one list the kept one's goes on."""
    own = {record.kind_id: record for record in _open_of(keep)}
    for record in _open_of(drop):
        if twin := own.get(record.kind_id):
            was_paused = record.state == PAUSED
            close(record, on=today_of(now), how="merged", words="与同一人的另一份记录合并。", by=by, now=now)
            _take_over(twin, record, was_paused, by, now)
        else:
            _lay(record, keep, now)
            _common.event(record, "merged", "随居民档案合并。", by=by, now=now)
    CareRecord.objects.filter(person=drop).update(person=keep)


def _open_of(person: Person) -> list[CareRecord]:
    rows = CareRecord.objects.open().filter(person=person).select_related("person", "kind")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _lay(record: CareRecord, person: Person, now: datetime) -> None:
    for name in PLACE:
        setattr(record, name, getattr(person, name))
    if record.visitor_id and not _common.works_here(record, record.visitor_id, now):
        record.visitor_id = None
    _common.touch(record, now, *(name.removesuffix("_id") for name in PLACE), "visitor")
    turns.follow_place(record)


def _take_over(keep: CareRecord, drop: CareRecord, was_paused: bool, by: Actor, now: datetime) -> None:
    """The closer rhythm, and what only the other knows. A pause that only one knew of is over: the other was seen."""
    keep.grounds, keep.words = keep.grounds or drop.grounds, keep.words or drop.words
    keep.visitor_id = keep.visitor_id or drop.visitor_id
    if keep.visitor_id and not _common.works_here(keep, keep.visitor_id, now):
        keep.visitor_id = None
    closer = min(keep.level, drop.level)
    is_closer, keep.level = closer != keep.level, closer
    _common.touch(keep, now, "grounds", "words", "visitor", "level")
    if is_closer:
        turns.put_under(keep, turns.version_of(keep, now), now)
    if keep.state == PAUSED and not was_paused:
        go_on(keep, "合并的另一份记录未暂停，恢复走访。", by=by, now=now)
    _common.event(keep, "merged", "同一人的另一份关爱记录并入，走访时限不变。", by=by, now=now)


def _tell(person: Person, records: list[CareRecord], now: datetime) -> None:
    names = "、".join(record.kind.name for record in records)
    notify(
        user_ids=staff_of(person.community_id, now), key=f"care:moved:{person.pk}:{person.revision}", level="soon",
        title=f"重点关爱对象迁入：{person.name}（{names}）", body="请指定走访人，走访时限照原来的计算。",
        subject_type=SUBJECT, subject_id=records[0].pk, now=now,
    )  # fmt: skip
