"""Policies in versions: what is refused and why, what counts from when, and the pages where the centre keeps them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from governance.audit.models import Entry
from governance.deadlines import policies, services
from governance.deadlines.models import Policy, PolicyVersion
from governance.deadlines.terms import Mark, Span, Term, Terms, Unit
from governance.errors import IllegalState, InvalidInput, NotAllowed

NOTE = "区政府办公室会议纪要"


@pytest.fixture
def ordinary(rules) -> Policy:
    return Policy.objects.get(code="ordinary")


def terms_of(policy: Policy, **changes: Term) -> Terms:
    newest = policy.versions.order_by("-number").first()
    assert newest is not None
    return Terms({**Terms.parse(newest.terms).by_kind, **changes})


def days(amount: int, **more) -> Term:
    return Term(Span(amount, Unit.WORKING_DAYS), **more)


class TestVersions:
    def test_a_new_version_counts_from_its_moment_and_the_old_one_before(self, ordinary, cast, now) -> None:
        later = now + timedelta(days=7)
        made = policies.add_version(
            policy_id=ordinary.pk, terms=terms_of(ordinary, resolve=days(7)), effective_from=later, note=NOTE,
            by=cast.dc, now=now,
        )  # fmt: skip
        assert made.number == 2
        assert services.policy_version_at("ordinary", later - timedelta(seconds=1)).number == 1
        assert services.policy_version_at("ordinary", later).number == 2
        entry = Entry.objects.get(action="policy.version")
        assert (entry.reason, entry.after["number"]) == (NOTE, 2)

    def test_refused_in_words(self, ordinary, cast, now) -> None:
        def add(terms=None, by=None, note=NOTE, at=None, **more):
            return policies.add_version(
                policy_id=ordinary.pk, terms=terms or terms_of(ordinary, resolve=days(7)), effective_from=at,
                note=note, by=by or cast.dc, now=now, **more,
            )  # fmt: skip

        with pytest.raises(NotAllowed):
            add(by=cast.ss)
        with pytest.raises(InvalidInput, match="修改依据"):
            add(note=" ")
        with pytest.raises(InvalidInput, match="不能早于现在"):
            add(at=now - timedelta(minutes=1))
        with pytest.raises(InvalidInput, match="完全相同"):
            add(terms=terms_of(ordinary))
        with pytest.raises(IllegalState, match="别人刚刚保存"):
            add(base_number=0)
        without = {kind: term for kind, term in terms_of(ordinary).items() if kind != "visit"}
        with pytest.raises(InvalidInput, match="回访"):
            add(terms=Terms(without))
        day = Span(1, Unit.WORKING_DAYS)
        with pytest.raises(InvalidInput, match="这里不能用"):
            add(terms=terms_of(ordinary, resolve=days(7, warnings=(Mark(day, "red"),))))
        with pytest.raises(InvalidInput, match="早于到期"):
            add(terms=terms_of(ordinary, resolve=days(1, warnings=(Mark(day, "yellow"),))))
        with pytest.raises(InvalidInput, match="相同的预警"):
            add(terms=terms_of(ordinary, resolve=days(7, warnings=(Mark(day, "yellow"),) * 2)))
        twice = (Mark(day, "supervision_order"), Mark(Span(2, Unit.WORKING_DAYS), "supervision_order"))
        with pytest.raises(InvalidInput, match="只能用一次"):
            add(terms=terms_of(ordinary, resolve=days(7, ladder=twice)))
        assert PolicyVersion.objects.filter(policy=ordinary).count() == 1

    def test_what_is_not_in_force_yet_can_be_withdrawn_and_nothing_else(self, ordinary, cast, now) -> None:
        policies.add_version(
            policy_id=ordinary.pk, terms=terms_of(ordinary, resolve=days(7)), effective_from=now + timedelta(days=7),
            note=NOTE, by=cast.dc, now=now,
        )  # fmt: skip
        with pytest.raises(NotAllowed):
            policies.withdraw(policy_id=ordinary.pk, number=2, by=cast.ss, now=now)
        with pytest.raises(IllegalState, match="已经生效"):
            policies.withdraw(policy_id=ordinary.pk, number=2, by=cast.dc, now=now + timedelta(days=7))
        policies.withdraw(policy_id=ordinary.pk, number=2, by=cast.dc, now=now)
        assert list(ordinary.versions.values_list("number", flat=True)) == [1]
        assert Entry.objects.filter(action="policy.withdraw").count() == 1

    def test_a_new_policy_begins_like_another(self, ordinary, cast, now) -> None:
        made = policies.add_policy(name="春节期间", like_id=ordinary.pk, note=NOTE, by=cast.dc, now=now)
        assert terms_of(made).as_data() == terms_of(ordinary).as_data()
        for name in ("春节期间", "一", "甲\x00乙"):
            with pytest.raises(InvalidInput):
                policies.add_policy(name=name, like_id=ordinary.pk, note=NOTE, by=cast.dc, now=now)
        with pytest.raises(InvalidInput):
            policies.add_policy(name="另一个", like_id=2**62, note=NOTE, by=cast.dc, now=now)


def filled(page: str) -> dict[str, str]:
    """What a browser would send back of the form as it stands."""
    data: dict[str, str] = {}
    main = page[page.index("<fieldset") :]
    for tag in re.findall(r"<input[^>]*>", main):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            data[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        data[name] = chosen[1] if chosen else first[1] if first else ""
    return data


class TestPages:
    def test_a_version_is_shown_with_its_effect_before_it_counts(self, in_progress, browse, cast) -> None:
        policy = in_progress.policy_version.policy
        client, url = browse(cast.dc), f"/deadlines/policies/{policy.pk}/"
        data = filled(client.get(url).content.decode()) | {"resolve-amount": "8", "note": NOTE, "effective_from": ""}
        shown = client.post(url, data)
        page = shown.content.decode()
        assert shown.status_code == 200
        assert "5 个工作日" in page
        assert "8 个工作日" in page
        assert "1 个推后" in page
        assert policy.versions.count() == 1
        seen = re.search(r'name="seen" value="(\w+)"', page)
        assert seen is not None
        changed = client.post(url, data | {"seen": seen[1], "resolve-amount": "9"})
        assert changed.status_code == 200
        assert policy.versions.count() == 1
        saved = client.post(url, data | {"seen": seen[1]})
        assert saved.status_code == 302
        assert saved["Location"] == f"{url}apply/"
        newest = policy.versions.get(number=2)
        old = policy.versions.get(number=1).terms
        assert newest.terms["resolve"]["amount"] == 8
        # All that was not touched came through the form as it was.
        assert {kind: term for kind, term in newest.terms.items() if kind != "resolve"} == {
            kind: term for kind, term in old.items() if kind != "resolve"
        }

    def test_a_limit_that_came_into_being_since_is_offered_and_saved_with_the_next_version(
        self, ordinary, browse, cast
    ) -> None:
        first = ordinary.versions.get()
        terms = {kind: term for kind, term in first.terms.items() if kind != "hotline_return"}
        PolicyVersion.objects.filter(pk=first.pk).update(terms=terms)
        client, url = browse(cast.dc), f"/deadlines/policies/{ordinary.pk}/"
        data = filled(client.get(url).content.decode()) | {"note": NOTE, "effective_from": ""}
        page = client.post(url, data).content.decode()
        assert "热线退回" in page[: page.index("<fieldset")]
        seen = re.search(r'name="seen" value="(\w+)"', page)
        assert seen is not None
        assert client.post(url, data | {"seen": seen[1]}).status_code == 302
        newest = ordinary.versions.get(number=2).terms
        assert newest == terms | {"hotline_return": newest["hotline_return"]}
        assert Term.parse(newest["hotline_return"]).span == Span(4, Unit.WORKING_HOURS)

    def test_what_is_wrong_stands_at_its_limit_and_nothing_is_lost(self, ordinary, browse, cast) -> None:
        client, url = browse(cast.dc), f"/deadlines/policies/{ordinary.pk}/"
        data = filled(client.get(url).content.decode())
        for name, value in (
            ("resolve-amount", ""), ("resolve-amount", "0"), ("visit-amount", "99999"), ("visit-sample", "101"),
            ("resolve-unit", "moons"), ("resolve-warning-1-amount", "2"), ("resolve-times", ""), ("accept-amount", "x"),
        ):  # fmt: skip
            answer = client.post(url, data | {name: value, "note": NOTE})
            assert answer.status_code == 400, name
            assert f'value="{NOTE}"' in answer.content.decode()

    def test_a_version_taken_back_on_the_page(self, ordinary, browse, cast, now) -> None:
        policies.add_version(
            policy_id=ordinary.pk, terms=terms_of(ordinary, resolve=days(7)),
            effective_from=timezone.now() + timedelta(days=7), note=NOTE, by=cast.dc, now=now,
        )  # fmt: skip
        client = browse(cast.dc)
        assert "未生效" in client.get("/deadlines/policies/").content.decode()
        client.post(f"/deadlines/policies/{ordinary.pk}/2/withdraw/")
        assert ordinary.versions.count() == 1
        assert client.post(f"/deadlines/policies/{ordinary.pk}/2/withdraw/", follow=True).status_code == 200

    def test_a_new_policy_leads_to_its_limits(self, ordinary, browse, cast) -> None:
        client = browse(cast.dc)
        made = client.post("/deadlines/policies/add/", {"name": "春节期间", "like": ordinary.pk, "note": NOTE})
        policy = Policy.objects.get(name="春节期间")
        assert made["Location"] == f"/deadlines/policies/{policy.pk}/"

    def test_the_pages_of_one_policy_stay_within_their_queries(
        self, ordinary, browse, cast, django_assert_max_num_queries
    ) -> None:
        client = browse(cast.dc)
        with django_assert_max_num_queries(12):
            client.get(f"/deadlines/policies/{ordinary.pk}/")
        with django_assert_max_num_queries(20):
            client.get("/deadlines/policies/")
