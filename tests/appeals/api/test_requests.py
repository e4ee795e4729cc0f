"""Extensions and shelvings by calls: the same rules, and what was asked shown with the appeal."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests.appeals.asking import REASON, WAITING, evidence

URL = "/api/v1/appeals/"


@pytest.fixture
def now() -> datetime:
    """The calls read the real clock; what a fixture did came a moment before."""
    return timezone.now() - timedelta(minutes=1)


def test_more_time_asked_and_granted(api, in_progress, cast, now) -> None:
    url, unit, centre = f"{URL}{in_progress.pk}/", api(cast.ds), api(cast.dc)
    body = {"amount": 3, "reason": REASON, "attachment_ids": [str(pk) for pk in evidence(cast.ds, now)]}
    asked = unit.post(f"{url}ask-extension/", body, format="json")
    assert asked.status_code == 200, asked.json()
    (request,) = asked.json()["extensions"]
    assert (request["granted"], request["amount"], request["decider"]["id"]) == (None, 3, cast.dc.unit_id)
    assert "decide_extension" in centre.get(url).json()["steps"]
    assert unit.post(f"{url}decide-extension/", {"grant": True, "words": "同意"}, format="json").status_code == 403
    decided = centre.post(f"{url}decide-extension/", {"grant": True, "words": "同意延期。"}, format="json").json()
    assert (decided["extensions"][0]["granted"], decided["due_at"]) == (True, decided["extensions"][0]["due_after"])


def test_put_aside_and_taken_up(api, in_progress, cast, now) -> None:
    url, unit, centre = f"{URL}{in_progress.pk}/", api(cast.ds), api(cast.dc)
    until = timezone.localdate(now) + timedelta(days=90)
    body = {"kind": "season", "reason": WAITING, "review_on": until.isoformat(),
            "attachment_ids": [str(pk) for pk in evidence(cast.ds, now)]}  # fmt: skip
    assert unit.post(f"{url}ask-shelving/", body, format="json").status_code == 200
    shelved = centre.post(f"{url}decide-shelving/", {"grant": True, "words": "同意挂账。"}, format="json").json()
    assert (shelved["state"], shelved["clock_kind"]) == ("shelved", "shelve_review")
    assert {one["kind"]: one["state"] for one in shelved["clocks"]}["resolve"] == "paused"
    back = unit.post(f"{url}reactivate/", {"words": "资金已到位。"}, format="json").json()
    assert (back["state"], back["shelvings"][0]["ended_how"]) == ("in_progress", "by_hand")


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        ("ask-extension", {"amount": 10**20, "reason": REASON, "attachment_ids": []}, "amount"),
        ("ask-extension", {"amount": 3, "reason": REASON, "attachment_ids": []}, "attachment"),
        ("ask-shelving", {"kind": "season", "reason": WAITING, "review_on": "9999-12-31", "attachment_ids": []}, ""),
        ("ask-shelving", {"kind": "x\x00", "reason": "\x00", "review_on": "soon", "attachment_ids": "y"}, ""),
    ],
)
def test_nonsense_is_refused_and_never_an_error(api, in_progress, cast, call, body, field) -> None:
    answer = api(cast.ds).post(f"{URL}{in_progress.pk}/{call}/", body, format="json")
    assert answer.status_code == 400
    assert field in str(answer.json())
