"""What the territory tells the kernel: its place in the navigation, and what its actions are called in the record."""

from __future__ import annotations

from django.urls import reverse

from governance.audit import actions
from governance.files import registry as files
from governance.outbox import registry as outbox
from governance.scope import Actor
from governance.sheets import registry as sheets
from governance.ui import nav
from grids import registry
from grids.models import Site
from grids.quotas.sheet import QUOTAS
from grids.services import site_moves

_CHANGES = {"open": "设立单位", "rename": "单位更名", "move": "调整隶属", "merge": "合并单位", "close": "撤销单位"}
ACTIONS = {
    **{f"unit.{kind}": label for kind, label in _CHANGES.items()},
    **{f"unit.{kind}_apply": f"{label}到期生效" for kind, label in _CHANGES.items()},
    **{f"unit.{kind}_withdraw": f"撤回{label}" for kind, label in _CHANGES.items()},
    "unit.describe": "修改单位信息",
    "unit.check_divisions": "上传行政区划文件",
    "unit.check_boundaries": "上传边界文件",
    "unit.boundary": "导入边界",
    "unit.import_divisions": "导入行政区划",
    "unit.demo": "建立演示网格",
    "site.demo": "建立演示阵地",
    "site.add": "新增阵地",
    "site.change": "修改阵地",
    "site.close": "停用阵地",
    "site.hours": "修改阵地开放时间",
    "site.exception": "增加阵地特殊日期",
    "site.exception_remove": "删除阵地特殊日期",
    "site.unit_closed": "阵地随单位移交",
    "site.propose": "提出阵地建议",
    "site.proposal_accept": "采纳阵地建议",
    "site.proposal_refuse": "不采纳阵地建议",
    "site.import_check": "上传阵地表格",
    "site.import": "导入阵地",
    "site.photo": "添加阵地照片",
    "site.photo_remove": "删除阵地照片",
    "site_kind.add": "新增阵地类型",
    "site_kind.change": "修改阵地类型",
    "site_kind.remove": "删除阵地类型",
    "site_cluster.add": "新增示范矩阵、示范带",
    "site_cluster.change": "修改示范矩阵、示范带",
    "site_cluster.remove": "删除示范矩阵、示范带",
    "quota.approve": "核定编制",
    "quota.fill": "登记编制实有变动",
    "quota.propose": "提出编制建议",
    "quota.proposal_accept": "采纳编制建议",
    "quota.proposal_refuse": "不采纳编制建议",
    "quota.demo": "建立演示编制",
}
_SUBJECTS = {
    "unit": "单位", "unit_change": "待生效的单位调整", "site": "阵地", "site_kind": "阵地类型",
    "site_cluster": "示范矩阵、示范带", "site_proposal": "阵地建议", "quota": "编制", "quota_proposal": "编制建议",
}  # fmt: skip
_FIELDS = {
    "caption": "说明", "sha256": "文件校验值", "district_m2": "区级面积标准", "street_m2": "街道级面积标准",
    "community_m2": "社区级面积标准", "per_100_households_m2": "每百户面积标准", "each_community": "每个社区都应设",
    "standard_source": "标准依据", "cluster_form": "形式",
}  # fmt: skip


def _may_see_files(actor: Actor, site_id: int) -> bool:
    return nav.may(actor, "unit.see") and Site.objects.visible_to(actor).filter(pk=site_id).exists()


def register() -> None:
    """Called once, when the app is ready."""
    _name_for_the_record()
    sheets.register(QUOTAS)
    files.register_owner("site", may_see=_may_see_files)
    outbox.register_subject("quota_proposal", url=lambda pk: reverse("grids:quota_proposal", args=[pk]))
    outbox.register_subject("site_proposal", url=lambda pk: reverse("grids:site_proposal", args=[pk]))
    registry.register_open_work(site_moves.open_sites)
    registry.register_on_unit_closed(site_moves.hand_over_sites)
    registry.register_on_unit_moved(site_moves.follow_unit)
    _register_navigation()


def _name_for_the_record() -> None:
    for code, label in ACTIONS.items():
        actions.register_action(code, label)
    for subject_type, label in _SUBJECTS.items():
        actions.register_subject(subject_type, label)
    actions.register_fields(_FIELDS)


def _register_navigation() -> None:
    nav.register(
        nav.NavItem(
            "组织网格", "grids:tree", "sitemap", right="unit.see", group="网格治理", order=10,
            owns=("grids:unit", *(f"grids:{kind}" for kind in (*_CHANGES, "describe"))),
        ),
        nav.NavItem(
            "服务阵地", "grids:sites", "building-store", right="unit.see", group="网格治理", order=25,
            owns=(
                "grids:site", "grids:site_add", "grids:site_edit", "grids:site_close", "grids:site_hours",
                "grids:site_exception_add", "grids:site_near", "grids:site_gaps", "grids:site_gaps_missing",
                "grids:site_proposals", "grids:site_proposal", "grids:site_propose_add", "grids:site_propose_change",
                "grids:site_propose_close", "grids:site_import", "grids:site_import_detail",
                "grids:site_photo_add", "grids:site_door", "grids:site_kinds", "grids:site_kind_add",
                "grids:site_kind_edit", "grids:site_clusters", "grids:site_cluster_add", "grids:site_cluster_edit",
            ),
        ),
        nav.NavItem(
            "编制", "grids:quotas", "users-group", right="quota.see", group="网格治理", order=28,
            owns=(
                "grids:quota", "grids:quota_approve", "grids:quota_fill", "grids:quota_propose",
                "grids:quota_proposals", "grids:quota_proposal", "grids:quotas_print",
            ),
        ),
        nav.NavItem(
            "网格地图", "grids:map", "map-2", right="unit.see", group="网格治理", order=20, phone=3, phone_label="网格"
        ),
        nav.NavItem("单位调整", "grids:changes", "git-merge", right="unit.edit", group="网格治理", order=30),
        nav.NavItem(
            "区划与边界", "grids:divisions", "table-import", right="unit.edit", group="网格治理", order=40,
            owns=("grids:divisions_compare", "grids:boundaries", "grids:boundaries_check"),
        ),
    )  # fmt: skip
