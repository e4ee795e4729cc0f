"""What somebody found when they looked at two records that are alike."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from governance.errors import IllegalState, InvalidInput
from governance.scope import Actor
from members.models import Apart, Person
from members.services._common import locked_persons, record, require


def tell_apart(*, one_id: int, other_id: int, by: Actor, now: datetime) -> Apart:
    """Remember that two records are two people 不是同一人; the pair is not shown as alike any more."""
    require(by)
    if one_id == other_id:
        raise InvalidInput("请选择两份不同的档案。", field="other")
    with transaction.atomic(durable=True):
        both = locked_persons([one_id, other_id], by)
        low, high = (both[pk] for pk in sorted(both))
        known = Apart.objects.filter(one=low, other=high).first()
        if known is not None:
            raise IllegalState(f"这两份档案已由{known.by_name}标记为不是同一人。")
        made = Apart.objects.create(one=low, other=high, by_user=by.user_id, by_name=by.user_name, at=now)
        for person, beside in ((low, high), (high, low)):
            record("person.apart", person, by=by, now=now, after={"apart_from": beside.name})
    return made


def take_back_apart(*, one_id: int, other_id: int, by: Actor, now: datetime) -> None:
    """Let a pair be shown as alike again. Raises IllegalState for one that is not told apart."""
    require(by)
    with transaction.atomic(durable=True):
        both = locked_persons([one_id, other_id], by)
        low, high = (both[pk] for pk in sorted(both))
        if not Apart.objects.filter(one=low, other=high).delete()[0]:
            raise IllegalState("这两份档案没有标记为不是同一人，或已由他人取消。")
        for person, beside in ((low, high), (high, low)):
            record("person.apart_undone", person, by=by, now=now, before={"apart_from": beside.name})


def follow_merge(*, keep: Person, drop: Person, by: Actor, now: datetime) -> None:
    """Who was told apart from the merged record is not the kept one, either."""
    pairs = Apart.objects.filter(Q(one=drop) | Q(other=drop))
    for pair in pairs:
        beside = pair.other_id if pair.one_id == drop.pk else pair.one_id
        if beside != keep.pk:
            low, high = sorted((keep.pk, beside))
            told = {"by_user": pair.by_user, "by_name": pair.by_name, "at": pair.at}
            Apart.objects.get_or_create(one_id=low, other_id=high, defaults=told)
    pairs.delete()
