"""Forms: errors above, linked to their fields; what was typed is kept; a service's refusal is an error of the form."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client

pytestmark = pytest.mark.django_db

URL = "/specimen/form/"
GOOD = {"title": "电梯故障", "kind": "a", "urgency": "1", "tile": "wy", "radio": "a", "words": "三号楼电梯停运。"}


def test_every_error_leads_to_its_field(signed_in: Client):
    answer = signed_in.post(URL, {"title": "长" * 21, "words": "三号楼电梯停运。"})
    page = answer.content.decode()
    targets = re.findall(r'<li><a href="#([^"]+)">', page)
    assert answer.status_code == 400
    assert answer["X-Form"] == "errors"
    assert len(targets) == 5
    assert all(f'id="{target}"' in page for target in targets)
    assert "有 5 处需要修改" in page
    assert "三号楼电梯停运。" in page


def test_an_input_names_its_help_and_its_error(signed_in: Client):
    page = signed_in.post(URL, {**GOOD, "title": ""}).content.decode()
    described = re.search(r'name="title"[^>]*aria-describedby="([^"]+)"', page)
    assert described
    assert all(f'id="{name}"' in page for name in described[1].split())
    assert "id_title_error" in described[1]
    assert re.search(r'name="title"[^>]*aria-invalid="true"', page)


def test_a_page_without_errors_has_no_summary(signed_in: Client):
    page = signed_in.get(URL).content.decode()
    assert "error-summary" not in page
    assert page.count("（必填）") == 6


def test_what_is_saved_is_told_once(signed_in: Client):
    answer = signed_in.post(URL, GOOD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/specimen/")
    assert [str(m) for m in get_messages(answer.wsgi_request)] == ["登记成功，工单号 RH202611230001。"]


@pytest.mark.parametrize(
    ("title", "status", "field", "message"),
    [
        ("字段", 400, "title", "标题与已有工单重复。"),
        ("权限", 403, "__all__", "只有街道可以登记。"),
        ("状态", 409, "__all__", "工单已被他人办结，请刷新。"),
    ],
)
def test_a_refusal_of_the_service_is_an_error_of_the_form(signed_in: Client, title, status, field, message):
    answer = signed_in.post(URL, {**GOOD, "title": title})
    assert answer.status_code == status
    assert answer.context["form"].errors == {field: [message]}
    assert message in answer.content.decode()
    assert GOOD["words"] in answer.content.decode()


def test_widgets_wear_the_kits_classes(signed_in: Client):
    page = signed_in.get(URL).content.decode()
    for name, css in {"title": "form-control", "words": "form-control", "kind": "form-select"}.items():
        assert re.search(rf'name="{name}"[^>]*class="{css}', page)
    assert re.search(r'type="radio" name="radio"[^>]*class="form-check-input"', page)
    assert 'class="choices"' in page
    assert re.search(r'<input type="date" name="on"', page)


def test_a_detail_outside_the_scope_is_not_there(signed_in: Client, rows):
    assert signed_in.get("/specimen/detail/").status_code == 200
