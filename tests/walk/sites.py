"""Service sites: written, given hours, closed by the centre; proposed by streets, and answered."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from governance.errors import InvalidInput, NotFound
from governance.files import services as files
from governance.files.models import Attachment
from governance.scope import Actor
from grids.models import Cluster, ImportDraft, Site, SiteException, SiteKind, SitePhoto, SiteProposal
from grids.services import site_import, site_kinds, site_photos, site_proposals, sites
from grids.services.site_kinds import KindFacts
from grids.sites.facts import SiteFacts
from grids.sites.kinds import ensure_default_kinds
from tests.files.crafted import picture, upload
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


def _with_draft(world: World, by: Actor) -> Site:
    """A site, and a photo that waits with who will call."""
    site = _site(world, by)
    site.draft = files.store(upload=upload("大厅.jpg", picture()), kind="photo", by=by, now=MADE)  # type: ignore[attr-defined]
    return site


def _photos(world: World, site: Site, by: Actor, **changes: Any) -> list[SitePhoto]:
    values = {"site_id": site.pk, "attachment_ids": [site.draft.pk]} | changes  # type: ignore[attr-defined]
    return site_photos.add_photos(**values, by=by, now=WALKED)


def _full(world: World, site: Site) -> None:
    """Twelve photos, without their files."""
    for number in range(site_photos.MOST):
        made = Attachment.objects.create(
            name=f"{number}.jpg", kind="photo", mime="image/jpeg", size=1, subject_type="site", subject_id=site.pk,
            uploaded_by=0, uploaded_at=MADE,
        )  # fmt: skip
        SitePhoto.objects.create(site=site, attachment=made, added_at=MADE)


def _with_photo(world: World, by: Actor) -> Site:
    centre = world.actor(CENTRE)
    site = _with_draft(world, centre)
    _photos(world, site, centre)
    return site


def _unphoto(world: World, site: Site, by: Actor, photo: int | None = None) -> None:
    found = SitePhoto.objects.get().pk if photo is None else photo
    site_photos.remove_photo(site_id=site.pk, photo_id=found, by=by, now=WALKED)


_PHOTOS = [
    Sample(
        site_photos.add_photos, _photos,
        changes="grids_sitephoto files_attachment",
        then=lambda world, site, made: site.photos.count() == 1 and made[0].attachment.subject_id == site.pk,
        rows=lambda world, site, result: [("site.photo", "site", site.pk)],
        make=_with_draft,
        refused=(
            _CLOSED,
            Refused("no photo", "请选择照片", InvalidInput,
                    call=lambda w, s, by: _photos(w, s, by, attachment_ids=[])),
            Refused("too many", "最多 12 张", spoil=_full),
            Refused("a long caption", "不超过 60 个字", InvalidInput,
                    call=lambda w, s, by: _photos(w, s, by, caption="长" * 61)),
        ),
    ),
    Sample(
        site_photos.remove_photo, _unphoto,
        changes="grids_sitephoto files_attachment",
        then=lambda world, site, result: not Attachment.objects.exists(),
        rows=lambda world, site, result: [("site.photo_remove", "site", site.pk)],
        make=_with_photo,
        refused=(
            _CLOSED,
            Refused("no such photo", "没有这张照片", NotFound, call=lambda w, s, by: _unphoto(w, s, by, 0)),
        ),
    ),
]  # fmt: skip


def _kind_facts(**changes: Any) -> KindFacts:
    return KindFacts(**({"name": "百姓书屋", "community_m2": 80} | changes))


def _add_kind(world: World, thing: Any, by: Actor, **changes: Any) -> SiteKind:
    return site_kinds.add_kind(facts=_kind_facts(**changes), by=by, now=WALKED)


def _kind(world: World, by: Actor) -> SiteKind:
    ensure_default_kinds()
    return site_kinds.add_kind(facts=_kind_facts(name="邻里食堂"), by=world.actor(CENTRE), now=MADE)


def _change_kind(world: World, kind: SiteKind, by: Actor, **changes: Any) -> SiteKind:
    return site_kinds.change_kind(kind_id=kind.pk, facts=_kind_facts(**changes), by=by, now=WALKED)


def _of_kind(world: World, kind: SiteKind) -> None:
    sites.add_site(facts=facts_of(world, kind_id=kind.pk), by=world.actor(CENTRE), now=MADE)


def _proposed_kind(world: World, kind: SiteKind) -> None:
    facts = facts_of(world, kind_id=kind.pk)
    site_proposals.propose_site(facts=facts, words="居民需要", site_id=None, by=world.actor(STREET), now=MADE)


_KIND_FAULTS = (
    ("no name", "请填写类型名称", {"name": " "}),
    ("a name that is there", "已有“党群服务中心”", {"name": "党群服务中心"}),
    ("no area", "平方米", {"street_m2": 0}),
    ("a long source", "不超过 300 个字", {"source": "据" * 301}),
)
_KINDS = [
    Sample(
        site_kinds.add_kind, _add_kind,
        changes="grids_sitekind",
        then=lambda world, thing, kind: SiteKind.objects.order_by("order").last() == kind and kind.community_m2 == 80,
        rows=lambda world, thing, kind: [("site_kind.add", "site_kind", kind.pk)],
        make=lambda world, by: ensure_default_kinds(),
        refused=tuple(
            Refused(why, words, InvalidInput, call=lambda w, t, by, given=given: _add_kind(w, t, by, **given))
            for why, words, given in _KIND_FAULTS
        ),
    ),
    Sample(
        site_kinds.change_kind, _change_kind,
        changes="grids_sitekind",
        then=lambda world, kind, result: SiteKind.objects.get(pk=kind.pk).name == "百姓书屋",
        rows=lambda world, kind, result: [("site_kind.change", "site_kind", kind.pk)],
        make=_kind,
        refused=(
            *(Refused(why, words, InvalidInput, call=lambda w, t, by, given=given: _change_kind(w, t, by, **given))
              for why, words, given in _KIND_FAULTS),
            Refused("no such kind", "没有这个阵地类型", NotFound,
                    call=lambda w, kind, by: _change_kind(w, SiteKind(pk=0), by)),
        ),
    ),
    Sample(
        site_kinds.remove_kind,
        lambda world, kind, by: site_kinds.remove_kind(kind_id=kind.pk, by=by, now=WALKED),
        changes="grids_sitekind",
        then=lambda world, kind, result: not SiteKind.objects.filter(name="邻里食堂").exists(),
        rows=lambda world, kind, result: [("site_kind.remove", "site_kind", kind.pk)],
        make=_kind,
        refused=(
            Refused("a site has it", "还有 1 个阵地", spoil=_of_kind),
            Refused("a street asks for one", "请先答复再删除", spoil=_proposed_kind),
        ),
    ),
]  # fmt: skip


def _add_cluster(world: World, thing: Any, by: Actor, name: str = "北部矩阵", form: str = "matrix") -> Cluster:
    return site_kinds.add_cluster(name=name, form=form, by=by, now=WALKED)


def _cluster(world: World, by: Any = None) -> Cluster:
    return site_kinds.add_cluster(name="南部示范带", form="belt", by=world.actor(CENTRE), now=MADE)


def _change_cluster(world: World, cluster: Cluster, by: Actor, **changes: Any) -> Cluster:
    values = {"cluster_id": cluster.pk, "name": "中部示范带", "form": "belt"} | changes
    return site_kinds.change_cluster(**values, by=by, now=WALKED)


def _in_cluster(world: World, cluster: Cluster) -> None:
    sites.add_site(facts=facts_of(world, cluster_id=cluster.pk), by=world.actor(CENTRE), now=MADE)


def _proposed_cluster(world: World, cluster: Cluster) -> None:
    facts = facts_of(world, cluster_id=cluster.pk)
    site_proposals.propose_site(facts=facts, words="列入示范", site_id=None, by=world.actor(STREET), now=MADE)


_CLUSTERS = [
    Sample(
        site_kinds.add_cluster, _add_cluster,
        changes="grids_cluster",
        then=lambda world, thing, cluster: (cluster.form, cluster.order) == ("matrix", 1),
        rows=lambda world, thing, cluster: [("site_cluster.add", "site_cluster", cluster.pk)],
        refused=(
            Refused("no name", "请填写名称", InvalidInput, call=lambda w, t, by: _add_cluster(w, t, by, name="")),
            Refused("a name that is there", "已有“南部示范带”", InvalidInput, spoil=lambda w, t: _cluster(w),
                    call=lambda w, t, by: _add_cluster(w, t, by, name="南部示范带")),
            Refused("no such form", "请选择矩阵或示范带", InvalidInput,
                    call=lambda w, t, by: _add_cluster(w, t, by, form="ring")),
        ),
    ),
    Sample(
        site_kinds.change_cluster, _change_cluster,
        changes="grids_cluster",
        then=lambda world, cluster, result: Cluster.objects.get().name == "中部示范带",
        rows=lambda world, cluster, result: [("site_cluster.change", "site_cluster", cluster.pk)],
        make=_cluster,
        refused=(
            Refused("no name", "请填写名称", InvalidInput, call=lambda w, c, by: _change_cluster(w, c, by, name=" ")),
            Refused("no such cluster", "没有这个示范矩阵", NotFound,
                    call=lambda w, c, by: _change_cluster(w, c, by, cluster_id=0)),
        ),
    ),
    Sample(
        site_kinds.remove_cluster,
        lambda world, cluster, by: site_kinds.remove_cluster(cluster_id=cluster.pk, by=by, now=WALKED),
        changes="grids_cluster",
        then=lambda world, cluster, result: not Cluster.objects.exists(),
        rows=lambda world, cluster, result: [("site_cluster.remove", "site_cluster", cluster.pk)],
        make=_cluster,
        refused=(
            Refused("a site is in it", "还有 1 个阵地", spoil=_in_cluster),
            Refused("a street asks for it", "请先答复再删除", spoil=_proposed_cluster),
        ),
    ),
]  # fmt: skip

SAMPLES = [*_WRITTEN, *_PROPOSED, *_FILES, *_PHOTOS, *_KINDS, *_CLUSTERS]
