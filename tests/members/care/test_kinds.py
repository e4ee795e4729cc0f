"""The lists and their rhythms: kept by the district centre, new versions taken over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.audit.models import Entry
from governance.deadlines import adoption, policies
from governance.deadlines.defaults import ensure_default_policies
from governance.deadlines.models import Policy
from governance.deadlines.terms import Terms
from governance.errors import InvalidInput, NotAllowed, NotFound
from members.care import turns
from members.care.services.adopting import adopt
from members.care.services.keeping import KindFacts, add_kind, change_kind
from members.care.words import VISIT
from members.models import CareEvent, CareKind, CareTurn

pytestmark = pytest.mark.django_db


def facts(**changes: object) -> KindFacts:
    values = {"name": "高龄老人", "policy_a": "care-weekly", "policy_b": "care-monthly", "policy_c": "care-quarterly"}
    return KindFacts(**(values | changes))  # type: ignore[arg-type]


class TestKept:
    def test_a_new_list_with_its_own_rhythms(self, lists, listed, cast, now) -> None:
        kind = add_kind(facts=facts(needs_grounds=True), by=cast.dc, now=now)
        record = listed(code=kind.code, level="C")
        assert timezone.localdate(record.due_at) == timezone.localdate(now) + timedelta(days=90)
        assert Entry.objects.get(action="care.kind_add").user_id == cast.dc.user_id

    def test_another_rhythm_counts_from_the_next_turn(self, listed, visit, cast, now) -> None:
        record = listed(level="A")
        due = record.due_at
        kind = record.kind
        change_kind(kind_id=kind.pk, facts=facts(name=kind.name, policy_a="care-monthly"), by=cast.dc, now=now)
        record.refresh_from_db()
        assert record.due_at == due
        visit(record, days=1)
        record.refresh_from_db()
        assert timezone.localdate(record.due_at) == timezone.localdate(now) + timedelta(days=31)

    def test_refused(self, lists, cast, now) -> None:
        for by in (cast.dl, cast.ss, cast.cs, cast.sy):
            with pytest.raises(NotAllowed):
                add_kind(facts=facts(), by=by, now=now)
        for wrong, field in (
            ({"name": "独居老人"}, "name"), ({"name": " "}, "name"), ({"policy_b": "ordinary"}, "policy_b"),
            ({"order": -1}, "order"),
        ):  # fmt: skip
            with pytest.raises(InvalidInput) as refused:
                add_kind(facts=facts(**wrong), by=cast.dc, now=now)
            assert refused.value.field == field
        with pytest.raises(NotFound):
            change_kind(kind_id=0, facts=facts(), by=cast.dc, now=now)

    def test_one_out_of_use_takes_nobody_new(self, listed, person, kind, cast, now) -> None:
        CareKind.objects.filter(code="alone").update(is_active=False)
        with pytest.raises(InvalidInput, match="请选择类别"):
            listed()


class TestVersions:
    def test_open_turns_come_under_the_new_version(self, listed, cast, now) -> None:
        ensure_default_policies(now - timedelta(days=365))
        record = listed(level="C")
        policy = Policy.objects.get(code="care-monthly")
        data = Terms.parse(policy.versions.get().terms).as_data()
        data[VISIT]["amount"] = 20
        version = policies.add_version(
            policy_id=policy.pk, terms=Terms.parse(data), effective_from=None, note="会议要求", by=cast.dc, now=now
        )
        assert adoption.waiting(version) == 1
        effect = adoption.preview(policy, Terms.parse(data), now)
        assert (effect.open, effect.earlier) == (1, 1)
        assert adopt([record.pk], version, cast.dc, now) == 1
        record.refresh_from_db()
        assert timezone.localdate(record.due_at) == timezone.localdate(now) + timedelta(days=20)
        assert (CareTurn.objects.get().due_at, turns.clock_of(record).policy_version_id) == (record.due_at, version.pk)
        assert adoption.waiting(version) == 0
        assert CareEvent.objects.filter(kind="policy").count() == 1
        with pytest.raises(NotAllowed):
            adopt([record.pk], version, cast.ss, now)
