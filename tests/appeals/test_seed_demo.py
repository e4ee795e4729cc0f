"""`seed_demo` by parts: each once, in order, cut off anywhere and gone on with, never again over what was seeded."""

from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace

import psycopg2
import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper
from django.db import connection

from accounts.models import User
from appeals.demo import parts, telling
from appeals.demo.parts import Subject
from governance import demo
from governance.audit import services as audit
from governance.audit.models import Entry
from governance.scope import PLATFORM, UnitKind
from grids.demo import DISTRICT_CODE
from grids.models import Unit
from tests.fixtures import make_unit

pytestmark = pytest.mark.django_db


class CutOff(Exception):
    """The process was killed here."""


@pytest.fixture
def filled(db, monkeypatch):
    """Three parts of two subjects each, which only note that they were filled; `cut_at` is killed there."""
    seen = SimpleNamespace(fills=[], cut_at="")

    def subject(name):
        def fill(progress):
            if seen.cut_at == name:
                raise CutOff
            if name == "territory 1" and not Unit.objects.exists():
                make_unit(DISTRICT_CODE, "演示区", UnitKind.DISTRICT)
            seen.fills.append(name)
            progress(3)

        return Subject(name, "个", fill)

    for part in demo.PARTS:
        subjects = tuple(subject(f"{part} {number}") for number in (1, 2))
        monkeypatch.setitem(parts.SUBJECTS, part, lambda wanted, subjects=subjects: subjects)
    return seen


def seed(part="all", **options):
    output = io.StringIO()
    call_command("seed_demo", part=part, stdout=output, **options)
    return output.getvalue()


def seed_all(order):
    for part in order:
        seed(part)


ALL = [f"{part} {number}" for part in demo.PARTS for number in (1, 2)]


def test_everything_in_order_and_nothing_twice(filled):
    said = seed(appeals=7)
    assert filled.fills == ALL
    assert "演示诉求载入完成" in said
    assert "演示数据已全部载入" in said
    assert all(demo.is_loaded(part) for part in demo.PARTS)
    assert Entry.objects.filter(action="demo.appeals").get().after["appeals"] == 7
    assert "演示居民已载入，无需重复" in seed()
    assert filled.fills == ALL


@pytest.mark.parametrize("order", [(demo.APPEALS, demo.PEOPLE), (demo.PEOPLE, demo.APPEALS)])
@pytest.mark.parametrize("cut_at", ALL)
def test_it_goes_on_wherever_it_was_cut_off(filled, cut_at, order):
    order = (demo.TERRITORY, *order)
    filled.cut_at = cut_at
    with pytest.raises(CutOff):
        seed_all(order)
    broken = cut_at.split()[0]
    done = order[: order.index(broken)]
    assert [part for part in order if demo.is_loaded(part)] == list(done)
    filled.cut_at, filled.fills = "", []
    seed_all(order)
    assert not any(name.split()[0] in done for name in filled.fills)
    assert filled.fills == [f"{part} {number}" for part in order if part not in done for number in (1, 2)]
    assert all(demo.is_loaded(part) for part in order)


def test_a_district_that_was_seeded_in_one_go_is_not_seeded_again(filled, district, now):
    audit.record(action=demo.WHOLE, subject_type="grids.unit", subject_id=district.district.pk, by=PLATFORM, now=now)
    for part in ("all", *demo.PARTS):
        seed(part)
    assert filled.fills == []


@pytest.mark.parametrize("part", [demo.APPEALS, demo.PEOPLE])
def test_a_part_asks_for_the_territory_before_it(filled, part):
    with pytest.raises(CommandError, match="--part territory"):
        seed(part)
    assert filled.fills == []


def test_a_database_of_real_people_is_refused(filled):
    User.objects.create(username="zhenren", name="真人")
    with pytest.raises(CommandError, match="真实"):
        seed()
    assert filled.fills == []


def test_two_processes_never_load_the_same_part(filled):
    seed(demo.TERRITORY)
    key = demo.PARTS.index(demo.PEOPLE)
    other = psycopg2.connect(**connection.get_connection_params())
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(230604, %s)", [key])
        with pytest.raises(CommandError, match="另一个进程"):
            seed(demo.PEOPLE)
        seed(demo.APPEALS)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(230604, %s)", [key])
    finally:
        other.close()
    seed(demo.PEOPLE)
    assert filled.fills == ALL


def test_lines_tell_now_and_then_and_let_the_pages_know(filled):
    seed(demo.TERRITORY)
    said = seed(demo.PEOPLE, lines=True)
    assert "演示数据：people 1（第 1 项，共 2 项）" in said
    assert "people 2" not in said  # within the same ten seconds
    assert demo.loading() == ""


def test_a_line_says_how_far_it_is_every_ten_seconds():
    output, times = io.StringIO(), iter([0.0, 1.0, 10.0, 15.0, 19.0])
    subject = replace(Subject("居民", "人", print), total=202_500, there=1_000)
    try:
        with telling.Lines(OutputWrapper(output), clock=lambda: next(times)).of(subject, 1, 8) as progress:
            for _ in range(4):
                progress(60_000)
            assert demo.loading() == "居民 121,000 / 约 202,500 人（第 1 项，共 8 项）"
        assert output.getvalue().splitlines() == [
            "演示数据：居民 1,000 / 约 202,500 人（第 1 项，共 8 项）",
            "演示数据：居民 121,000 / 约 202,500 人（第 1 项，共 8 项）",
        ]
    finally:
        cache.clear()


def test_the_parts_name_their_subjects_in_the_order_in_which_they_need_each_other(district, now):
    labels = [one.label for one in parts.SUBJECTS[demo.PEOPLE](parts.Wanted(0, 1, now))]
    assert labels[:2] == ["居民", "社区工作者"]
    assert labels.index("党组织、党员") < labels.index("中心户") < labels.index("称号")
