"""Words in Chinese text are found by pieces of two characters."""

import pytest

from appeals.models import Appeal
from governance import search


def test_pieces_of_two_characters() -> None:
    assert search.bigrams("电梯故障") == ["故障", "梯故", "电梯", "障"]


def test_latin_and_digits_stay_whole_and_a_lone_character_stands() -> None:
    assert search.bigrams("A2区 12345") == ["12345", "a2", "区"]


def test_nothing_to_look_for() -> None:
    assert search.query("！！  ——") is None


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("电梯", True), ("频繁故障", True),
        ("电梯故障", False), ("障", True), ("三号楼 老人", True), ("MH", True), ("煤气", False),
        ("电梯 煤气", False), ("'; drop table", False), ("电", True), ("\\", None),
    ],
)  # fmt: skip
def test_search_finds_what_is_written(registered, typed: str, found: bool | None) -> None:
    appeal = registered(content="近两周电梯停运五次，老人上下楼困难，MH2 编号。")
    query = search.query(typed)
    hits = None if query is None else Appeal.objects.filter(pk=appeal.pk, search=query).exists()
    assert hits is found
