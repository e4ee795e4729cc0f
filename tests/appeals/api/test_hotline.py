"""What the city hotline returned, by calls: shown with the appeal, answered by the same rules."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

URL = "/api/v1/appeals/"
CORRECTED = "您反映的电梯主板已于十一月二十日更换，当日恢复运行。"


@pytest.fixture
def now() -> datetime:
    """The calls read the real clock; what a fixture did came a moment before."""
    return timezone.now() - timedelta(minutes=1)


def test_a_return_is_shown_and_answered(api, returned, cast) -> None:
    url, desk = f"{URL}{returned.appeal_id}/", api(cast.ss)
    seen = desk.get(url).json()
    (one,) = seen["hotline_returns"]
    assert (one["id"], one["event"], one["sequence"], one["code"]) == (returned.pk, "resolved", 4, "R01")
    assert {"resend_to_hotline", "rework_for_hotline", "set_aside_return"} <= set(seen["steps"])
    body = {"public_reply": CORRECTED, "return_id": returned.pk}
    assert api(cast.ds).post(f"{url}resend-to-hotline/", body, format="json").status_code == 403
    short = desk.post(f"{url}resend-to-hotline/", {"public_reply": "短"}, format="json")
    assert (short.status_code, short.json()["field"]) == (400, "public_reply")
    done = desk.post(f"{url}resend-to-hotline/", body, format="json").json()
    assert (done["public_reply"], done["hotline_returns"]) == (CORRECTED, [])
    assert desk.post(f"{url}set-aside-return/", {"words": "已与市热线沟通。"}, format="json").status_code == 409


def test_done_anew(api, returned, cast) -> None:
    url = f"{URL}{returned.appeal_id}/"
    done = api(cast.ss).post(f"{url}rework-for-hotline/", {"words": "答复不实，重新办理。"}, format="json")
    assert (done.status_code, done.json()["state"]) == (200, "in_progress")


def test_set_aside(api, returned, cast) -> None:
    url = f"{URL}{returned.appeal_id}/"
    done = api(cast.ss).post(f"{url}set-aside-return/", {"words": "已与市热线沟通。"}, format="json")
    assert (done.status_code, done.json()["state"], done.json()["hotline_returns"]) == (200, "resolved", [])
