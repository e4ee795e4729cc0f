"""What a unit gave and exchanged, on its page and as a spreadsheet: names masked on both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.errors import NotAllowed
from governance.sheets import exports
from points.rounds.statements.flows import KEY
from tests.sheets.bringing import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.localtime(timezone.now())


@pytest.fixture
def moved(person, give, use, district, now):
    """Two residents earned, one of them exchanged."""
    who = person("王建国")
    give(who, 30, words="帮邻居买菜", at=now - timedelta(days=3))
    use(who, 12, at=now)
    give(person("李秀兰"), 5, at=now, unit=district.community_1)
    return who


def test_on_the_page_masked_and_signed(moved, browse, cast, django_assert_max_num_queries) -> None:
    client = browse(cast.cs)
    client.get(reverse("points:flows"))
    with django_assert_max_num_queries(22):
        page = client.get(reverse("points:flows")).content.decode()
    assert "王**" in page
    assert "王建国" not in page
    assert (">+30<" in page, ">-12<" in page) == (True, True)
    given = client.get(reverse("points:flows"), {"tab": "given"}).content.decode()
    assert ">-12<" not in given
    assert "王**" not in browse(cast.cs_2).get(reverse("points:flows")).content.decode()
    assert browse(cast.dc).get(reverse("points:flows")).status_code == 403


def test_narrowed_by_day_and_by_a_whole_name(moved, browse, cast, now) -> None:
    today = timezone.localdate(now).isoformat()
    client = browse(cast.cs)
    page = client.get(reverse("points:flows"), {"day_after": today, "day_before": today}).content.decode()
    assert (">+30<" in page, ">-12<" in page) == (False, True)
    page = client.get(reverse("points:flows"), {"person": "王建"}).content.decode()
    assert "没有发放和兑换" in page
    assert "王**" in client.get(reverse("points:flows"), {"person": "王建国"}).content.decode()


def test_as_a_spreadsheet(moved, cast, now) -> None:
    desk = Desk(KEY, cast.cs, now)
    wanted, (mark, header, *rows) = desk.export("tab=exchanged")
    assert "严禁外传" in str(mark[0])
    (row,) = [dict(zip(header, row, strict=True)) for row in rows]
    assert (row["姓名"], row["积分"], row["类别"], row["经办人"]) == ("王**", -12, "兑换", cast.cs.user_name)
    assert wanted.words == "兑换"
    assert len(desk.export()[1]) == 5
    with pytest.raises(NotAllowed):
        exports.ask(sheet_key=KEY, purpose="核对发放", query="", by=cast.dc, now=now)
    assert exports.ask(sheet_key=KEY, purpose="核对发放", query="", by=cast.cw, now=now).needs_approval
