"""Extensions and shelvings in the browser: asked for on the appeal's page, found and decided by who leads."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from appeals.models import Extension, Shelving
from governance.files import services as files
from tests.files.crafted import picture, upload
from tests.signing import client_of


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def step(appeal: Any, name: str) -> str:
    return reverse("appeals:step", args=[appeal.pk, name])


@pytest.fixture
def photo(cast, now):
    return str(files.store(upload=upload("合同.jpg", picture()), kind="photo", by=cast.ds, now=now).pk)


@pytest.fixture
def today(monkeypatch, now):
    """Pages ask the clock; here it stands at the suite's moment."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def test_more_time_from_the_request_to_the_decision(in_progress, cast, photo, today):
    asking, deciding = client_of(cast.ds), client_of(cast.dc)
    form = asking.get(step(in_progress, "ask_extension")).content.decode()
    assert "一次最多 15 个工作日，最多延期 3 次。超过 5 个工作日的由区网格中心审批。" in form
    kept = asking.post(step(in_progress, "ask_extension"), {"amount": "99", "reason": "等", "attachments": photo})
    assert kept.status_code == 400
    assert "等</textarea>" in kept.content.decode()
    reason = "配件须从外地调运，预计四个工作日到货。"
    sent = {"amount": "5", "reason": reason, "attachments": photo}
    assert asking.post(step(in_progress, "ask_extension"), sent).status_code == 302
    worklist = deciding.get(reverse("appeals:worklist")).content.decode()
    assert "待审批延期" in worklist
    listed = deciding.get(f"{reverse('appeals:list')}?deciding=extension").context["rows"]
    assert [row.object.pk for row in listed] == [in_progress.pk]
    page = deciding.get(reverse("appeals:detail", args=[in_progress.pk])).content.decode()
    assert "延期 5 个工作日" in page
    assert reason in page
    request = Extension.objects.get()
    answer = {"extension": str(request.pk), "grant": "yes", "words": "同意，请抓紧。"}
    assert deciding.post(step(in_progress, "decide_extension"), answer).status_code == 302
    page = asking.get(reverse("appeals:detail", args=[in_progress.pk])).content.decode()
    assert "已同意" in page
    assert "同意，新时限" in page


def test_put_aside_and_taken_up_again(in_progress, cast, photo, today):
    asking, deciding = client_of(cast.ds), client_of(cast.dc)
    sent = {
        "kind": "season", "review_on": "2027-04-12", "reason": "冬季冻土不能开挖，须待四月解冻后施工。",
        "attachments": photo,
    }  # fmt: skip
    assert asking.post(step(in_progress, "ask_shelving"), sent).status_code == 302
    assert "待审批挂账" in deciding.get(reverse("appeals:worklist")).content.decode()
    assert (
        "申请挂账至 2027年4月12日（等待施工季节）"
        in deciding.get(step(in_progress, "decide_shelving")).content.decode()
    )
    answer = {"grant": "yes", "words": "同意，四月复核。"}
    assert deciding.post(step(in_progress, "decide_shelving"), answer).status_code == 302
    shelved = asking.get(f"{reverse('appeals:list')}?tab=shelved").context["rows"]
    assert [row.object.pk for row in shelved] == [in_progress.pk]
    page = asking.get(reverse("appeals:detail", args=[in_progress.pk])).content.decode()
    assert "挂账至 2027-04-12（等待施工季节）" in page
    assert asking.post(step(in_progress, "reactivate"), {"words": "提前解冻。"}).status_code == 302
    assert Shelving.objects.get().ended_how == "by_hand"
