"""Codes, names, initials."""

import pytest

from governance.errors import InvalidInput
from governance.scope import UnitKind
from grids import codes, names


@pytest.mark.parametrize(
    ("code", "kind", "parent"),
    [
        ("230604", UnitKind.DISTRICT, ""),
        ("230604010", UnitKind.STREET, "230604"),
        ("230604010012", UnitKind.COMMUNITY, "230604010"),
        ("230604010012001", UnitKind.GRID, "230604010012"),
        ("230604B01", UnitKind.DEPARTMENT, "230604"),
        ("230604010Z01", UnitKind.SQUAD, "230604010"),
        ("230604Q001", UnitKind.ENTERPRISE, "230604"),
    ],
)
def test_a_code_of_its_kind_is_taken(code, kind, parent):
    codes.check(code, kind, parent)


@pytest.mark.parametrize(
    ("code", "kind", "parent", "words"),
    [
        ("23060", UnitKind.DISTRICT, "", "6 位数字"),
        ("23060401x", UnitKind.STREET, "230604", "9 位数字"),
        ("230604010012", UnitKind.GRID, "230604010", "15 位数字"),
        ("230605010", UnitKind.STREET, "230604", "以上级编码“230604”开头"),
        ("２３０６０４", UnitKind.DISTRICT, "", "6 位数字"),
        ("230604\n", UnitKind.DISTRICT, "", "6 位数字"),
    ],
)
def test_a_code_of_another_shape_is_refused_with_the_shape_that_is_wanted(code, kind, parent, words):
    with pytest.raises(InvalidInput, match=words) as refusal:
        codes.check(code, kind, parent)
    assert refusal.value.field == "code"


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("230604000000", "230604"),
        ("230604010000", "230604010"),
        ("230604010012", "230604010012"),
        (" 2306 04b01 ", "230604B01"),
        ("230604010012001", "230604010012001"),
    ],
)
def test_official_codes_padded_with_zeros_come_down_to_their_level(given, normal):
    assert codes.normal(given) == normal


def test_the_next_free_code_passes_by_what_was_ever_used():
    assert codes.next_free(UnitKind.GRID, "230604010012", {"230604010012001"}) == "230604010012002"
    assert codes.next_free(UnitKind.SQUAD, "230604010", set()) == "230604010Z01"
    with pytest.raises(InvalidInput, match="用完"):
        codes.next_free(UnitKind.SQUAD, "1", {f"1Z{n:02d}" for n in range(100)})


@pytest.mark.parametrize(
    ("name", "short", "initials"),
    [
        ("庆新一社区居委会", "庆新一社区", "QXYSQ"),
        ("新华村委会", "新华村", "XHC"),
        ("喇嘛甸镇", "喇嘛甸镇", "LMDZ"),
        ("第十二网格", "第十二网格", "DSEWG"),
        ("居委会", "居委会", "JWH"),
    ],
)
def test_names_are_shortened_as_people_say_them(name, short, initials):
    assert names.short_name_of(name) == short
    assert names.initials_of(short) == initials


def test_numbers_in_names():
    assert [names.chinese_number(n) for n in (1, 10, 11, 20, 99)] == ["一", "十", "十一", "二十", "九十九"]
