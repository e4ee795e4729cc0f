"""Service sites: written, given hours, closed by the centre; proposed by streets, and answered."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from governance.errors import InvalidInput, NotFound
from governance.scope import Actor
from grids.models import ImportDraft, Site, SiteException, SiteKind, SiteProposal
from grids.services import site_import, site_proposals, sites
from grids.sites.facts import SiteFacts
from grids.sites.kinds import ensure_default_kinds
from tests.walk.sampling import CENTRE, LATER, MADE, TODAY, WALKED, Refused, Sample, World

NAME = "第一社区党群服务中心"
STREET = "SS@street_1"
OFFICE = ((510, 690), (810, 1020))
WEEK = (*(OFFICE,) * 5, (), (), ())


def facts_of(world: World, unit: str = "community_1", **changes: Any) -> SiteFacts:
    """A site as somebody would write it."""
    ensure_default_kinds()
    values = {
        "kind_id": SiteKind.objects.get(code="centre").pk, "name": NAME, "unit_id": world.id_of(unit),
        "address": "幸福路 1 号", "opened_on": date(2024, 5, 1), "area_m2": 620,
    }  # fmt: skip
    return SiteFacts(**(values | changes))


def _site(world: World, by: Actor) -> Site:
    return sites.add_site(facts=facts_of(world), by=world.actor(CENTRE), now=MADE)


def _closed(world: World, thing: Any) -> None:
    Site.objects.update(closed_on=TODAY)


def _row(action: str) -> Any:
    return lambda world, site, result: [(action, "site", site.pk)]


_CLOSED = Refused("closed", "已于.*停用", spoil=_closed)


def _add(world: World, thing: Any, by: Actor, **changes: Any) -> Site:
    return sites.add_site(facts=facts_of(world, **changes), by=by, now=WALKED)


def _change(world: World, site: Site, by: Actor, **changes: Any) -> Site:
    return sites.change_site(site_id=site.pk, facts=facts_of(world, **({"area_m2": 700} | changes)), by=by, now=WALKED)


def _close(world: World, site: Site, by: Actor, **changes: Any) -> Site:
    return sites.close_site(
        **({"site_id": site.pk, "closed_on": LATER, "reason": "房屋到期"} | changes), by=by, now=WALKED
    )


def _hours(world: World, site: Site, by: Actor, week: Any = WEEK, on_holidays: str = "closed") -> Site:
    return sites.set_hours(site_id=site.pk, week=week, on_holidays=on_holidays, by=by, now=WALKED)


def _exception(world: World, site: Site, by: Actor, **changes: Any) -> SiteException:
    values = {
        "site_id": site.pk, "from_date": LATER, "to_date": LATER, "windows": (), "reason": "检修供暖", "now": WALKED,
    }  # fmt: skip
    return sites.add_exception(**(values | changes), by=by)


def _with_exception(world: World, by: Actor) -> Site:
    site = _site(world, by)
    _exception(world, site, world.actor(CENTRE), now=MADE)
    return site


_WRITTEN = [
    Sample(
        sites.add_site, _add,
        changes="grids_site",
        then=lambda world, thing, site: site.community_id == world.id_of("community_1"),
        rows=lambda world, thing, site: [("site.add", "site", site.pk)],
        make=lambda world, by: ensure_default_kinds(),
        refused=(
            Refused("one of its name is there", "已有在用的", InvalidInput, spoil=_site),
            Refused("no name", "请填写阵地名称", InvalidInput, call=lambda w, t, by: _add(w, t, by, name=" ")),
            Refused("a mobile", "不要填写个人手机号", InvalidInput,
                    call=lambda w, t, by: _add(w, t, by, phone="13800138000")),
            Refused("half a point", "一起填写", InvalidInput, call=lambda w, t, by: _add(w, t, by, lon=124.9)),
            Refused("another district's unit", "没有这个单位", NotFound,
                    call=lambda w, t, by: _add(w, t, by, unit="street_3")),
        ),
    ),
    Sample(
        sites.change_site, _change,
        changes="grids_site",
        then=lambda world, site, result: Site.objects.get(pk=site.pk).area_m2 == 700,
        rows=_row("site.change"),
        make=_site,
        refused=(
            _CLOSED,
            Refused("no such site", "没有这个阵地", NotFound,
                    call=lambda w, site, by: _change(w, Site(pk=0), by)),
            Refused("no such level", "示范等级", InvalidInput, call=lambda w, s, by: _change(w, s, by, level="x")),
        ),
    ),
    Sample(
        sites.close_site, _close,
        changes="grids_site",
        then=lambda world, site, result: Site.objects.get(pk=site.pk).closed_on == LATER,
        rows=_row("site.close"),
        make=_site,
        refused=(
            _CLOSED,
            Refused("no reason", "请说明停用的原因", InvalidInput, call=lambda w, s, by: _close(w, s, by, reason="")),
            Refused("before it opened", "不能早于启用日期", InvalidInput,
                    call=lambda w, s, by: _close(w, s, by, closed_on=date(2024, 4, 30))),
        ),
    ),
    Sample(
        sites.set_hours, _hours,
        changes="grids_site grids_sitehours",
        then=lambda world, site, result: site.hours.count() == 10,
        rows=_row("site.hours"),
        make=_site,
        refused=(
            _CLOSED,
            Refused("over each other", "重叠", InvalidInput,
                    call=lambda w, s, by: _hours(w, s, by, (((0, 60), (30, 90)), *WEEK[1:]))),
            Refused("past midnight", "不超过 24:00", InvalidInput,
                    call=lambda w, s, by: _hours(w, s, by, (((1200, 1500),), *WEEK[1:]))),
            Refused("own hours on holidays without any", "请填写法定节假日", InvalidInput,
                    call=lambda w, s, by: _hours(w, s, by, on_holidays="own")),
        ),
    ),
    Sample(
        sites.add_exception, _exception,
        changes="grids_siteexception",
        then=lambda world, site, one: one.site_id == site.pk and one.windows == [],
        rows=_row("site.exception"),
        make=_site,
        refused=(
            _CLOSED,
            Refused("another names the day", "重叠", spoil=lambda w, s: _exception(w, s, w.actor(CENTRE), now=MADE)),
            Refused("backwards", "不能早于开始日期", InvalidInput,
                    call=lambda w, s, by: _exception(w, s, by, to_date=TODAY)),
            Refused("no reason", "请说明原因", InvalidInput, call=lambda w, s, by: _exception(w, s, by, reason=" ")),
        ),
    ),
    Sample(
        sites.remove_exception,
        lambda world, site, by: sites.remove_exception(
            site_id=site.pk, exception_id=SiteException.objects.get().pk, by=by, now=WALKED
        ),
        changes="grids_siteexception",
        then=lambda world, site, result: not site.exceptions.exists(),
        rows=_row("site.exception_remove"),
        make=_with_exception,
        refused=(
            _CLOSED,
            Refused("no such exception", "没有这项特殊日期", NotFound,
                    call=lambda w, s, by: sites.remove_exception(site_id=s.pk, exception_id=0, by=by, now=WALKED)),
        ),
    ),
]  # fmt: skip


def _propose(world: World, site: Site, by: Actor, **changes: Any) -> SiteProposal:
    values = {"facts": facts_of(world, area_m2=800), "words": "扩建完工", "site_id": site.pk, "now": WALKED}
    return site_proposals.propose_site(**(values | changes), by=by)


def _propose_closing(world: World, site: Site, by: Actor, closed_on: date = LATER) -> SiteProposal:
    return site_proposals.propose_closing(site_id=site.pk, closed_on=closed_on, words="房屋到期", by=by, now=WALKED)


def _proposal(world: World, by: Actor) -> SiteProposal:
    return _propose(world, _site(world, by), world.actor(STREET), now=MADE)


def _decide(world: World, proposal: SiteProposal, by: Actor, *, accept: bool = True, answer: str = "") -> SiteProposal:
    return site_proposals.decide_proposal(
        proposal_id=proposal.pk, accept=accept, answer=answer, by=by, now=WALKED
    )  # fmt: skip


def _proposed_rows(world: World, thing: Any, proposal: SiteProposal) -> Any:
    return [("site.propose", "site_proposal", proposal.pk)]


_PROPOSED = [
    Sample(
        site_proposals.propose_site, _propose,
        changes="grids_siteproposal",
        then=lambda world, site, proposal: proposal.content["area_m2"] == 800 and proposal.accepted is None,
        rows=_proposed_rows,
        make=_site,
        refused=(
            _CLOSED,
            Refused("one waits", "已有一项待处理的建议",
                    spoil=lambda w, s: _propose(w, s, w.actor(STREET), now=MADE)),
            Refused("nothing is different", "没有需要修改", InvalidInput,
                    call=lambda w, s, by: _propose(w, s, by, facts=facts_of(w))),
            Refused("no words", "请说明", InvalidInput, call=lambda w, s, by: _propose(w, s, by, words="")),
            Refused("a unit of another street", "管辖范围", NotFound,
                    call=lambda w, s, by: _propose(w, s, by, facts=facts_of(w, "community_3"))),
        ),
    ),
    Sample(
        site_proposals.propose_closing, _propose_closing,
        changes="grids_siteproposal",
        then=lambda world, site, proposal: proposal.kind == "close" and proposal.site_id == site.pk,
        rows=_proposed_rows,
        make=_site,
        refused=(
            _CLOSED,
            Refused("before it opened", "不能早于启用日期", InvalidInput,
                    call=lambda w, s, by: _propose_closing(w, s, by, date(2024, 4, 30))),
        ),
    ),
    Sample(
        site_proposals.decide_proposal, _decide,
        changes="grids_siteproposal grids_site outbox_inboxitem",
        then=lambda world, proposal, result: Site.objects.get().area_m2 == 800 and result.accepted,
        rows=lambda world, proposal, result: [
            ("site.change", "site", result.site_id), ("site.proposal_accept", "site_proposal", proposal.pk),
        ],
        make=_proposal,
        refused=(
            Refused("decided", "已由.*答复",
                    spoil=lambda w, p: _decide(w, p, w.actor(CENTRE), accept=False, answer="先扩建后再报")),
            Refused("the site is closed", "已于.*停用", spoil=_closed),
            Refused("refused without a word", "不采纳请说明理由", InvalidInput,
                    call=lambda w, p, by: _decide(w, p, by, accept=False)),
            Refused("no such proposal", "没有这项建议", NotFound,
                    call=lambda w, p, by: _decide(w, SiteProposal(pk=0), by)),
        ),
    ),
    Sample(
        site_proposals.decide_proposal,
        lambda world, proposal, by: _decide(world, proposal, by, accept=False, answer="面积待核实"),
        changes="grids_siteproposal outbox_inboxitem",
        then=lambda world, proposal, result: Site.objects.get().area_m2 == 620 and result.accepted is False,
        rows=lambda world, proposal, result: [("site.proposal_refuse", "site_proposal", proposal.pk)],
        make=_proposal,
        variant="refused",
        harmless="refused as one that is taken is",
    ),
]  # fmt: skip


def _check(world: World, by: Actor) -> ImportDraft:
    ensure_default_kinds()
    row = f"{NAME},党群服务中心,{world.unit('community_1').code},幸福路 1 号,2024-05-01,全天"
    file = io.BytesIO(f"名称,类型,所属单位,地址,启用日期,周一\n{row}\n".encode())
    return site_import.check_sites(file=file, file_name="阵地.csv", by=by, now=MADE)


def _apply(world: World, draft: ImportDraft, by: Actor) -> ImportDraft:
    return site_import.apply_sites(draft_id=draft.pk, by=by, now=WALKED)


_FILES = [
    Sample(
        site_import.check_sites,
        lambda world, thing, by: _check(world, by),
        changes="grids_importdraft",
        then=lambda world, thing, draft: len(draft.content["rows"]) == 1 and not Site.objects.exists(),
        rows=lambda world, thing, draft: [("site.import_check", "unit", draft.district_id)],
        make=lambda world, by: ensure_default_kinds(),
        refused=(
            Refused("a file of nothing", "文件是空的", InvalidInput,
                    call=lambda w, t, by: site_import.check_sites(
                        file=io.BytesIO(b""), file_name="阵地.csv", by=by, now=WALKED)),
        ),
    ),
    Sample(
        site_import.apply_sites, _apply,
        changes="grids_importdraft grids_site grids_sitehours",
        then=lambda world, draft, result: result.outcome["new"] == 1 and Site.objects.get().hours.count() == 1,
        rows=lambda world, draft, result: [
            ("site.add", "site", Site.objects.get().pk), ("site.hours", "site", Site.objects.get().pk),
            ("site.import", "unit", draft.district_id),
        ],
        make=lambda world, by: _check(world, world.actor(CENTRE)),
        refused=(
            Refused("applied already", "已经导入过",
                    spoil=lambda w, draft: ImportDraft.objects.filter(pk=draft.pk).update(applied_at=MADE)),
            Refused("no such file", "没有这份表格", NotFound, call=lambda w, d, by: _apply(w, ImportDraft(pk=0), by)),
        ),
    ),
]  # fmt: skip

SAMPLES = [*_WRITTEN, *_PROPOSED, *_FILES]
