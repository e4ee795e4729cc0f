"""Quotas of staff: approved and filled by the centre, proposed by streets."""

from __future__ import annotations

from typing import Any

from governance.errors import InvalidInput, NotFound
from governance.scope import Actor
from grids.models import Quota, QuotaProposal
from grids.services import quotas
from tests.walk.sampling import CENTRE, LATER, MADE, TODAY, WALKED, Refused, Sample, World

STREET = "SS@street_1"
PAPER = "让编发〔2026〕3号"


def _approve(world: World, thing: Any, by: Actor, **changes: Any) -> Quota:
    values = {
        "unit_id": world.id_of("street_1"), "kind": "institution", "delta": 3, "document": PAPER, "on": TODAY,
        "now": WALKED,
    }  # fmt: skip
    return quotas.change_approved(**(values | changes), by=by)


def _fill(world: World, thing: Any, by: Actor, **changes: Any) -> Quota:
    values = {
        "unit_id": world.id_of("street_1"), "kind": "institution", "delta": 1, "on": TODAY, "grounds": "录用 1 名",
        "now": WALKED,
    }  # fmt: skip
    return quotas.change_filled(**(values | changes), by=by)


def _approved(world: World, by: Actor) -> Quota:
    return _approve(world, None, world.actor(CENTRE), now=MADE)


def _propose(world: World, thing: Any, by: Actor, **changes: Any) -> QuotaProposal:
    values = {
        "unit_id": world.id_of("street_1"), "kind": "institution", "delta": 2, "words": "业务增加", "now": WALKED,
    }  # fmt: skip
    return quotas.propose_quota(**(values | changes), by=by)


def _proposed(world: World, by: Actor) -> QuotaProposal:
    _approved(world, by)
    return _propose(world, None, world.actor(STREET), now=MADE)


def _decide(world: World, proposal: QuotaProposal, by: Actor, **changes: Any) -> QuotaProposal:
    values = {"proposal_id": proposal.pk, "accept": True, "document": PAPER, "on": None, "answer": "", "now": WALKED}
    return quotas.decide_quota_proposal(**(values | changes), by=by)


SAMPLES = [
    Sample(
        quotas.change_approved, _approve,
        changes="grids_quota grids_quotaevent",
        then=lambda world, thing, quota: (quota.approved, quota.events.get().after) == (3, 3),
        rows=lambda world, thing, quota: [("quota.approve", "quota", quota.pk)],
        refused=(
            Refused("no document", "文号", InvalidInput, call=lambda w, t, by: _approve(w, t, by, document=" ")),
            Refused("nothing changes", "增加或减少", InvalidInput, call=lambda w, t, by: _approve(w, t, by, delta=0)),
            Refused("fewer than none", "最多减少", InvalidInput, call=lambda w, t, by: _approve(w, t, by, delta=-1)),
            Refused("a day to come", "不晚于今天", InvalidInput, call=lambda w, t, by: _approve(w, t, by, on=LATER)),
            Refused("no such kind", "编制类别", InvalidInput, call=lambda w, t, by: _approve(w, t, by, kind="x")),
            Refused("of a street by community", "按社区核定", InvalidInput,
                    call=lambda w, t, by: _approve(w, t, by, kind="workers")),
            Refused("another district's street", "没有这个单位", NotFound,
                    call=lambda w, t, by: _approve(w, t, by, unit_id=w.id_of("street_3"))),
        ),
    ),
    Sample(
        quotas.change_filled, _fill,
        changes="grids_quota grids_quotaevent",
        then=lambda world, thing, quota: quota.filled == 1,
        rows=lambda world, thing, quota: [("quota.fill", "quota", quota.pk)],
        make=_approved,
        refused=(
            Refused("no grounds", "依据", InvalidInput, call=lambda w, t, by: _fill(w, t, by, grounds="")),
            Refused("what is counted", "自动统计", call=lambda w, t, by: _fill(
                w, t, by, kind="workers", unit_id=w.id_of("community_1"))),
        ),
    ),
    Sample(
        quotas.propose_quota, _propose,
        changes="grids_quotaproposal",
        then=lambda world, thing, proposal: proposal.accepted is None,
        rows=lambda world, thing, proposal: [("quota.propose", "quota_proposal", proposal.pk)],
        make=_approved,
        refused=(
            Refused("one waits", "待答复", spoil=lambda w, t: _propose(w, t, w.actor(STREET), now=MADE)),
            Refused("no words", "理由", InvalidInput, call=lambda w, t, by: _propose(w, t, by, words="")),
        ),
    ),
    Sample(
        quotas.decide_quota_proposal, _decide,
        changes="grids_quota grids_quotaevent grids_quotaproposal outbox_inboxitem",
        then=lambda world, proposal, result: result.accepted and Quota.objects.get().approved == 5,
        rows=lambda world, proposal, result: [
            ("quota.approve", "quota", Quota.objects.get().pk),
            ("quota.proposal_accept", "quota_proposal", proposal.pk),
        ],
        make=_proposed,
        refused=(
            Refused("decided", "已由.*答复",
                    spoil=lambda w, p: _decide(w, p, w.actor(CENTRE), accept=False, answer="暂不增加")),
            Refused("no document", "文号", InvalidInput, call=lambda w, p, by: _decide(w, p, by, document="")),
            Refused("refused without a word", "说明理由", InvalidInput,
                    call=lambda w, p, by: _decide(w, p, by, accept=False)),
            Refused("no such proposal", "没有这项建议", NotFound,
                    call=lambda w, p, by: _decide(w, QuotaProposal(pk=0), by)),
        ),
    ),
]  # fmt: skip
