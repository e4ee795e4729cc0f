"""Reading appeals: what a page shows of one, what may be done with it, what is like it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from accounts.rights import may
from appeals.hotline import CHANNEL as HOTLINE
from appeals.hotline import SUBJECT, can_be_sent_again
from appeals.models import Appeal, AppealEntry, Assignment, Category, HotlineReturn, SupervisionOrder
from appeals.querysets import AppealQuerySet
from appeals.requests import may_ask
from appeals.stages import open_stages
from appeals.standing import stands
from appeals.workflow import ANSWER_HOTLINE, STEPS, Step
from governance import search
from governance.outbox.models import Delivery
from governance.scope import Actor
from grids.models import Unit

# The units that a row of a list names.
LIST_UNITS = ("street", "community", "grid", "lead_unit", "desk_unit")
LIST_RELATIONS = ("category", *LIST_UNITS)
# How far back a repeat is looked for. Source: workflow.md, "repeat rate".
REPEAT_DAYS = 90
REPEAT_PERIOD = timedelta(days=REPEAT_DAYS)
# Of what shares a word, so many of the newest are compared; and so much of the words they must share.
_COMPARED = 300
_ALIKE = 0.3


def for_list(actor: Actor) -> AppealQuerySet:
    """Appeals that the actor may see, newest first, with what a row shows."""
    return (
        Appeal.objects.visible_to(actor)
        .select_related(*LIST_RELATIONS)
        .defer("content", "result", "public_reply", "search", "phone_sealed", "identity_sealed")
        .order_by("-registered_at", "-id")
    )


def for_page(actor: Actor) -> AppealQuerySet:
    """The same for a page of rows at a time: `name_rows` reads what they name, and nothing is joined."""
    return for_list(actor).select_related(None)


def name_rows(rows: Sequence[Appeal]) -> None:
    """Give the rows their categories and units, in two statements, and those that were merged their parents.

    Joined, they cost more to plan (six tables, 8 ms) than everything else of a page to execute.
    """
    _name_parents(rows)
    for model, names in ((Category, ("category",)), (Unit, LIST_UNITS)):
        ids = {getattr(row, f"{name}_id") for row in rows for name in names} - {None}
        found = model._default_manager.in_bulk(ids) if ids else {}
        for row in rows:
            for name in names:
                setattr(row, name, found.get(getattr(row, f"{name}_id")))


def _name_parents(rows: Sequence[Appeal]) -> None:
    """What was merged shows how its parent stands; a page without any asks for nothing."""
    ids = {row.parent_id for row in rows} - {None}
    parents = Appeal.objects.only("number", "state").in_bulk(ids) if ids else {}
    for row in rows:
        row.parent = parents.get(row.parent_id) if row.parent_id else None


def for_detail(actor: Actor) -> AppealQuerySet:
    """Appeals that the actor may see, with all that the detail page names."""
    return Appeal.objects.visible_to(actor).select_related(
        *LIST_RELATIONS,
        "district",
        "registered_by_unit",
        "parent",
        "category__parent__parent",
        "in_matter__matter",
        "suspected_repeat",
    )


def available_steps(appeal: Appeal, by: Actor, now: datetime) -> list[Step]:
    """The steps that the actor may take on the appeal as it stands, in the table's order."""
    possible = [step for step in STEPS.values() if appeal.state in step.sources and may(by, step.right)]
    if any(step.right == ANSWER_HOTLINE for step in possible):
        answers = _answers(appeal)
        possible = [step for step in possible if step.right != ANSWER_HOTLINE or step.name in answers]
    # Many steps ask for the same standing, and each answer costs a query.
    standing = {who: stands(who, appeal, by) for who in {step.who for step in possible}}
    steps = [step for step in possible if standing[step.who]]
    part = appeal.assignments.filter(unit_id=by.unit_id, ended_at=None).first()
    return [step for step in steps if _makes_sense(step, appeal, part, now)]


def _makes_sense(step: Step, appeal: Appeal, part: Assignment | None, now: datetime) -> bool:
    """Leave out what the service would refuse for reasons beyond state and standing."""
    if appeal.send_back_pending and step.name in {"dispatch", "report_up", "merge", "handle_on_the_spot"}:
        return False
    if step.name == "finish_stage":
        return bool(open_stages(appeal))
    if step.name in {"ask_extension", "ask_shelving"}:
        return may_ask(step.name, appeal, part, now)
    rules = {
        "adjudicate": appeal.send_back_pending,
        "accept": part is not None and part.accepted_at is None,
        "contact": part is not None and part.contacted_at is None,
        "send_back": part is not None and part.accepted_at is None and now <= part.send_back_until,
        "finish_assisting": part is not None and part.part == Assignment.ASSISTING and part.accepted_at is not None,
    }
    return rules.get(step.name, True)


def _answers(appeal: Appeal) -> set[str]:
    """The steps that answer what the city hotline returned; none, and no query, for what did not come from it."""
    returned = open_returns(appeal)
    if not returned:
        return set()
    again = any(can_be_sent_again(appeal, one) for one in returned)
    return {"rework_for_hotline", "set_aside_return"} | ({"resend_to_hotline"} if again else set())


def open_returns(appeal: Appeal) -> list[HotlineReturn]:
    """What the city hotline returned and nobody has answered yet, oldest first."""
    if appeal.channel != HOTLINE:
        return []
    waiting = HotlineReturn.objects.filter(appeal=appeal, state=HotlineReturn.OPEN)
    return list(waiting.select_related("delivery").order_by("pk"))


def returns(appeal: Appeal) -> QuerySet[HotlineReturn]:
    """All that the city hotline returned, answered or not."""
    return HotlineReturn.objects.filter(appeal=appeal).order_by("pk")


def refused_extensions(appeal: Appeal) -> list[HotlineReturn]:
    """What the city hotline said against more time, asked for or decided on; no query for any other appeal."""
    return list(returns(appeal).filter(event__startswith="extension_")) if appeal.channel == HOTLINE else []


def told(appeal: Appeal) -> QuerySet[Delivery]:
    """What the city hotline was told of the appeal, or is to be told, newest first."""
    sent = Delivery.objects.filter(subject_type=SUBJECT, subject_id=appeal.pk, channel=HOTLINE)
    return sent.defer("address_sealed").order_by("-sequence")


def timeline(appeal: Appeal) -> QuerySet[AppealEntry]:
    """The history, newest first."""
    return appeal.entries.order_by("-id")


def supervision_orders(appeal: Appeal, by: Actor) -> QuerySet[SupervisionOrder]:
    """The appeal's supervision orders that the actor may see, newest first."""
    orders = SupervisionOrder.objects.visible_to(by).filter(appeal=appeal)
    return orders.select_related("unit", "issued_by_unit").order_by("-pk")


def assignments(appeal: Appeal) -> QuerySet[Assignment]:
    """The hand-overs, newest first, with their units."""
    return appeal.assignments.select_related("unit", "given_by_unit").order_by("-id")


def same_person(appeal: Appeal, actor: Actor, limit: int = 10) -> QuerySet[Appeal]:
    """Other appeals of the same phone or identity number that the actor may see, newest first."""
    keys = Q()
    if appeal.phone_index:
        keys |= Q(phone_index=appeal.phone_index)
    if appeal.identity_index:
        keys |= Q(identity_index=appeal.identity_index)
    if not keys:
        return Appeal.objects.none()
    return for_list(actor).filter(keys).exclude(pk=appeal.pk)[:limit]


def similar(appeal: Appeal, actor: Actor, limit: int = 5) -> list[Appeal]:
    """Appeals of the same community, from the period of a repeat, whose titles share most with this one's."""
    words = search.any_of(appeal.title)
    if words is None or appeal.community_id is None:
        return []
    since = appeal.registered_at - REPEAT_PERIOD
    near = for_list(actor).filter(community_id=appeal.community_id, registered_at__gte=since).exclude(pk=appeal.pk)
    return most_alike(near, appeal.title, limit)


def most_alike(appeals: AppealQuerySet, words: str, limit: int) -> list[Appeal]:
    """Of the newest that share a piece of `words`, those whose titles share the most of it, best first."""
    query, wanted = search.any_of(words), set(search.bigrams(words))
    if query is None:
        return []
    scored = [
        (len(wanted & set(search.bigrams(one.title))) / len(wanted), one)
        for one in appeals.filter(search=query)[:_COMPARED]
    ]
    best = sorted((pair for pair in scored if pair[0] >= _ALIKE), key=lambda pair: -pair[0])
    return [one for _, one in best[:limit]]


def tab_counts(appeals: AppealQuerySet) -> dict[str, int]:
    """How many of the appeals are in each state."""
    rows = appeals.order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}
