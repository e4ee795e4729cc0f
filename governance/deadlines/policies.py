"""Keeping policies: a change is a new version from a moment on; what runs keeps its version until somebody decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from governance.audit import services as audit
from governance.deadlines import actions, adoption
from governance.deadlines.defaults import with_newer
from governance.deadlines.models import Policy, PolicyVersion
from governance.deadlines.terms import Mark, Term, Terms
from governance.deadlines.wording import kind_label
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.scope import Actor, Role

SUBJECT = "deadlines.policy"
# A limit with this beginning is a stage of its own: a version may have it or not. All others belong to the work.
STAGE = "stage_"
MOST_POLICIES = 50


def add_version(
    *, policy_id: int, terms: Terms, effective_from: datetime | None, note: str, by: Actor, now: datetime,
    base_number: int | None = None,
) -> PolicyVersion:  # fmt: skip
    """A new version in force from a moment on (at once without one). Raises InvalidInput, IllegalState, NotAllowed.

    `base_number` is the newest version that the person saw: another one meanwhile refuses.
    """
    _allowed(by)
    note = _note(note)
    start = now if effective_from is None else effective_from
    if start < now:
        raise InvalidInput("生效时间不能早于现在，请改为现在以后，或留空立即生效。", field="effective_from")
    with transaction.atomic(durable=True):
        policy = _locked(policy_id)
        newest = policy.versions.order_by("-number").first()
        if newest is None:
            raise IllegalState("这个方案没有可依据的版本，请联系系统管理员。")
        if base_number is not None and newest.number != base_number:
            raise IllegalState("别人刚刚保存了这个方案的新版本。请刷新查看后再改，您填写的内容仍保留在页面上。")
        old = Terms.parse(newest.terms)
        check_terms(policy, terms, old)
        if terms.as_data() == old.as_data():
            raise InvalidInput("各项时限与最新版本完全相同，无需保存。")
        version = PolicyVersion.objects.create(
            policy=policy, number=newest.number + 1, effective_from=start, terms=terms.as_data(), note=note,
            made_by_user=by.user_id,
        )  # fmt: skip
        _record("policy.version", policy, _facts(newest), _facts(version), by, now, note)
    return version


def add_policy(*, name: str, like_id: int, note: str, by: Actor, now: datetime) -> Policy:
    """A new policy with the limits that another one has now, to be changed and given to cases by rules."""
    _allowed(by)
    note, name = _note(note), " ".join(name.split())
    if not 2 <= len(name) <= 30 or not name.isprintable():
        raise InvalidInput("方案名称应为 2 到 30 个字。", field="name")
    with transaction.atomic(durable=True):
        like = _locked(like_id, field="like")
        if Policy.objects.filter(subject_type=like.subject_type, name=name).exists():
            raise InvalidInput(f"已有名为“{name}”的方案，请换一个名称。", field="name")
        if Policy.objects.count() >= MOST_POLICIES:
            raise IllegalState(f"方案最多 {MOST_POLICIES} 个，请先调整已有的方案。")
        model = like.versions.filter(effective_from__lte=now).order_by("-effective_from", "-number").first()
        if model is None:
            raise IllegalState("所选的方案还没有生效的版本，请另选一个。")
        number = (Policy.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
        policy = Policy.objects.create(code=f"own-{number}", name=name, subject_type=like.subject_type)
        version = PolicyVersion.objects.create(
            policy=policy, number=1, effective_from=now, terms=model.terms, note=note, made_by_user=by.user_id
        )
        _record("policy.add", policy, {}, {"name": name, "like": like.name, **_facts(version)}, by, now, note)
    return policy


def withdraw(*, policy_id: int, number: int, by: Actor, now: datetime) -> None:
    """Take back a version that is not in force yet."""
    _allowed(by)
    with transaction.atomic(durable=True):
        policy = _locked(policy_id)
        version = policy.versions.filter(number=number).first()
        if version is None:
            raise NotFound("没有找到这个版本，可能已被撤回。")
        if version.effective_from <= now:
            raise IllegalState("这个版本已经生效，不能撤回；请按需要保存一个新版本。")
        _record("policy.withdraw", policy, _facts(version), {}, by, now, "")
        version.delete()


def apply_version(*, policy_id: int, by: Actor, now: datetime) -> Job:
    """Let the open subjects of a policy come under the version in force, in the background."""
    _allowed(by)
    with transaction.atomic(durable=True):
        policy = _locked(policy_id)
        version = version_in_force(policy, now)
        if version is None:
            raise IllegalState("这个方案还没有生效的版本。")
        adoption.adopter_of(version)
        if not adoption.waiting(version):
            raise IllegalState("没有按旧版本计时的未办结事项，不需要换用。")
        _record("policy.apply", policy, {}, {"number": version.number}, by, now, "")
        title = f"“{policy.name}”第 {version.number} 版用于未办结的事项"
        return jobs.create(kind=adoption.KIND, title=title, params={"version": version.pk}, by=by, now=now)


def version_in_force(policy: Policy, now: datetime) -> PolicyVersion | None:
    """The policy's version in force; None before the first."""
    return policy.versions.filter(effective_from__lte=now).order_by("-effective_from", "-number").first()


def check_terms(policy: Policy, terms: Terms, old: Terms) -> None:
    """Raise InvalidInput where a version could not be carried out: a limit missing, an action out of its place."""
    missing = [kind for kind in old if kind not in terms and not kind.startswith(STAGE)]
    unknown = [kind for kind in terms if kind not in with_newer(policy.subject_type, old)]
    if missing or unknown:
        names = "、".join(kind_label(kind) for kind in missing or unknown)
        raise InvalidInput(f"各项时限应与原版本一一对应，请检查：{names}。")
    for kind, term in terms.items():
        _check_term(policy.subject_type, kind, term)


def _check_term(subject_type: str, kind: str, term: Term) -> None:
    places = (
        (actions.WARNING, [mark.action for mark in term.warnings]),
        (actions.MISSED, [term.missed]),
        (actions.LADDER, [mark.action for mark in term.ladder]),
    )
    for place, named in places:
        offered = {action.code for action in actions.offered(subject_type, place, kind)}
        for action in named:
            if action not in offered:
                raise InvalidInput(f"{kind_label(kind)}：这里不能用动作“{action}”。", field=f"{kind}-{place}")
    _check_marks(kind, term)


def _check_marks(kind: str, term: Term) -> None:
    label = term.name or kind_label(kind)
    for number, mark in enumerate(term.warnings):
        if mark.span.unit == term.unit and mark.span.amount >= term.amount:
            said = f"{label}：预警应早于到期，到期前 {mark.span.text} 已不短于时限 {term.span.text}。"
            raise InvalidInput(said, field=f"{kind}-warning-{number}-amount")
    if (repeated := _first_repeat(term.warnings, spans=True)) is not None:
        raise InvalidInput(f"{label}：有两次相同的预警，请删去一次。", field=f"{kind}-warning-{repeated}-amount")
    if (repeated := _first_repeat(term.ladder, spans=False)) is not None:
        raise InvalidInput(f"{label}：同一升级动作只能用一次。", field=f"{kind}-ladder-{repeated}-action")


def _first_repeat(marks: tuple[Mark, ...], *, spans: bool) -> int | None:
    seen: set[object] = set()
    for number, mark in enumerate(marks):
        key = mark if spans else mark.action
        if key in seen:
            return number
        seen.add(key)
    return None


def _allowed(by: Actor) -> None:
    if by.role != Role.DISTRICT_CENTRE and not by.is_platform:
        raise NotAllowed("只有区网格中心可以修改时限方案，请联系区网格中心办理")


def _note(note: str) -> str:
    note = " ".join(note.split())
    if not 2 <= len(note) <= 200:
        raise InvalidInput("请写明修改依据（2 到 200 字），如文件名称、会议要求。", field="note")
    return note


def _locked(policy_id: int, field: str = "") -> Policy:
    policy = Policy.objects.select_for_update(no_key=True).filter(pk=policy_id).first()
    if policy is None and field:
        raise InvalidInput("没有找到所选的方案，请重新选择。", field=field)
    if policy is None:
        raise NotFound("没有找到这个时限方案。")
    return policy


def _facts(version: PolicyVersion) -> dict[str, Any]:
    return {
        "number": version.number, "effective_from": version.effective_from.isoformat(), "terms": version.terms,
        "note": version.note,
    }  # fmt: skip


def _record(
    action: str, policy: Policy, before: dict[str, Any], after: dict[str, Any], by: Actor, now: datetime, reason: str
) -> None:
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=policy.pk, subject_label=policy.name, before=before,
        after=after, reason=reason, by=by, now=now,
    )  # fmt: skip
