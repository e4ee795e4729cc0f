"""Sealed values open where they belong, with the keys that there are, and nowhere else."""

from __future__ import annotations

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from governance.privacy import SealBroken, UnknownKey, blind_index, open_sealed, seal
from governance.privacy.sealing import key_of

OLD, NEW = "k1:" + base64.b64encode(b"o" * 32).decode(), "k2:" + base64.b64encode(b"n" * 32).decode()
HERE = "case.phone:1"


@given(st.text(min_size=0, max_size=200).filter(lambda t: t.isprintable()), st.text(max_size=40))
def test_what_was_sealed_opens(plain, place):
    context = place.encode("utf-8", "replace").decode()
    assert open_sealed(seal(plain, context=context), context=context) == plain


def test_a_token_names_its_key_and_never_repeats(settings):
    settings.PRIVACY_KEYS = [OLD]
    first, second = seal("13812344080", context=HERE), seal("13812344080", context=HERE)
    assert first.startswith("v1.k1.")
    assert first != second
    assert "13812344080" not in first


def test_nothing_stays_nothing():
    assert seal("", context=HERE) == open_sealed("", context=HERE) == ""


def test_a_token_moved_to_another_row_does_not_open():
    token = seal("13812344080", context=HERE)
    with pytest.raises(SealBroken, match=r"case\.phone:2"):
        open_sealed(token, context="case.phone:2")


def test_a_changed_token_does_not_open(settings):
    settings.PRIVACY_KEYS = [OLD]
    token = seal("13812344080", context=HERE)
    head, body = token.rsplit(".", 1)
    broken = [
        f"{head}.{'A' if body[0] != 'A' else 'B'}{body[1:]}", token[:-4], f"{head}.", f"{head}.!!", "13812344080",
        token.replace("v1", "v2"), "", "v1", "v1..", f"{head}.AAAA",
    ]  # fmt: skip
    for one in broken:
        if one:
            with pytest.raises(SealBroken):
                open_sealed(one, context=HERE)


def test_an_old_key_opens_and_the_newest_seals(settings):
    settings.PRIVACY_KEYS = [OLD]
    old = seal("旧", context=HERE)
    settings.PRIVACY_KEYS = [NEW, OLD]
    assert open_sealed(old, context=HERE) == "旧"
    assert (key_of(old), key_of(seal("新", context=HERE))) == ("k1", "k2")
    settings.PRIVACY_KEYS = [NEW]
    with pytest.raises(UnknownKey, match="k1"):
        open_sealed(old, context=HERE)


def test_a_token_does_not_pass_under_another_keys_name(settings):
    settings.PRIVACY_KEYS = [OLD, NEW]
    with pytest.raises(SealBroken):
        open_sealed(seal("x", context=HERE).replace(".k1.", ".k2."), context=HERE)


@pytest.mark.parametrize("keys", [[], ["k1:short"], ["k1:" + base64.b64encode(b"x" * 16).decode()], ["k.1:" + OLD[3:]]])
def test_wrong_keys_are_said_at_once(settings, keys):
    settings.PRIVACY_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="PRIVACY_KEYS"):
        seal("x", context=HERE)


def test_equal_values_have_one_index_however_they_are_typed():
    assert blind_index("phone", "+86 138-1234-4080") == blind_index("phone", "13812344080")
    assert blind_index("identity", "23060419900101123x") == blind_index("identity", "23060419900101123X")
    assert blind_index("name", "Ａbc") == blind_index("name", "abc")
    assert len(blind_index("phone", "13812344080")) == 64


def test_other_values_kinds_and_keys_have_other_indexes(settings):
    one = blind_index("phone", "13812344080")
    assert one != blind_index("phone", "13812344081")
    assert one != blind_index("identity", "13812344080")
    settings.PRIVACY_INDEX_KEY = base64.b64encode(b"z" * 32).decode()
    assert one != blind_index("phone", "13812344080")
    assert blind_index("phone", "") == ""
