"""The pages of people: lists without numbers in the address, forms that keep what was typed, a household entered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from governance.audit.models import Entry
from members.models import Household, Person
from tests.appeals.pages.conftest import browse as browse
from tests.members.conftest import identity_number

pytestmark = pytest.mark.django_db


def entered(*people: dict[str, str], **where: Any) -> dict[str, Any]:
    """What the form of a household with its people sends: a couple unless said."""
    people = people or ({"name": "王建国", "identity": identity_number()}, {"name": "刘敏"})
    sent: dict[str, Any] = {"kind": "owner", "people-TOTAL_FORMS": len(people), "people-INITIAL_FORMS": 0} | where
    for number, one in enumerate(people):
        filled = {"relation": "spouse" if number else "head", "residence": "registered"} | one
        sent |= {f"people-{number}-{name}": value for name, value in filled.items()}
    return sent


@pytest.fixture
def now():
    """Pages read the real clock."""
    return timezone.now() - timedelta(minutes=1)


class TestLists:
    def test_a_full_number_leaves_the_address(self, person, browse, cast) -> None:
        number = identity_number()
        made = person("李秀兰", identity=number, phone="13812345678")
        person("刘敏")
        client = browse(cast.cw)
        for text in (number, "138-1234-5678"):
            for answer in (client.get("/people/", {"q": text}), client.post("/people/find/", {"q": text})):
                assert answer.status_code == 302
                assert text not in answer["Location"]
                shown = client.get(answer["Location"]).content.decode()
                assert made.name in shown
                assert "刘敏" not in shown
        assert number not in client.get("/people/").content.decode()

    def test_words_tabs_and_any_text(self, person, browse, cast, district) -> None:
        person("李秀兰")
        client = browse(cast.cw)
        assert "李秀兰" in client.get("/people/", {"q": "lxl"}).content.decode()
        assert "李秀兰" not in client.get("/people/", {"tab": "left"}).content.decode()
        assert "李秀兰" in client.get("/people/", {"place": district.grid_1.pk}).content.decode()
        for text in ("' OR 1=1", "\0", "甲" * 41, "%", ":*&|!"):
            status = 400 if "\0" in text else 200
            assert client.get("/people/", {"q": text}).status_code == status
            assert client.get("/people/households/", {"q": text}).status_code == status

    def test_budget(self, person, browse, cast, django_assert_max_num_queries) -> None:
        for name in ("李秀兰", "刘敏", "王建国", "赵雪"):
            person(name)
        client = browse(cast.cw)
        client.get("/people/")
        with django_assert_max_num_queries(13):
            client.get("/people/")
        with django_assert_max_num_queries(13):
            client.get("/people/households/")


class TestEntry:
    def test_a_household_with_its_people(self, browse, cast, district) -> None:
        client = browse(cast.cw)
        answer = client.post("/people/entry/", entered(unit=district.grid_1.pk, address="幸福里3号"))
        home = Household.objects.get()
        assert answer["Location"] == f"/people/households/{home.pk}/"
        shown = client.get(answer["Location"]).content.decode()
        assert "王建国户" in shown
        assert "刘敏" in shown
        assert "990101********" in client.get(f"/people/{Person.objects.earliest('pk').pk}/").content.decode()

    def test_what_is_refused_keeps_what_was_typed(self, household, browse, cast) -> None:
        url = f"/people/households/{household().pk}/members/add/"
        answer = browse(cast.cw).post(
            url, {"name": "王建国", "identity": "123", "residence": "away", "relation": "head"}
        )
        assert answer.status_code == 400
        shown = answer.content.decode()
        assert "应为 18 位" in shown
        assert 'value="王建国"' in shown
        assert not Person.objects.exists()

    def test_moved_in_changed_and_gone(self, person, household, browse, cast, district) -> None:
        made = person(identity=identity_number())
        new = household(by=cast.cw_3, unit=district.community_3)
        client = browse(cast.cw_3)
        client.post(f"/people/households/{new.pk}/take-in/", {"identity": identity_number(), "relation": "head"})
        made.refresh_from_db()
        assert made.community_id == district.community_3.pk
        client.post(f"/people/{made.pk}/change/", {"name": "王建业", "residence": "resident", "notes": "独居"})
        made.refresh_from_db()
        assert (made.name, made.identity_masked[:6]) == ("王建业", "990101")
        today = timezone.localdate()
        answer = client.post(f"/people/{made.pk}/leave/", {"on": today + timedelta(days=3), "to": "哈尔滨"})
        assert answer.status_code == 400
        client.post(f"/people/{made.pk}/leave/", {"on": today, "to": "哈尔滨"})
        made.refresh_from_db()
        assert made.state == "left"

    def test_a_full_number_is_shown_once_and_recorded(self, person, browse, cast) -> None:
        made = person(phone="13812345678")
        client, url = browse(cast.cw), f"/people/{made.pk}/reveal/"
        assert "13812345678" in client.post(url, {"field": "phone", "reason": "入户走访"}).content.decode()
        assert Entry.objects.filter(action="privacy.read").count() == 1
        assert client.post(url, {"field": "phone", "reason": ""}).status_code == 400
        assert browse(cast.sl).post(url, {"field": "phone", "reason": "查看"}).status_code == 403
