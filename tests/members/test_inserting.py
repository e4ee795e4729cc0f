"""Rows by a statement written once: as Django would have them, and once for a unique column."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from governance.audit.models import Entry
from governance.inserting import insert, insert_unless
from grids.models import Unit

pytestmark = pytest.mark.django_db


def entry(now, **more):
    facts = {
        "at": now, "user_id": 7, "user_name": "陈书记", "posting_id": 8, "unit_id": 9, "unit_name": "幸福社区",
        "action": "shop.order_place", "subject_type": "points.order", "subject_id": 1, "ip": "",
        "before": {}, "after": {"points": 30, "words": "“油”'; --", "none": None},
    } | more  # fmt: skip
    return Entry(**facts)


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname != "id"}


def test_what_is_inserted_is_what_django_would_have_saved(now):
    given = [entry(now), entry(now + timedelta(seconds=1), ip="10.0.0.1", is_look=True, after={})]
    insert(given)
    found = list(Entry.objects.order_by("at"))
    assert [values(row) for row in found] == [values(row) for row in given]
    saved = entry(now + timedelta(seconds=2))
    saved.save()
    saved.refresh_from_db()
    assert values(saved) == values(entry(now + timedelta(seconds=2)))


def test_nothing_is_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert([])


def test_a_conflict_is_an_error(district):
    twin = Unit(code=district.community_1.code, name="又一个", kind="community", parent=district.street_1)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([twin])


def test_unless_it_is_there_says_its_key_or_none(district, now):
    unit = district.community_1
    facts = {field.attname: getattr(unit, field.attname) for field in Unit._meta.concrete_fields if field.name != "id"}
    new = insert_unless(Unit(**facts | {"code": "990099099"}), conflict="code")
    assert new is not None
    assert Unit.objects.get(pk=new).name == unit.name
    assert insert_unless(Unit(**facts | {"name": "不写"}), conflict="code") is None
    assert Unit.objects.filter(name="不写").count() == 0
