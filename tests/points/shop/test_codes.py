"""Codes that can be typed: a slip is found, look-alikes are read, and no two orders share one."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.errors import InvalidInput
from points.shop import codes

KEYS = st.uuids(version=4)


@given(KEYS)
def test_a_code_is_read_as_it_is_shown_and_typed(key):
    code = codes.code_of(key)
    assert len(code) == codes.LENGTH
    assert set(code) <= set(codes.SIGNS)
    assert codes.tidy(codes.told(code).lower()) == code
    assert codes.tidy(" ".join(code)) == code


@given(KEYS, st.integers(0, 7), st.sampled_from(codes.SIGNS))
def test_one_wrong_sign_is_found(key, place, sign):
    code = codes.code_of(key)
    if code[place] != sign:
        with pytest.raises(InvalidInput, match="有一位不对"):
            codes.tidy(code[:place] + sign + code[place + 1 :])


@given(KEYS, st.integers(0, 6), st.integers(0, 6))
def test_two_signs_that_changed_places_are_found(key, one, other):
    signs = list(codes.code_of(key))
    if signs[one] != signs[other]:
        signs[one], signs[other] = signs[other], signs[one]
        with pytest.raises(InvalidInput, match="有一位不对"):
            codes.tidy("".join(signs))


def test_look_alikes_are_read_as_what_was_meant():
    code = next(
        code for code in (codes.code_of(uuid.UUID(int=n)) for n in range(10_000)) if {"8", "5", "L"} <= set(code)
    )
    assert codes.tidy(code.replace("8", "b").replace("5", "S").replace("L", "1")) == code


@pytest.mark.parametrize("text", ["", "ACDE", "ACDE-45678", "ACDE-456O", "领取码"])
def test_what_cannot_be_a_code_is_told(text):
    with pytest.raises(InvalidInput, match="8 位字母和数字"):
        codes.tidy(text)


def test_codes_are_many():
    assert len({codes.code_of(uuid.UUID(int=n)) for n in range(5_000)}) == 5_000
