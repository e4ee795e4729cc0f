"""Who sees an appeal: the unit that it happened in and all above, whoever it is or was with, whoever logged it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appeals import services
from appeals.models import Appeal, Assignment
from appeals.services import Correction


def sees(actor, appeal: Appeal) -> bool:
    return Appeal.objects.visible_to(actor).filter(pk=appeal.pk).exists()


def who_sees(cast, appeal: Appeal) -> set[str]:
    return {name for name, actor in cast.actors.items() if sees(actor, appeal)}


def test_the_line_that_it_happened_in(registered, cast, district) -> None:
    appeal = registered(unit_id=district.grid_1.pk)
    assert who_sees(cast, appeal) == {"dl", "dc", "sl", "ss", "cs", "cw", "gw", "pg"}


def test_whom_it_was_handed_to_sees_it_on(dispatched, cast, district, now) -> None:
    line = {"dl", "dc", "sl", "ss", "cs", "cw"}
    assert who_sees(cast, dispatched) == line | {"ds"}
    services.recall(appeal_id=dispatched.pk, words="派错了。", by=cast.dc, now=now)
    assert who_sees(cast, dispatched) == line | {"ds"}


def test_a_department_that_led_once_or_assists_sees_it_on(registered, cast, district, now) -> None:
    appeal = registered(unit_id=district.community_1.pk)
    one, two = district.department_1, district.department_2
    services.dispatch(appeal_id=appeal.pk, to_unit_id=one.pk, assisting_unit_ids=[two.pk], by=cast.dc, now=now)
    assert dict(Assignment.objects.values_list("unit_id", "is_outside")) == {one.pk: False, two.pk: True}
    assert {"ds", "ds_2"} <= who_sees(cast, appeal)
    services.accept(appeal_id=appeal.pk, by=cast.ds, now=now)
    services.transfer(appeal_id=appeal.pk, to_unit_id=district.street_1.pk, words="调整。", by=cast.dc, now=now)
    assert Assignment.objects.get(unit=one).is_outside
    assert {"ds", "ds_2"} <= who_sees(cast, appeal)


def test_a_unit_elsewhere_that_it_is_handed_to(registered, cast, district, now) -> None:
    appeal = registered(unit_id=district.community_1.pk)
    services.dispatch(appeal_id=appeal.pk, to_unit_id=district.street_2.pk, by=cast.dc, now=now)
    assert "ss_2" in who_sees(cast, appeal)
    assert Assignment.objects.get(appeal=appeal).is_outside


def test_who_logged_it_sees_it_on(registered, cast, district, now) -> None:
    appeal = registered(by=cast.gw, unit_id=district.grid_3.pk)
    assert {"gw", "cs_2", "cw_2"} <= who_sees(cast, appeal)
    assert "pg" not in who_sees(cast, appeal)


def test_a_corrected_place_moves_the_scope(registered, cast, district, now) -> None:
    appeal = registered(unit_id=district.community_1.pk)
    services.dispatch(appeal_id=appeal.pk, to_unit_id=district.street_2.pk, by=cast.dc, now=now)
    services.edit(appeal_id=appeal.pk, correction=Correction(unit_id=district.community_3.pk), by=cast.dc, now=now)
    assert not Assignment.objects.get(appeal=appeal).is_outside
    assert who_sees(cast, appeal) == {"dl", "dc", "ss_2", "cw_3"}


@pytest.mark.parametrize("who", ["au", "se", "sy"])
def test_the_offices_see_none(registered, cast, who: str) -> None:
    assert not Appeal.objects.visible_to(getattr(cast, who)).exists()
    registered()
    assert not Appeal.objects.visible_to(getattr(cast, who)).exists()


def slow_scope(actor, appeal: Appeal) -> bool:
    """The rule as it is written, for one appeal."""
    if appeal.registered_by_user == actor.user_id and actor.role not in {"AU", "SE", "SY"}:
        return True
    if actor.role in {"AU", "SE", "SY"}:
        return False
    handed = appeal.assignments.filter(unit_id=actor.unit_id).exists()
    levels = {"district", "street", "community", "grid"}
    column = f"{actor.unit_kind}_id" if actor.unit_kind in levels else None
    return handed or (column is not None and getattr(appeal, column) == actor.unit_id)


PLACES = ["district", "street_1", "street_2", "community_1", "community_2", "community_3", "grid_1", "grid_2", "grid_3"]
UNITS = ["street_1", "street_2", "department_1", "department_2", "district"]


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@given(place=st.sampled_from(PLACES), to=st.sampled_from(UNITS), logger=st.sampled_from(["dc", "ss", "cw", "gw", "ds"]))
def test_fast_and_slow_scope_agree(registered, cast, district, now, place: str, to: str, logger: str) -> None:
    appeal = registered(by=getattr(cast, logger), unit_id=getattr(district, place).pk)
    Appeal.objects.filter(pk=appeal.pk).update(desk_unit=district.district)
    services.dispatch(appeal_id=appeal.pk, to_unit_id=getattr(district, to).pk, by=cast.dc, now=now)
    appeal.refresh_from_db()
    for name, actor in cast.actors.items():
        assert sees(actor, appeal) is slow_scope(actor, appeal), name


def test_scope_costs_one_look_besides_the_list(registered, cast, django_assert_num_queries) -> None:
    registered(by=cast.cw)
    for who, queries in (("dc", 1), ("ss", 2), ("cw", 2), ("gw", 2), ("ds", 2)):
        with django_assert_num_queries(queries):
            list(Appeal.objects.visible_to(getattr(cast, who)))
