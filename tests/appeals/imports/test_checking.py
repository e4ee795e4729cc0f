"""One row of the file: the appeal that it would become, or what is wrong with it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from appeals.imports.checking import Checked, Checker
from appeals.imports.fields import BY_KEY
from appeals.imports.lookups import Lookups
from appeals.models import Category
from governance.scope import UnitKind
from tests.fixtures import District, make_unit

FIELDS = list(BY_KEY)
GOOD = {"source_number": "A1", "title": "路灯不亮", "content": "小区北门路灯不亮", "raised_at": "2026/11/20 9:00"}


@pytest.fixture
def checker(district: District, now: datetime) -> Checker:
    columns = {name: place for place, name in enumerate(FIELDS)}
    return Checker(columns=columns, lookups=Lookups(district.district.pk), now=now, zone=ZoneInfo("Asia/Shanghai"))


def check(checker: Checker, row: int = 2, **changes: Any) -> Checked:
    values = GOOD | changes
    return checker.check(row, [values.get(name) for name in FIELDS])


def problems(checked: Checked) -> list[str]:
    return [problem.field for problem in checked.problems]


def test_a_good_row_arrives_as_it_is(checker: Checker, district: District) -> None:
    incoming = check(checker).incoming
    assert incoming is not None
    assert (incoming.source_number, incoming.title, incoming.content) == ("A1", "路灯不亮", "小区北门路灯不亮")
    assert incoming.raised_at == datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert incoming.place == {
        "district_id": district.district.pk, "street_id": None, "community_id": None, "grid_id": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"source_number": None}, "source_number", "没有原编号"),
        ({"source_number": "x" * 65}, "source_number", "最多 64 个字符"),
        ({"source_number": 2.0260001e19}, "source_number", "末尾数字已丢失"),
        ({"title": None, "content": " \n\t"}, "content", "没有诉求内容"),
        ({"content": "长" * 10_001}, "content", "最多 10000 个字，现在 10001 个字"),
        ({"raised_at": None}, "raised_at", "没有诉求时间"),
        ({"raised_at": "昨天"}, "raised_at", "无法识别“昨天”"),
        ({"raised_at": "2026/11/23 10:01"}, "raised_at", "晚于现在"),
        ({"complainant": "名" * 65}, "complainant", "最多 64 个字"),
        ({"phone": "1381234"}, "phone", "手机号应为 11 位，现在是 7 位"),
        ({"phone": 1.3812344e17}, "phone", "末尾数字已丢失"),
        ({"identity": "230604199001011234"}, "identity", "校验位"),
        ({"address": "址" * 201}, "address", "最多 200 个字"),
        ({"street": "月亮街道"}, "street", "本区没有名称或编码为“月亮街道”的街道"),
        ({"street": "第二街道", "community": "第一街道1社区"}, "community", "不在第二街道"),
        ({"lon": 124.8}, "lon", "经度和纬度要同时填写"),
        ({"lon": 46.6, "lat": 124.8}, "lon", "填反"),
        ({"lon": "东经", "lat": 46}, "lon", "不是十进制度数"),
        ({"reply": "已修复"}, "replied_at", "没有答复时间"),
        ({"reply": "已修复", "replied_at": "2026/11/19"}, "replied_at", "早于诉求时间"),
        ({"reply": "已修复", "replied_at": "2026/11/24"}, "replied_at", "晚于现在"),
        ({"reply": "长" * 10_001, "replied_at": "2026/11/21"}, "reply", "最多 10000 个字"),
    ],
)
def test_what_is_wrong_is_said_by_field(checker: Checker, changes: dict[str, Any], field: str, says: str) -> None:
    checked = check(checker, **changes)
    assert checked.incoming is None
    assert problems(checked) == [field]
    assert says in checked.problems[0].message


def test_all_that_is_wrong_is_said_at_once(checker: Checker) -> None:
    checked = check(checker, source_number="", phone="12", raised_at="x")
    assert problems(checked) == ["source_number", "raised_at", "phone"]


def test_a_number_twice_in_a_file_names_the_first_row(checker: Checker) -> None:
    assert check(checker, row=2).incoming is not None
    again = check(checker, row=9)
    assert again.incoming is None
    assert "与第 2 行的编号“A1”相同" in again.problems[0].message


def test_a_long_title_is_cut_and_kept_whole_in_the_content(checker: Checker) -> None:
    title = "很长的标题" * 30
    checked = check(checker, title=title, content="正文")
    assert checked.incoming is not None
    assert checked.incoming.title == title[:100]
    assert checked.incoming.content == f"{title}\n正文"
    assert [notice.field for notice in checked.notices] == ["title"]


def test_without_a_title_the_content_begins_it(checker: Checker) -> None:
    checked = check(checker, title=None, content="第一行\n第二行")
    assert checked.incoming is not None
    assert checked.incoming.title == "第一行 第二行"


def test_without_content_the_title_is_all_there_is(checker: Checker) -> None:
    checked = check(checker, content=None)
    assert checked.incoming is not None
    assert checked.incoming.content == "路灯不亮"


@pytest.mark.parametrize("text", ["第一街道", "第一", " 第一 街道 ", "990001001", "第一街道办事处"])
def test_a_street_is_found_by_name_stem_or_code(checker: Checker, district: District, text: str) -> None:
    incoming = check(checker, street=text).incoming
    assert incoming is not None
    assert incoming.place["street_id"] == district.street_1.pk


def test_a_community_brings_its_street(checker: Checker, district: District) -> None:
    incoming = check(checker, community="第一街道2社区居委会").incoming
    assert incoming is not None
    assert incoming.place == {
        "district_id": district.district.pk, "street_id": district.street_1.pk,
        "community_id": district.community_2.pk, "grid_id": None,
    }  # fmt: skip


def test_a_community_name_of_two_streets_needs_the_street(district: District, now: datetime) -> None:
    make_unit("990001001009", "向阳社区", UnitKind.COMMUNITY, district.street_1)
    wanted = make_unit("990001002009", "向阳社区", UnitKind.COMMUNITY, district.street_2)
    columns = {name: place for place, name in enumerate(FIELDS)}
    checker = Checker(columns=columns, lookups=Lookups(district.district.pk), now=now, zone=ZoneInfo("Asia/Shanghai"))
    assert "请同时写明街道" in check(checker, community="向阳社区").problems[0].message
    incoming = check(checker, source_number="A2", street="第二街道", community="向阳社区").incoming
    assert incoming is not None
    assert incoming.place["community_id"] == wanted.pk


def test_a_closed_unit_is_not_found(district: District, now: datetime) -> None:
    district.street_2.closed_on = now.date()
    district.street_2.save()
    columns = {name: place for place, name in enumerate(FIELDS)}
    checker = Checker(columns=columns, lookups=Lookups(district.district.pk), now=now, zone=ZoneInfo("Asia/Shanghai"))
    assert problems(check(checker, street="第二街道")) == ["street"]


def test_a_point_outside_every_grid_is_a_notice(checker: Checker) -> None:
    checked = check(checker, lon=116.4, lat=39.9)
    assert checked.incoming is not None
    assert (checked.incoming.lon, checked.incoming.lat) == (116.4, 39.9)
    assert [notice.field for notice in checked.notices] == ["lon"]


def test_zero_coordinates_mean_no_position(checker: Checker) -> None:
    checked = check(checker, lon=0, lat="0")
    assert checked.incoming is not None
    assert checked.incoming.lon is None
    assert not checked.notices


@pytest.mark.parametrize(("text", "level"), [("一般", 0), ("紧急", 2), ("加急", 1), ("特急", 2)])
def test_urgency_by_its_usual_words(checker: Checker, text: str, level: int) -> None:
    incoming = check(checker, urgency=text).incoming
    assert incoming is not None
    assert incoming.urgency == level


def test_an_unknown_urgency_or_category_is_a_notice(checker: Checker) -> None:
    checked = check(checker, urgency="十万火急", category="外星事务")
    assert checked.incoming is not None
    assert [notice.field for notice in checked.notices] == ["category", "urgency"]


@pytest.mark.parametrize("text", ["城建/电梯", "城建 > 电梯", "电梯", "城建-电梯"])
def test_a_category_by_path_or_last_name(district: District, now: datetime, text: str) -> None:
    top = Category.objects.create(name="城建", path="城建", level=1)
    lift = Category.objects.create(name="电梯", path="城建/电梯", level=2, parent=top)
    columns = {name: place for place, name in enumerate(FIELDS)}
    checker = Checker(columns=columns, lookups=Lookups(district.district.pk), now=now, zone=ZoneInfo("Asia/Shanghai"))
    incoming = check(checker, category=text).incoming
    assert incoming is not None
    assert incoming.category_id == lift.pk


def test_a_reply_time_without_a_reply_is_a_notice(checker: Checker) -> None:
    checked = check(checker, replied_at="2026/11/21")
    assert checked.incoming is not None
    assert checked.incoming.replied_at is None
    assert [notice.field for notice in checked.notices] == ["reply"]


def test_the_handling_unit_is_found_by_name(checker: Checker, district: District) -> None:
    checked = check(checker, handler="试验区城管局", reply="已修复", replied_at="2026/11/21")
    assert checked.incoming is not None
    assert checked.incoming.handler_unit_id == district.department_1.pk
    assert not checked.notices


def test_a_short_row_lacks_its_last_cells_only(checker: Checker) -> None:
    assert checker.check(5, ["B1", None, "只有内容", "2026/11/20"]).incoming is not None


@pytest.mark.parametrize(
    "cell", ["=1+1", "@SUM(A1)", "+86", "-1", "<script>alert(1)</script>", "' OR 1=1 --", "\x00\x01"]
)
def test_strange_text_is_text(checker: Checker, cell: str) -> None:
    checked = check(checker, title=cell, address=cell, complainant=cell)
    assert checked.incoming is not None
    assert "\x00" not in checked.incoming.title + checked.incoming.address


def test_marks_tell_a_change_from_none(checker: Checker) -> None:
    first, same = check(checker, source_number="M1"), check(checker, source_number="M2", title="  路灯不亮\n")
    other = check(checker, source_number="M3", phone="13812344080")
    assert first.incoming is not None
    assert same.incoming is not None
    assert other.incoming is not None
    assert first.incoming.marks == same.incoming.marks
    assert set(first.incoming.marks.items()) ^ set(other.incoming.marks.items()) <= {
        ("phone", ""), ("phone", other.incoming.marks["phone"]),
    }  # fmt: skip
    assert "13812344080" not in str(other.incoming.marks)
