"""What a street proposes of its sites, and what the district centre makes of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotAllowed, NotFound
from governance.outbox.services import notify
from governance.scope import Actor, Role
from grids.models import Site, SiteProposal
from grids.services import sites
from grids.sites import facts as site_facts
from grids.sites.facts import SiteFacts

SUBJECT = "site_proposal"
_WORDS_MAX = 500


@transaction.atomic(durable=True)
def propose_site(*, facts: SiteFacts, words: str, site_id: int | None = None, by: Actor, now: datetime) -> SiteProposal:
    """Ask for a new site, or for a change of one, in one's own street. Checked as if it were written already."""
    street_id = _require_street(by)
    site = _own(site_id, street_id, by) if site_id else Site()
    before = SiteFacts.of(site) if site_id else None
    site_facts.put(site, facts, sites.district_of(by), street_id)
    if facts == before:
        raise InvalidInput("与现有信息相同，没有需要修改的内容。")
    kind = SiteProposal.CHANGE if site_id else SiteProposal.ADD
    return _proposed(SiteProposal(kind=kind, site_id=site_id, content=facts.as_json()), facts.name, words, by, now)


@transaction.atomic(durable=True)
def propose_closing(*, site_id: int, closed_on: date, words: str, by: Actor, now: datetime) -> SiteProposal:
    """Ask that a site of one's own street be closed on a day."""
    site = _own(site_id, _require_street(by), by)
    if closed_on < site.opened_on or closed_on.year > 2100:
        raise InvalidInput(f"停用日期不能早于启用日期（{site.opened_on:%Y年%-m月%-d日}）。", field="closed_on")
    content = {"closed_on": closed_on.isoformat()}
    return _proposed(SiteProposal(kind=SiteProposal.CLOSE, site=site, content=content), site.name, words, by, now)


def _require_street(by: Actor) -> int:
    if by.role != Role.STREET_STAFF or by.street_id is None:
        raise NotAllowed("只有街道干部可以提出阵地建议；区网格中心可以直接修改。")
    return by.street_id


def _own(site_id: int, street_id: int, by: Actor) -> Site:
    """A site in use of the street, held (NotFound, NotAllowed, IllegalState)."""
    sites = Site.objects.visible_to(by).select_for_update(of=("self",))
    site = sites.select_related("kind", "unit", "cluster").filter(pk=site_id).first()
    if site is None:
        raise NotFound("没有这个阵地，或不在您的管辖范围内。")
    if site.street_id != street_id:
        raise NotAllowed("这个阵地不在您的街道内，请由所在街道提出建议。")
    if site.closed_on:
        raise IllegalState(f"{site.name}已于{site.closed_on:%Y年%-m月%-d日}停用，不能再提出修改。")
    return site


def _proposed(proposal: SiteProposal, name: str, words: str, by: Actor, now: datetime) -> SiteProposal:
    proposal.words = _checked(words, "words", "请说明建议的理由。")
    if proposal.site_id and SiteProposal.objects.waiting().filter(site_id=proposal.site_id).exists():
        raise IllegalState("这个阵地已有一项待处理的建议，请等区网格中心答复后再提。")
    proposal.district_id, proposal.street_id = sites.district_of(by), _require_street(by)
    proposal.proposed_by_user, proposal.proposed_by_name = by.user_id, by.user_name
    proposal.proposed_at = now
    proposal.save(force_insert=True)
    _record("site.propose", proposal, name, by, now, after=_told(proposal), reason=proposal.words)
    return proposal


def _checked(words: str, field: str, missing: str) -> str:
    words = words.strip()
    if not words:
        raise InvalidInput(missing, field=field)
    if len(words) > _WORDS_MAX:
        raise InvalidInput(f"不超过 {_WORDS_MAX} 个字，现在是 {len(words)} 个字。", field=field)
    return words


def _told(proposal: SiteProposal) -> dict[str, Any]:
    return {"kind": proposal.get_kind_display(), **proposal.content}


def _record(
    action: str, proposal: SiteProposal, name: str, by: Actor, now: datetime, *, after: dict[str, Any], reason: str
) -> None:
    audit.record(
        action=action, subject_type=SUBJECT, subject_id=proposal.pk, subject_label=name, after=after,
        reason=reason, by=by, now=now,
    )  # fmt: skip


@transaction.atomic(durable=True)
def decide_proposal(*, proposal_id: int, accept: bool, answer: str, by: Actor, now: datetime) -> SiteProposal:
    """Take a proposal, which writes it as if one had typed it, or refuse it with words.

    Raises what the writing raises: what was right when it was proposed may be so no longer.
    """
    if by.role != Role.DISTRICT_CENTRE:
        raise NotAllowed("街道的阵地建议由区网格中心答复。")
    proposal = SiteProposal.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound("没有这项建议，或不在您的管辖范围内。")
    if proposal.accepted is not None:
        raise IllegalState(f"这项建议已由{proposal.decided_by_name}答复。")
    answer = (
        _checked(answer, "answer", "不采纳请说明理由，会答复给街道。") if not accept else answer.strip()[:_WORDS_MAX]
    )
    name = _name_of(proposal)
    if accept:
        proposal.site = _written(proposal, by, now)
    proposal.accepted, proposal.answer = accept, answer
    proposal.decided_by_user, proposal.decided_by_name, proposal.decided_at = by.user_id, by.user_name, now
    proposal.save(update_fields=["site", "accepted", "answer", "decided_by_user", "decided_by_name", "decided_at"])
    action = "site.proposal_accept" if accept else "site.proposal_refuse"
    _record(action, proposal, name, by, now, after={"kind": proposal.get_kind_display()}, reason=answer)
    notify(
        user_ids=[proposal.proposed_by_user], key=f"site.proposal:{proposal.pk}", subject_type=SUBJECT,
        subject_id=proposal.pk, title=f"阵地建议{'已采纳' if accept else '未采纳'}：{name}", body=answer, now=now,
    )  # fmt: skip
    return proposal


def _name_of(proposal: SiteProposal) -> str:
    return str(proposal.content.get("name") or (proposal.site.name if proposal.site else ""))


def _written(proposal: SiteProposal, by: Actor, now: datetime) -> Site:
    if proposal.kind == SiteProposal.ADD:
        return sites.write_new(SiteFacts.from_json(proposal.content), by, now)
    site_id = proposal.site_id or 0
    if proposal.kind == SiteProposal.CHANGE:
        return sites.write_change(site_id, SiteFacts.from_json(proposal.content), by, now)
    return sites.write_closing(site_id, date.fromisoformat(proposal.content["closed_on"]), proposal.words, by, now)
