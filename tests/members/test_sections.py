"""What the subjects add to a person's page: nothing costs nothing, and something in each stays within a budget."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from members.models import Person
from tests.appeals.conftest import registered as registered
from tests.appeals.conftest import rules as rules
from tests.appeals.pages.conftest import browse as browse
from tests.members.test_more_pages import now as now
from tests.rights.samples import Samples

pytestmark = pytest.mark.django_db
PHONE = "13812345678"
# What the rights' samples call a thing of each subject, and the section of the page that has it.
SUBJECTS = {
    "care_record": "care", "party_member": "party", "party_post": "party", "party_double": "party",
    "party_household": "hub", "designation": "designations", "courier": "designations",
    "volunteer_member": "volunteer", "volunteer_hours": "volunteer", "career": "career",
}  # fmt: skip
# What has to be of a thing beside its person.
BESIDE = {
    "party_post": {"name": ""},
    "volunteer_hours": {"state": "confirmed", "decided_at": timezone.now(), "decided_by_user": 1},
}


@pytest.fixture
def samples(cast: Any, district: Any, now: Any, rules: Any) -> Samples:
    return Samples({name: getattr(district, name) for name in district.__dataclass_fields__}, cast, now)


def give(person: Person, name: str, samples: Samples) -> None:
    thing = samples.get(name, "community_1")
    type(thing)._default_manager.filter(pk=thing.pk).update(person=person, **BESIDE.get(name, {}))


def section_of(page: str, name: str) -> str:
    """The section of that name, "" where there is none."""
    found = re.search(rf'<section [^>]*aria-labelledby="{name}-title".*?</section>', page, re.DOTALL)
    return found.group() if found else ""


def test_a_person_with_something_in_every_subject(
    person, registered, samples, browse, cast, district, django_assert_max_num_queries
) -> None:
    made = person("王建国", phone=PHONE)
    for _ in range(12):
        registered(by=cast.cw, phone=PHONE, unit_id=district.grid_1.pk)
    for name in SUBJECTS:
        give(made, name, samples)
    client = browse(cast.cs)
    client.get(f"/people/{made.pk}/")
    # A dozen of the page itself, one that looks into all subjects, and one to three of each.
    with django_assert_max_num_queries(26):
        shown = client.get(f"/people/{made.pk}/").content.decode()
    assert all(section_of(shown, name) for name in {*SUBJECTS.values(), "appeals"})


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_look_finds_each_subject_alone(name, person, samples, browse, cast) -> None:
    made = person("王建国", phone=PHONE)
    client, url = browse(cast.cs), f"/people/{made.pk}/"
    before = section_of(client.get(url).content.decode(), SUBJECTS[name])
    give(made, name, samples)
    after = section_of(client.get(url).content.decode(), SUBJECTS[name])
    assert after not in {"", before}
