"""Numbers as people type them."""

from __future__ import annotations

import pytest

from governance.errors import InvalidInput
from governance.privacy import (
    identity_is_valid,
    mask_identity,
    mask_phone,
    mask_text,
    normalise_phone,
    validate_identity,
    validate_phone,
)

SAME_MOBILE = [
    "13812344080", " 13812344080 ", "138 1234 4080", "138-1234-4080", "+8613812344080", "+86 138 1234 4080",
    "008613812344080", "86-138-1234-4080", "１３８１２３４４０８０", "13812344080.0", "(138)12344080",
]  # fmt: skip
SAME_LANDLINE = [
    "0459-6123456", "04596123456", "(0459)6123456", "（0459）6123456", "0459 6123456", "0459—6123456",
    "+86 459 6123456", "86-0459-6123456", "+86-0459-6123456",
]  # fmt: skip


@pytest.mark.parametrize("typed", SAME_MOBILE)
def test_one_mobile_however_it_is_typed(typed):
    assert normalise_phone(typed) == validate_phone(typed) == "13812344080"


@pytest.mark.parametrize("typed", SAME_LANDLINE)
def test_one_landline_however_it_is_typed(typed):
    assert normalise_phone(typed) == validate_phone(typed) == "0459-6123456"


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("0459-6123456-801", "0459-6123456-801"),
        ("0459-6123456转801", "0459-6123456-801"),
        ("04596123456 ext 801", "0459-6123456-801"),
        ("010-12345678", "010-12345678"),
        ("02112345678", "021-12345678"),
        ("6123456", "6123456"),
        ("400-123-4567", "4001234567"),
    ],
)
def test_landlines_local_and_service_numbers(typed, normal):
    assert validate_phone(typed) == normal


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "请填写"),
        ("   ", "请填写"),
        ("没有", "只能是数字"),
        ("1381234408", "应为 11 位，现在是 10 位"),
        ("138123440801", "应为 11 位，现在是 12 位"),
        ("12812344080", "没有以这三位开头"),
        ("0459-61234", "区号-号码"),
        ("99", "区号-号码"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(typed, says):
    with pytest.raises(InvalidInput, match=says) as refusal:
        validate_phone(typed, field="contact")
    assert refusal.value.field == "contact"


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812344080", "138****4080"),
        ("+86 138 1234 4080", "138****4080"),
        ("0459-6123456", "0459-****456"),
        ("010-12345678", "010-****5678"),
        ("0459-6123456-801", "0459-****456"),
        ("6123456", "****456"),
        ("4001234567", "400****567"),
        ("", ""),
        ("x1", "****"),
    ],
)
def test_masked_phones(phone, shown):
    assert mask_phone(phone) == shown


def _fault(identity: str) -> str:
    try:
        validate_identity(identity)
    except InvalidInput as refusal:
        return refusal.message
    return ""


def with_check(first17: str) -> str:
    """The number with the check character that the standard gives it, by its other formula (MOD 11-2)."""
    p = 0
    for digit in first17:
        p = (p + int(digit)) * 2 % 11
    return first17 + "0123456789X"[(12 - p) % 11]


@pytest.mark.parametrize("n", range(0, 999, 37))
def test_the_check_agrees_with_the_standards_other_formula(n):
    good = with_check(f"23060419900228{n:03d}")
    assert validate_identity(good.lower()) == good
    for wrong in set("0123456789X") - {good[-1]}:
        assert not identity_is_valid(good[:-1] + wrong)


@pytest.mark.parametrize(
    ("identity", "says"),
    [
        ("", "应为 18 位，现在是 0 位"),
        ("230604900101123", "15 位旧身份证号已停用"),
        (with_check("23060419900230123"), "出生日期不存在"),
        ("2306041990010112AX", "前 17 位应为数字"),
        ("230604199001011", "15 位旧"),
    ],
)
def test_wrong_identity_numbers_say_why(identity, says):
    assert says in _fault(identity)


def test_masked_identities():
    assert mask_identity("23060419900101123x") == "230604********123X"
    assert mask_identity("E12345678") == "E1*****78"
    assert mask_identity("12345") == "*****"
    assert mask_identity("") == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我的电话13812344080，请联系", "我的电话138****4080，请联系"),
        ("138 1234 4080 或 0459-6123456", "138****4080 或 0459-****456"),
        ("身份证23060419900101123X。", "身份证230604********123X。"),
        ("（0459）6123456", "0459-****456"),
        ("微信同号１３８１２３４４０８０", "微信同号138****4080"),
        ("13812344080/13912344081", "138****4080/139****4081"),
    ],
)
def test_numbers_inside_text_are_masked(text, shown):
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "MH20260302-0001",
        "工单 20260302138123440801",
        "125.013812344080, 46.638",
        "2026-03-02T01:00:00.123456+00:00",
        "合同金额 1381234 元，面积 4080 平方米",
        "230604001002003",
        "",
    ],
)
def test_other_numbers_stay(text):
    assert mask_text(text) == text
