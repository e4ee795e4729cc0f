"""Posts and terms of office: an election's result, posts in between, and elections that are put off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from governance.days import today_of
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.outbox.services import notify
from governance.scope import Actor
from members.models import PartyMembership, PartyOrganisation, PartyPost, Person, Term, TermExtension
from members.models.party import (
    ASKED,
    DENIED,
    DUTIES,
    GRANTED,
    GROUP_LEADER,
    PART_TIME,
    POSTS,
    PROBATIONARY,
    SECRETARY,
)
from members.party import clocks
from members.party.rules import COMMITTEE_MOST, COMMITTEES, EXTENSION_MOST_YEARS, GROUPS, years_later
from members.party.services._common import (
    above,
    check_open,
    check_owner,
    locked_organisation,
    locked_organisations,
    record,
    require,
    told_above,
    told_at,
)
from members.words import choice_of, day_of, name_of, text_of

_ENDS = [("resigned", "辞去职务"), ("removed", "免去职务")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elected:
    """Who holds which post: a person on record, or in a committee somebody by name."""

    post: str
    person_id: int | None = None
    name: str = ""
    duty: str = ""
    employer: str = ""


def record_election(
    *, organisation_id: int, elected_on: date, results: Sequence[Elected], by: Actor, now: datetime, words: str = ""
) -> Term:
    """换届: a new term with its posts; the posts of before end. Exactly one of the results is the secretary.

    Raises InvalidInput naming the field, IllegalState for a group, which has no term.
    """
    with transaction.atomic(durable=True):
        organisation = locked_organisation(organisation_id, by)
        if organisation.kind in GROUPS or not organisation.term_years:
            raise IllegalState("党小组不设任期，请直接办理任免。")
        last = Term.objects.filter(organisation=organisation).order_by("-number").first()
        elected_on = day_of(elected_on, today=today_of(now), label="选举日期", field="elected_on")
        _check_after(elected_on, last, organisation)
        _check_results(organisation, results)
        clocks.end_election(organisation, now, met=True)
        _end_term(organisation, last, elected_on)
        term = _begin_term(organisation, last, elected_on, text_of(words, label="说明", field="words", most=500))
        posts = [_post(organisation, one, elected_on, by, term) for one in results]
        _save_posts(posts)
        clocks.begin_election(term, now)
        record(
            "party.election", organisation, by=by, now=now,
            after={"term": term.number, "elected_on": elected_on, "ends_on": term.ends_on, "posts": len(posts)},
        )  # fmt: skip
    return term


def _check_after(elected_on: date, last: Term | None, organisation: PartyOrganisation) -> None:
    if elected_on < organisation.founded_on:
        raise InvalidInput(f"选举日期不能早于成立日期（{organisation.founded_on:%Y-%m-%d}）。", field="elected_on")
    if last is not None and elected_on <= last.elected_on:
        raise InvalidInput(f"选举日期应晚于上一届的选举日期（{last.elected_on:%Y-%m-%d}）。", field="elected_on")


def _check_results(organisation: PartyOrganisation, results: Sequence[Elected]) -> None:
    if sum(one.post == SECRETARY for one in results) != 1:
        raise InvalidInput("选举结果应有且只有一名书记。", field="results")
    people = [one.person_id for one in results if one.person_id]
    if len(people) != len(set(people)):
        raise InvalidInput("同一人只能担任一个职务，请核对。", field="results")
    inside = sum(one.post not in {PART_TIME, GROUP_LEADER} for one in results)
    if organisation.kind not in COMMITTEES and inside > COMMITTEE_MOST:
        raise InvalidInput(f"支部委员会最多 {COMMITTEE_MOST} 人。", field="results")


def _end_term(organisation: PartyOrganisation, last: Term | None, on: date) -> None:
    if last is not None and last.ended_on is None:
        last.ended_on = on
        last.save(update_fields=["ended_on"])
        TermExtension.objects.filter(term=last, state=ASKED).update(state=DENIED, words="已换届")
    for post in PartyPost.objects.select_for_update().filter(organisation=organisation, until_on=None).order_by("pk"):
        post.until_on, post.ended_how = max(on, post.from_on), "election"
        post.save(update_fields=["until_on", "ended_how"])


def _begin_term(organisation: PartyOrganisation, last: Term | None, on: date, words: str) -> Term:
    ends_on = years_later(on, organisation.term_years)
    return Term.objects.create(
        organisation=organisation, number=last.number + 1 if last else 1, elected_on=on, ends_on=ends_on,
        due_on=ends_on, words=words,
    )  # fmt: skip


def appoint(*, organisation_id: int, elected: Elected, on: date, by: Actor, now: datetime) -> PartyPost:
    """任职 between elections, for the rest of the term. Raises InvalidInput, IllegalState for a second secretary."""
    with transaction.atomic(durable=True):
        organisation = locked_organisation(organisation_id, by)
        return write_appointed(organisation, elected, on, by, now)


def write_appointed(
    organisation: PartyOrganisation, elected: Elected, on: date, by: Actor, now: datetime
) -> PartyPost:  # fmt: skip
    """`appoint` in the caller's transaction, to an organisation that is locked."""
    on = day_of(on, today=today_of(now), label="任职日期", field="on")
    term = Term.objects.filter(organisation=organisation, ended_on=None).first()
    post = _post(organisation, elected, on, by, term)
    present = PartyPost.objects.filter(organisation=organisation, until_on=None)
    if post.post == SECRETARY and present.filter(post=SECRETARY).exists():
        raise IllegalState("已有书记，请先办理现任书记的免职。", code="has_secretary")
    if post.person_id and present.filter(person_id=post.person_id).exists():
        raise IllegalState("此人已在本组织任职，请先办理免职。")
    _save_posts([post])
    record("party.appoint", organisation, by=by, now=now, after=_kept(post))
    return post


def end_post(*, post_id: int, how: str, on: date, by: Actor, now: datetime) -> PartyPost:
    """免职、辞职. Raises NotFound, IllegalState for one that has ended."""
    require(by)
    with transaction.atomic(durable=True):
        seen = PartyPost.objects.visible_to(by).filter(pk=post_id).first()
        if seen is None:
            raise NotFound("没有找到这项任职，或不在您的管辖范围内。")
        organisation = locked_organisation(seen.organisation_id, by)
        rows = PartyPost.objects.select_for_update(of=("self",)).select_related("person")
        post: PartyPost = rows.get(pk=post_id)
        if post.until_on is not None:
            raise IllegalState("这项任职已结束。")
        how = choice_of(how, _ENDS, label="离任原因", field="how")
        on = day_of(on, today=today_of(now), label="离任日期", field="on")
        if on < post.from_on:
            raise InvalidInput(f"离任日期不能早于任职日期（{post.from_on:%Y-%m-%d}）。", field="on")
        post.until_on, post.ended_how = on, how
        post.save(update_fields=["until_on", "ended_how"])
        record("party.post_end", organisation, by=by, now=now, before=_kept(post), after={"ended_how": how})
    return post


def _post(organisation: PartyOrganisation, one: Elected, on: date, by: Actor, term: Term | None) -> PartyPost:
    """A post that may be held so; not saved. Raises InvalidInput."""
    post = PartyPost(
        organisation=organisation, post=choice_of(one.post, POSTS, label="职务", field="post"), term=term, from_on=on,
        duty=choice_of(one.duty, [("", ""), *DUTIES], label="分工", field="duty"),
        employer=text_of(one.employer, label="所在单位", field="employer", most=100),
    )  # fmt: skip
    if post.post == PART_TIME and not post.employer:
        raise InvalidInput("兼职委员请填写所在单位。", field="employer")
    if (post.post == GROUP_LEADER) != (organisation.kind in GROUPS):
        raise InvalidInput("党小组设组长，其他党组织设书记、委员。", field="post")
    if one.person_id is None:
        if organisation.kind not in COMMITTEES:
            raise InvalidInput("支部和党小组的职务应由本组织的党员担任，请选择党员。", field="person")
        post.name = name_of(one.name, field="name")
        return post
    post.person = _holder(organisation, one.person_id, by)
    return post


def _holder(organisation: PartyOrganisation, person_id: int, by: Actor) -> Person:
    """Who may hold a post: a full member; in a branch one whose membership is on record. Source: 章程, article 7."""
    rows = PartyMembership.objects.visible_to(by).current().select_related("person").defer("person__search")
    membership = rows.filter(person_id=person_id).first()
    if membership is None and organisation.kind in COMMITTEES:
        person: Person | None = Person.objects.visible_to(by).here().defer("search").filter(pk=person_id).first()
        if person is not None:
            return person
    if membership is None:
        raise InvalidInput("没有找到这名党员，请从本组织的党员中选择。", field="person")
    if membership.kind == PROBATIONARY:
        raise InvalidInput(f"{membership.person.name}是预备党员，没有被选举权，不能任职。", field="person")
    holder: Person = membership.person
    return holder


def _save_posts(posts: Sequence[PartyPost]) -> None:
    for post in posts:
        post.save()


def _kept(post: PartyPost) -> dict[str, object]:
    return {"name": post.holder, "post": post.get_post_display(), "duty": post.get_duty_display()}


def ask_extension(*, organisation_id: int, until: date, grounds: str, by: Actor, now: datetime) -> TermExtension:
    """申请延期换届: once a term, by at most a year; the level above decides. Source: rules.py."""
    with transaction.atomic(durable=True):
        organisation = locked_organisation(organisation_id, by)
        term = Term.objects.select_for_update().filter(organisation=organisation, ended_on=None).first()
        if term is None:
            raise IllegalState("还没有登记本届任期，请先登记选举。")
        if term.extensions.exclude(state=DENIED).exists():
            raise IllegalState("本届已申请过延期，延期只能一次。")
        latest = years_later(term.ends_on, EXTENSION_MOST_YEARS)
        if not term.ends_on < until <= latest:
            raise InvalidInput(
                f"延期须晚于 {term.ends_on:%Y-%m-%d}，且不超过一年（{latest:%Y-%m-%d}）。", field="until"
            )
        extension = TermExtension.objects.create(
            term=term, organisation=organisation, until=until, asked_by_user=by.user_id, asked_by_name=by.user_name,
            asked_at=now, grounds=text_of(grounds, label="延期理由", field="grounds", most=500, least=5),
        )  # fmt: skip
        record("party.extension_ask", organisation, by=by, now=now, reason=extension.grounds, after={"until": until})
        _tell(organisation, told_above(organisation, now), extension, "asked", f"{organisation.name}申请延期换届", now)
    return extension


def decide_extension(*, extension_id: int, grant: bool, words: str, by: Actor, now: datetime) -> TermExtension:
    """审批延期换届, by the level above the one that asked. Granted, the election is due later, and warned of again."""
    require(by)
    with transaction.atomic(durable=True):
        seen = TermExtension.objects.visible_to(by).filter(pk=extension_id).first()
        if seen is None:
            raise NotFound("没有找到这件延期申请，或不在您的管辖范围内。")
        organisation = locked_organisations([seen.organisation_id], by)[seen.organisation_id]
        check_owner(organisation, by, unit_id=above(organisation))
        check_open(organisation)
        rows = TermExtension.objects.select_for_update(of=("self",)).select_related("term")
        extension: TermExtension = rows.get(pk=extension_id)
        if extension.state != ASKED:
            raise IllegalState(f"这件申请{extension.get_state_display()}，无需再审批。")
        words = text_of(words, label="批复意见", field="words", most=500, least=0 if grant else 2)
        extension.state, extension.words = GRANTED if grant else DENIED, words
        extension.decided_by_user, extension.decided_by_name, extension.decided_at = by.user_id, by.user_name, now
        extension.save(update_fields=["state", "words", "decided_by_user", "decided_by_name", "decided_at"])
        if grant:
            _put_off(organisation, extension, now)
        record(
            "party.extension_decide", organisation, by=by, now=now, reason=words,
            after={"state": extension.state, "until": extension.until},
        )  # fmt: skip
        title = f"{organisation.name}延期换届{extension.get_state_display()}"
        _tell(organisation, told_at(organisation, now), extension, "decided", title, now)
    return extension


def _put_off(organisation: PartyOrganisation, extension: TermExtension, now: datetime) -> None:
    term = extension.term
    later = extension.until - term.due_on
    term.extended_to = term.due_on = extension.until
    term.save(update_fields=["extended_to", "due_on"])
    clocks.put_off(organisation, later, now)


def _tell(
    organisation: PartyOrganisation, people: set[int], extension: TermExtension, about: str, title: str, now: datetime
) -> None:
    notify(
        user_ids=sorted(people), key=f"party_extension:{extension.pk}:{about}", title=title[:120],
        body=(extension.words or extension.grounds)[:500], subject_type=clocks.OF_ORGANISATION,
        subject_id=organisation.pk, now=now,
    )  # fmt: skip
