"""A district that was set up before there were points gets the shipped rules at the first start after the upgrade."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from governance.embedded import prepare
from points.models import EarningRule, OddRule

pytestmark = pytest.mark.django_db(transaction=True)


def complete() -> str:
    said = StringIO()
    call_command("complete_set_up", stdout=said)
    return said.getvalue()


def test_it_gets_the_rules_once_from_today_on(district) -> None:
    assert "默认的积分规则" in complete()
    rules = EarningRule.objects.filter(district=district.district)
    assert set(rules.values_list("from_on", flat=True)) == {timezone.localdate()}
    assert OddRule.objects.filter(district=district.district).count() == 5
    before = list(rules.order_by("pk").values())
    assert complete() == ""
    assert list(rules.order_by("pk").values()) == before


def test_what_the_district_changed_or_ended_stays(district) -> None:
    complete()
    EarningRule.objects.exclude(code="good_deed").delete()
    EarningRule.objects.update(until_on=timezone.localdate(), points=7)
    assert complete() == ""
    assert EarningRule.objects.get().points == 7


def test_every_start_does_it_but_the_demos(district, settings) -> None:
    settings.DEMO = True
    prepare._complete()
    assert not EarningRule.objects.exists()
    settings.DEMO = False
    prepare._complete()
    assert EarningRule.objects.exists()


def test_an_empty_installation_waits_for_its_set_up(db) -> None:
    assert complete() == ""
