"""Careers as a spreadsheet: in by the district centre alone, out with grade and pay."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.models import User
from governance.audit.models import Entry
from governance.errors import NotAllowed
from governance.sheets import exports, registry
from governance.sheets.template import template
from members.careers.pay import Scales
from members.models import Career, CareerEvent
from tests.members.conftest import identity_number
from tests.members.sheets.filling import bring, counts, look, reasons, take_away
from tests.sheets.files import read

pytestmark = pytest.mark.django_db

NUMBER, OTHER = identity_number("19900101", 1), identity_number("19910101", 2)


@pytest.fixture(autouse=True)
def media(settings, tmp_path, calendar) -> None:
    """Uploads of a test go with it."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def row(person, district):
    person(identity=NUMBER)
    person("刘敏", identity=OTHER)
    unit = district.community_1
    return {
        "name": "王建国", "identity": NUMBER, "unit": f"{unit.code} {unit.name}", "post": "一般岗",
        "entered_on": "2022-03-01", "recruited": "公开招聘", "degree": "本科", "grounds": "2022 年公开招聘（第 3 号）",
    }  # fmt: skip


def test_a_career_begins_as_by_the_form(row, cast, district, now) -> None:
    assert counts(bring("careers", row, by=cast.dc, now=now)) == {"new": 1}
    career = Career.objects.get()
    assert (career.person.name, career.post, career.community_id) == ("王建国", "worker", district.community_1.pk)
    assert (career.entered_on, career.degree, career.certificate) == (date(2022, 3, 1), "bachelor", "")
    event = CareerEvent.objects.get()
    assert (event.kind, event.grounds) == ("entered", "2022 年公开招聘（第 3 号）")
    assert event.pay_after == Scales.load().on(career.entered_on).amount(career.post, career.grade)
    assert Entry.objects.filter(action="career.enter", user_id=cast.dc.user_id).count() == 1
    assert NUMBER not in str(list(Entry.objects.values_list("after", "before", "subject_label", "reason")))


def test_the_same_file_twice_and_what_differs(row, cast, now) -> None:
    assert counts(bring("careers", row, row, by=cast.dc, now=now)) == {"new": 1, "same": 1}
    assert counts(bring("careers", row, by=cast.dc, now=now)) == {"same": 1}
    told = reasons(look("careers", {**row, "degree": "专科"}, by=cast.dc, now=now))
    assert told[2][0] == "degree"
    assert "档案中办理" in told[2][1]


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"name": ""}, "name", "不能为空"),
        ({"name": "李强"}, "identity", "没有姓名和身份证号都相符"),
        ({"identity": identity_number("19900101", 9)}, "identity", "没有姓名和身份证号都相符"),
        ({"identity": "1"}, "identity", "18 位"),
        ({"unit": "火星社区"}, "unit", "没有在您的辖区内"),
        ({"post": "专职网格员"}, "unit", "填网格"),
        ({"post": "处长"}, "post", "可填"),
        ({"post": ""}, "post", "不能为空"),
        ({"entered_on": ""}, "entered_on", "不能为空"),
        ({"entered_on": "2099-01-01"}, "entered_on", "不晚于今天"),
        ({"entered_on": "2000-01-01"}, "entered_on", "18 周岁"),
        ({"recruited": "介绍"}, "recruited", "可填"),
        ({"degree": "博士后"}, "degree", "可填"),
        ({"certificate": "驾照"}, "certificate", "可填"),
        ({"grounds": ""}, "grounds", "不能为空"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bad_row_and_only_that(row, cast, now, cells, column, words) -> None:
    good = {**row, "name": "刘敏", "identity": OTHER}
    upload = bring("careers", {**row, **cells}, good, by=cast.dc, now=now)
    assert counts(upload) == {"new": 1, "refused": 1}
    assert (reasons(upload)[2][0], words in reasons(upload)[2][1]) == (column, True)
    assert Career.objects.get().person.name == "刘敏"


def test_nobody_in_their_own_matter(row, cast, now) -> None:
    from members.models import Person

    person = Person.objects.get(name="王建国")
    Person.objects.filter(pk=person.pk).update(phone_index="f" * 64)
    User.objects.filter(pk=cast.dc.user_id).update(phone_index="f" * 64)
    assert "回避" in reasons(look("careers", row, by=cast.dc, now=now))[2][1]


def test_who_may(row, cast, now) -> None:
    """rights.md: careers are decided by DC; seen, with their pay, by DC SS SL CS."""
    for name, actor in cast.actors.items():
        if name != "dc":
            with pytest.raises(NotAllowed):
                look("careers", row, by=actor, now=now)
    for actor in (cast.cw, cast.gw, cast.dl, cast.sl):
        with pytest.raises(NotAllowed):
            exports.ask(sheet_key="careers", purpose="核对队伍", query="", by=actor, now=now)


def test_the_template(cast, district) -> None:
    book = read(template(registry.get("careers"), cast.dc))
    assert len(book["社区工作者"].data_validations.dataValidation) == 5
    units = [cell.value for cell in book["可选内容"]["A"]]
    assert f"{district.grid_1.code} {district.grid_1.name}" in units


def test_out_with_grade_and_pay_masked_and_in_again(row, cast, now, django_assert_max_num_queries) -> None:
    bring("careers", row, {**row, "name": "刘敏", "identity": OTHER}, by=cast.dc, now=now)
    for actor in (cast.dc, cast.ss, cast.cs):
        header, first, second = take_away("careers", by=actor, now=now)
        told = dict(zip(header, first, strict=True))
        assert told["身份证号"] == f"{NUMBER[:6]}********{NUMBER[-4:]}"
        assert (told["岗位"], told["学历"], told["状态"]) == ("一般岗", "本科", "在岗")
        assert isinstance(told["月工资（元）"], int)
        assert second[0] == "刘敏"
    exporter = registry.get("careers").exporter
    assert exporter.rows("", cast.cs_2).count() == 0
    with pytest.raises(NotAllowed):
        exports.ask(sheet_key="careers", purpose="核对队伍", query="", with_numbers=True, by=cast.dc, now=now)
    with django_assert_max_num_queries(3):
        assert len([exporter.row(thing, with_numbers=False) for thing in exporter.rows("", cast.dc)]) == 2
