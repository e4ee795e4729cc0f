"""What the territory tells the kernel: its place in the navigation, and what its actions are called in the record."""

from __future__ import annotations

from governance.audit import actions
from governance.ui import nav

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
}


def register() -> None:
    """Called once, when the app is ready."""
    for code, label in ACTIONS.items():
        actions.register_action(code, label)
    actions.register_subject("unit", "单位")
    actions.register_subject("unit_change", "待生效的单位调整")
    nav.register(
        nav.NavItem(
            "组织网格", "grids:tree", "sitemap", right="unit.see", group="网格治理", order=10,
            owns=("grids:unit", *(f"grids:{kind}" for kind in (*_CHANGES, "describe"))),
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
