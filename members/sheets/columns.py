"""The columns of the people's sheet, and what its words stand for."""

from __future__ import annotations

from typing import TypeVar

from governance.scope import Actor
from governance.sheets.declare import Column
from grids.models import Unit
from grids.selectors import in_order
from members.models import GENDERS, RESIDENCES, Building
from members.models.homes import ENTRANCE_MOST, ROOM_MOST
from members.models.households import KINDS, RELATIONS

T = TypeVar("T")
Pairs = list[tuple[str, str]]


def by_label(pairs: Pairs) -> dict[str, str]:
    """Label → code."""
    return {label: code for code, label in pairs}


GENDER_WORDS = by_label(GENDERS) | {"男性": "m", "女性": "f"}
RESIDENCE_WORDS = by_label(RESIDENCES) | {
    "常住": "registered", "户籍": "registered", "流动": "floating", "人户分离": "away", "空挂户": "away",
}  # fmt: skip
# As households' books say it, besides the platform's own words.
RELATION_WORDS = by_label(RELATIONS) | {
    "本人": "head", "夫": "spouse", "妻": "spouse", "丈夫": "spouse", "妻子": "spouse", "子": "child", "女": "child",
    "儿子": "child", "女儿": "child", "长子": "child", "次子": "child", "长女": "child", "次女": "child",
    "独生子": "child", "独生女": "child", "父": "parent", "母": "parent", "父亲": "parent", "母亲": "parent",
    "孙子": "grandchild", "孙女": "grandchild", "外孙": "grandchild", "外孙女": "grandchild", "祖父": "grandparent",
    "祖母": "grandparent", "外祖父": "grandparent", "外祖母": "grandparent", "兄": "sibling", "弟": "sibling",
    "姐": "sibling", "妹": "sibling", "兄弟": "sibling", "姐妹": "sibling", "儿媳": "relative", "女婿": "relative",
    "媳": "relative", "婿": "relative", "岳父": "relative", "岳母": "relative", "公公": "relative",
    "婆婆": "relative", "其他": "other", "租客": "other", "合租": "other", "保姆": "other",
}  # fmt: skip
KIND_WORDS = by_label(KINDS) | {
    "自有": "owner",
    "自住": "owner",
    "租房": "tenant",
    "出租": "tenant",
    "集体": "collective",
}


def units_of(actor: Actor) -> list[Unit]:
    """The actor's community and its grids, in order."""
    return list(in_order(Unit.objects.visible_to(actor).open().filter(kind__in=("community", "grid"))))


def _units(actor: Actor) -> list[str]:
    return [f"{unit.code} {unit.name}" for unit in units_of(actor)]


def _buildings(actor: Actor) -> list[str]:
    rows = Building.objects.visible_to(actor).filter(removed_on=None)
    return list(rows.order_by("name").values_list("name", flat=True)[:5_000])


def _labels(pairs: Pairs) -> list[str]:
    return [label for _, label in pairs]


COLUMNS = (
    Column(key="name", label="姓名", is_needed=True, most=32),
    Column(
        key="identity", label="身份证号", is_number=True, width=22, most=40,
        help="18 位。出生日期和性别由它得出，并以它识别同一个人。带星号的号码视为未填。",
    ),
    Column(key="phone", label="联系电话", is_number=True, most=40, help="手机号或座机号。带星号的号码视为未填。"),
    Column(key="gender", label="性别", choices=_labels(GENDERS), width=8, help="填了身份证号的不必填。"),
    Column(key="born_on", label="出生日期", help="例如 1980-05-01；填了身份证号的不必填。"),
    Column(
        key="relation", label="与户主关系", choices=_labels(RELATIONS), is_strict=False,
        help="填了楼栋房号或住址的必填。每户一个“户主”；“长子”“妻”等常用写法也能识别。",
    ),
    Column(
        key="residence", label="居住情况", choices=_labels(RESIDENCES), is_strict=False, width=26,
        help="留空按“户籍在本社区并居住”。",
    ),
    Column(
        key="building", label="楼栋", choices=_buildings, is_strict=False, width=18, most=64,
        help="楼栋名称，例如 3号楼。系统里没有的会新登记，预览时列出，请核对是否写错。",
    ),
    Column(key="entrance", label="单元", width=10, most=ENTRANCE_MOST, help="没有单元的留空。“2”和“2单元”视为相同。"),
    Column(key="room", label="房号", width=10, most=ROOM_MOST, help="填了楼栋的必填。"),
    Column(key="address", label="住址", width=36, most=200, help="没有楼栋的填写，如平房、村屋；填了楼栋的不必填。"),
    Column(
        key="unit", label="所属网格/社区", choices=_units, is_strict=False, width=34, most=120,
        help="可填名称或编码；留空为本社区。已登记的楼栋以楼栋所在网格为准。",
    ),
    Column(
        key="kind", label="住户类型", choices=_labels(KINDS), is_strict=False, width=12,
        help="以户主一行为准；新登记的住户留空按“自有住房”。",
    ),
    Column(key="from_on", label="入户日期", help="例如 2020-05-01；留空为导入当天。"),
    Column(key="employer", label="工作单位", width=26, most=100),
    Column(key="notes", label="备注", width=30, most=500, help="请勿填写号码。"),
)  # fmt: skip
