"""Pay scales, the regrading run, the figures: amounts, averages, and what happens when two run at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse

from governance.errors import DomainError, IllegalState, InvalidInput
from members.careers import figures
from members.careers.pay import Scales
from members.careers.selectors import pay_history
from members.careers.services import careers, regrading, scales
from members.careers.services.scales import Amounts
from members.models import CareerEvent, PayScale
from tests.signing import client_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def due_one(career, cast, now, **facts):
    made = career("worker", **facts)
    careers.change_facts(
        career_id=made.pk, degree="bachelor", certificate="senior", duty="", grounds="证书", by=cast.ss, now=now
    )
    return made


def test_eighteen_grades_and_the_stage_before():
    scale = Scales.load().on(TODAY)
    amounts = [scale.amount(post, grade) for post in ("secretary", "deputy", "worker") for grade in range(1, 7)]
    assert len(amounts) == 18
    assert amounts[0] == scale.base + scale.posts["secretary"] + scale.grades["1"]
    assert scale.amount("grid", 1) == scale.base + scale.posts["grid"]


def test_a_new_version_counts_from_its_day_and_changes_nothing_before(career, cast, now):
    old = Scales.load().on(TODAY)
    amounts = Amounts(
        valid_from=date(2027, 1, 1), base=old.base + 100, posts=old.posts, grades=old.grades, years_per_grade=3
    )
    row = scales.publish_scale(amounts=amounts, note="2027 年调整", by=cast.dc, now=now)
    found = Scales.load()
    assert [found.on(date(2026, 12, 31)).base, found.on(date(2027, 1, 1)).base] == [old.base, old.base + 100]
    assert (row.number, found.on(date(2027, 1, 1)).number) == (1, 3)
    with pytest.raises(InvalidInput, match="上一版"):
        scales.publish_scale(amounts=amounts, note="又一次", by=cast.dc, now=now)


def test_the_effect_is_shown_before_it_is_saved(career, cast, now):
    career("worker")
    client, last = client_of(cast.dc), Scales.load().versions[-1]
    form = {"valid_from": "2027-01-01", "note": "2027 年调整", "base": last.base + 100, "years_per_grade": 3}
    form |= {f"post_{post}": amount for post, amount in last.posts.items()}
    form |= {f"grade_{n}": amount for n, amount in last.grades.items()}
    page = client.post(reverse("members:pay_scale_add"), form).content.decode()
    assert "人均每月增加 100 元" in page
    assert not PayScale.objects.exists()
    assert client.post(reverse("members:pay_scale_add"), form | {"confirm": "1"}).status_code == 302
    assert PayScale.objects.get().amounts["base"] == last.base + 100


def test_the_run_gives_each_the_grade_with_pay_before_and_after(career, cast, now):
    made = due_one(career, cast, now)
    regrading.regrade(on=TODAY, grounds="集中晋级", by=cast.dc, now=now)
    made.refresh_from_db()
    event, scale = made.events.get(kind="regraded"), Scales.load().on(TODAY)
    assert (made.grade, event.before["grade"], event.after["grade"]) == (5, 3, 5)
    assert (event.pay_before, event.pay_after) == (scale.amount("worker", 3), scale.amount("worker", 5))
    assert made.next_grade_on > TODAY
    with pytest.raises(IllegalState, match="没有应晋级"):
        regrading.regrade(on=TODAY, grounds="集中晋级", by=cast.dc, now=now)


def test_the_history_of_pay_knows_the_scale_and_the_grade(career, cast, now):
    made = due_one(career, cast, now)
    regrading.regrade(on=TODAY, grounds="集中晋级", by=cast.dc, now=now)
    made.refresh_from_db()
    pays = pay_history(made, list(made.events.order_by("on", "pk")), Scales.load(), TODAY)
    assert [(pay.from_on, pay.why) for pay in pays] == [
        (TODAY, "晋级"), (date(2023, 7, 1), "三岗十八级薪酬体系"), (date(2022, 3, 1), "入职"),
    ]  # fmt: skip
    assert all(pay.more > 0 for pay in pays[:-1])


def test_the_scale_of_three_posts_raised_the_average(career, cast, now):
    career("worker")
    career("deputy", name="刘敏", order=2)
    career("grid", name="孙丽", order=4)
    change = figures.scale_changes(cast.dc, TODAY)[0]
    # The stage before is not counted.
    assert change.people == 2
    assert 1200 < change.more < 1700


def test_each_figure_opens_its_rows(career, cast, now):
    career("worker")
    page = client_of(cast.dc).get(reverse("members:career_figures")).content.decode()
    assert "<b>1</b>聘用 35 周岁以下、本科以上人才" in page
    query = {"tab": "all", "happened": "young", "when_after": "2022-01-01", "when_before": "2026-11-23"}
    assert "王建国" in client_of(cast.dc).get(reverse("members:careers"), query).content.decode()
    query["when_before"] = "2022-02-01"
    assert "王建国" not in client_of(cast.dc).get(reverse("members:careers"), query).content.decode()


def test_a_leader_reads_figures_without_names(career, cast):
    career("worker")
    client = client_of(cast.dl)
    page = client.get(reverse("members:career_figures")).content.decode()
    assert "聘用 35 周岁以下" in page
    assert "王建国" not in page
    assert client.get(reverse("members:careers")).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_give_everybody_one_grade(career, cast, now):
    for order in range(1, 6):
        due_one(career, cast, now, name=f"王建{'国军民伟平'[order - 1]}", order=order * 2 - 1)
    both = Barrier(2)

    def run(_):
        try:
            both.wait(30)
            return len(regrading.regrade(on=TODAY, grounds="集中晋级", by=cast.dc, now=now))
        except DomainError:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(run, range(2)))
    assert sorted(map(str, results)) == ["5", "told"]
    assert CareerEvent.objects.filter(kind="regraded").count() == 5
