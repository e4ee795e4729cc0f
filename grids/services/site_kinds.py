"""Kinds of site with their standards, and clusters of sites: kept by the district centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from governance.audit import services as audit
from governance.errors import IllegalState, InvalidInput, NotFound
from governance.scope import Actor
from grids.models import Cluster, SiteKind, SiteProposal
from grids.services.sites import district_of, require_editor

AREA_MAX = 200_000
_AREAS = {
    "district_m2": "区级面积标准", "street_m2": "街道级面积标准", "community_m2": "社区级面积标准",
    "per_100_households_m2": "每百户面积标准",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """A kind as it is to be: areas in m², None where it asks for none."""

    name: str
    district_m2: int | None = None
    street_m2: int | None = None
    community_m2: int | None = None
    per_100_households_m2: int | None = None
    each_community: bool = False
    source: str = ""


@transaction.atomic(durable=True)
def add_kind(*, facts: KindFacts, by: Actor, now: datetime) -> SiteKind:
    """A new kind, behind the others (NotAllowed, InvalidInput)."""
    require_editor(by)
    _hold_names()
    kind = SiteKind(order=(SiteKind.objects.aggregate(last=Max("order"))["last"] or 0) + 1)
    _put(kind, facts)
    kind.code = _free_code()
    kind.save()
    _record("site_kind.add", kind, by, now, after=_plain_kind(kind))
    return kind


def _hold_names() -> None:
    """One writer of kinds at a time, also of a new one that has no row to hold yet."""
    list(SiteKind.objects.select_for_update().order_by("pk").values_list("pk"))


def _free_code() -> str:
    taken = set(SiteKind.objects.values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := f"own-{n}") not in taken)


@transaction.atomic(durable=True)
def change_kind(*, kind_id: int, facts: KindFacts, by: Actor, now: datetime) -> SiteKind:
    """Another name or standard; without a difference nothing is recorded. Gaps follow at once."""
    require_editor(by)
    _hold_names()
    kind = _kind(kind_id)
    before = _plain_kind(kind)
    _put(kind, facts)
    after = _plain_kind(kind)
    if before != after:
        kind.save(update_fields=["name", *_AREAS, "each_community", "source"])
        _record("site_kind.change", kind, by, now, before=before, after=after)
    return kind


@transaction.atomic(durable=True)
def remove_kind(*, kind_id: int, by: Actor, now: datetime) -> None:
    """Take a kind away that no site has, closed ones included, and no proposal asks for (IllegalState)."""
    require_editor(by)
    _hold_names()
    kind = _kind(kind_id)
    if count := kind.sites.count():
        raise IllegalState(f"还有 {count} 个阵地（含已停用）是“{kind.name}”，请先改为其他类型再删除。")
    if SiteProposal.objects.waiting().filter(content__kind_id=kind.pk).exists():
        raise IllegalState(f"有街道建议新增“{kind.name}”，请先答复再删除。")
    _record("site_kind.remove", kind, by, now, before=_plain_kind(kind))
    kind.delete()


def _kind(kind_id: int) -> SiteKind:
    if kind := SiteKind.objects.filter(pk=kind_id).first():
        return kind
    raise NotFound("没有这个阵地类型，可能已被删除。")


def _put(kind: SiteKind, facts: KindFacts) -> None:
    kind.name = _named(facts.name, "类型名称", 32)
    if SiteKind.objects.filter(name=kind.name).exclude(pk=kind.pk or 0).exists():
        raise InvalidInput(f"已有“{kind.name}”这个类型，请换一个名称。", field="name")
    for field, label in _AREAS.items():
        area = getattr(facts, field)
        if area is not None and not 1 <= area <= AREA_MAX:
            raise InvalidInput(f"{label}应为 1 到 {AREA_MAX:,} 平方米，没有标准请留空。", field=field)
        setattr(kind, field, area)
    kind.each_community = facts.each_community
    kind.source = " ".join(facts.source.split())
    if len(kind.source) > 300:
        raise InvalidInput(f"标准依据不超过 300 个字，现在是 {len(kind.source)} 个字。", field="source")


def _named(text: str, label: str, most: int) -> str:
    text = " ".join(text.split())
    if not text:
        raise InvalidInput(f"请填写{label}。", field="name")
    if len(text) > most:
        raise InvalidInput(f"{label}不超过 {most} 个字，现在是 {len(text)} 个字。", field="name")
    return text


def _plain_kind(kind: SiteKind) -> dict[str, Any]:
    kept = {field: getattr(kind, field) for field in ("name", *_AREAS, "each_community")}
    return kept | {"standard_source": kind.source}


# Clusters -----------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def add_cluster(*, name: str, form: str, by: Actor, now: datetime) -> Cluster:
    """A new matrix 矩阵 or belt 示范带 of the actor's district, behind the others (NotAllowed, InvalidInput)."""
    require_editor(by)
    others = Cluster.objects.visible_to(by)
    list(others.select_for_update().order_by("pk").values_list("pk"))
    cluster = Cluster(district_id=district_of(by), order=(others.aggregate(last=Max("order"))["last"] or 0) + 1)
    _put_cluster(cluster, name, form)
    cluster.save()
    _record("site_cluster.add", cluster, by, now, after=_plain_cluster(cluster))
    return cluster


@transaction.atomic(durable=True)
def change_cluster(*, cluster_id: int, name: str, form: str, by: Actor, now: datetime) -> Cluster:
    """Another name or form; without a difference nothing is recorded."""
    require_editor(by)
    cluster = _cluster(cluster_id, by)
    before = _plain_cluster(cluster)
    _put_cluster(cluster, name, form)
    after = _plain_cluster(cluster)
    if before != after:
        cluster.save(update_fields=["name", "form"])
        _record("site_cluster.change", cluster, by, now, before=before, after=after)
    return cluster


@transaction.atomic(durable=True)
def remove_cluster(*, cluster_id: int, by: Actor, now: datetime) -> None:
    """Take a cluster away that no site is in, closed ones included, and no proposal asks for (IllegalState)."""
    require_editor(by)
    cluster = _cluster(cluster_id, by)
    if count := cluster.sites.count():
        raise IllegalState(f"“{cluster.name}”里还有 {count} 个阵地（含已停用），请先把它们移出再删除。")
    if SiteProposal.objects.waiting().filter(content__cluster_id=cluster.pk).exists():
        raise IllegalState(f"有街道建议把阵地列入“{cluster.name}”，请先答复再删除。")
    _record("site_cluster.remove", cluster, by, now, before=_plain_cluster(cluster))
    cluster.delete()


def _cluster(cluster_id: int, by: Actor) -> Cluster:
    """Of the actor's district, held until the transaction's end (NotFound)."""
    if cluster := Cluster.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=cluster_id).first():
        return cluster
    raise NotFound("没有这个示范矩阵或示范带，可能已被删除。")


def _put_cluster(cluster: Cluster, name: str, form: str) -> None:
    cluster.name = _named(name, "名称", 64)
    if form not in dict(Cluster.FORMS):
        raise InvalidInput("请选择矩阵或示范带。", field="form")
    cluster.form = form
    twins = Cluster.objects.filter(district_id=cluster.district_id, name=cluster.name).exclude(pk=cluster.pk or 0)
    if twins.exists():
        raise InvalidInput(f"已有“{cluster.name}”，请换一个名称。", field="name")


def _plain_cluster(cluster: Cluster) -> dict[str, Any]:
    return {"name": cluster.name, "cluster_form": cluster.get_form_display()}


def _record(
    action: str, thing: SiteKind | Cluster, by: Actor, now: datetime, *,
    before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    audit.record(
        action=action, subject_type=action.partition(".")[0], subject_id=thing.pk, subject_label=thing.name,
        before=before, after=after, by=by, now=now,
    )  # fmt: skip
