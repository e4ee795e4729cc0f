"""Imports that run at once, beside somebody at the desk, or again after their worker was killed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from governance.errors import DomainError
from governance.jobs import services as jobs
from governance.jobs.models import Job
from governance.sheets import imports, selectors
from governance.sheets.models import SheetRefusal, SheetUpload
from members.models import Building, Household, Person, Stay
from members.services import persons
from members.services.persons import Facts
from members.sheets import people
from members.sheets.people import PEOPLE
from tests.members.conftest import identity_number
from tests.members.sheets.conftest import home

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """Stands for a worker that is gone from one moment to the next."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PEOPLE.importer, "batch", 4)
    monkeypatch.setattr(imports, "_SMALL_ROWS", 0)


def rows() -> list[dict[str, Any]]:
    """Ten households of three; in each second one the son's relation is none."""
    found = []
    for number in range(10):
        who = [("户主", "19600101"), ("配偶", "19620101"), ("子女" if number % 2 else "邻居", "19900101")]
        for order, (relation, born) in enumerate(who):
            found.append(
                home(f"{number}01", name="王" + "甲乙丙丁戊己庚辛壬癸"[number] + "一二三"[order], relation=relation,
                     identity=identity_number(born, number * 10 + order))
            )  # fmt: skip
    return found


def looked_at(look: Any, now: Any, **more: Any) -> SheetUpload:
    upload = look(*rows(), **more)
    jobs.run(job_id=upload.check_job_id, now=now)
    return SheetUpload.objects.get(pk=upload.pk)


def nothing_twice_nothing_lost() -> None:
    assert Person.objects.count() == Stay.objects.count() == 25
    assert Household.objects.count() == 10
    assert Building.objects.count() == 1
    assert sorted(household.size for household in Household.objects.all()) == [2] * 5 + [3] * 5
    assert Stay.objects.filter(relation="head").count() == 10


def run(job_id: int, now: Any) -> None:
    try:
        jobs.run(job_id=job_id, now=now)
    finally:
        connections.close_all()


def test_two_imports_of_one_file_at_once(look, cast, now) -> None:
    uploads = [looked_at(look, now), looked_at(look, now, by=cast.cs)]
    for upload, by in zip(uploads, (cast.cw, cast.cs), strict=True):
        imports.start(upload_id=upload.pk, by=by, now=now)
    ids = [SheetUpload.objects.get(pk=upload.pk).import_job_id for upload in uploads]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pk: run(pk, now), ids))
    assert {job.state for job in Job.objects.filter(pk__in=ids)} == {Job.DONE}
    nothing_twice_nothing_lost()
    tallies = [SheetUpload.objects.get(pk=upload.pk).tally for upload in uploads]
    assert sum(tally["new"] for tally in tallies) == sum(tally["same"] for tally in tallies) == 25
    assert [tally["refused"] for tally in tallies] == [5, 5]


def test_a_killed_import_run_again(look, cast, now, monkeypatch) -> None:
    upload = looked_at(look, now)
    imports.start(upload_id=upload.pk, by=cast.cw, now=now)
    job_id = SheetUpload.objects.get(pk=upload.pk).import_job_id
    write, done = people.write, []

    def write_or_die(*args: Any) -> None:
        write(*args)
        done.append(1)
        if len(done) == 3:
            raise Killed

    monkeypatch.setattr(people, "write", write_or_die)
    with pytest.raises(Killed):
        jobs.run(job_id=job_id, now=now)
    assert Person.objects.count() < 10
    monkeypatch.setattr(people, "write", write)
    Job.objects.filter(pk=job_id).update(state=Job.WAITING)
    jobs.run(job_id=job_id, now=now)
    nothing_twice_nothing_lost()
    tally = SheetUpload.objects.get(pk=upload.pk).tally
    assert (tally["new"], tally["refused"]) == (25, 5)
    assert SheetRefusal.objects.count() == 5
    assert selectors.stage_of(selectors.uploads_of(cast.cw).get()) == selectors.DONE


def test_somebody_at_the_desk_is_quicker(look, cast, district, now, monkeypatch) -> None:
    """The number is registered by hand between the judging and the writing: the batch is judged once more."""
    upload = looked_at(look, now)
    imports.start(upload_id=upload.pk, by=cast.cw, now=now)
    write, said = people.write, []

    def register() -> None:
        try:
            facts = Facts(name="王甲一", identity=identity_number("19600101", 0))
            persons.add_person(facts=facts, unit_id=district.grid_1.pk, by=cast.cs, now=now)
        except DomainError as refused:
            said.append(refused.message)
        finally:
            connections.close_all()

    def write_late(*args: Any) -> None:
        if not Person.objects.exists():
            with ThreadPoolExecutor(1) as pool:
                pool.submit(register).result()
        write(*args)

    monkeypatch.setattr(people, "write", write_late)
    jobs.run(job_id=SheetUpload.objects.get(pk=upload.pk).import_job_id, now=now)
    assert said == []
    nothing_twice_nothing_lost()
    tally = SheetUpload.objects.get(pk=upload.pk).tally
    assert (tally["new"], tally["changed"]) == (24, 1)
