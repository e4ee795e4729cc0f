"""The first command of a real installation: all or nothing, and an exit status that a script can trust."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Posting, User
from accounts.services import setup
from governance.audit.models import Entry
from governance.scope import Role
from grids.models import Unit

pytestmark = pytest.mark.django_db

DIVISIONS = Path(__file__).parents[2] / "grids" / "data" / "divisions.csv"
OPTIONS = {
    "district_code": "230604",
    "district_name": "让胡路区",
    "security_admin": "anquan:张安全",
    "system_admin": "xitong：李系统",
    "auditor": "shenji:王审计",
    "no_input": True,
}


def _run(**change) -> str:
    out = StringIO()
    call_command("setup_district", **{**OPTIONS, **change}, stdout=out)
    return out.getvalue()


def _refused(**change) -> CommandError:
    with pytest.raises(CommandError) as refusal:
        _run(**change)
    assert not User.objects.exists()
    return refusal.value


def test_it_opens_the_district_and_seats_the_three_offices(client):
    said = _run(divisions=DIVISIONS)
    assert Unit.objects.filter(kind="street").count() == 13
    assert Unit.objects.filter(kind="community").count() == 102
    held = {p.user.username: p.role for p in Posting.objects.select_related("user")}
    assert held == {"anquan": Role.SECURITY_ADMIN, "xitong": Role.SYSTEM_ADMIN, "shenji": Role.AUDITOR}
    password = next(line.split()[1] for line in said.splitlines() if "anquan" in line)
    answer = client.post("/accounts/sign-in/", {"username": "anquan", "password": password})
    assert answer.status_code == 302
    assert client.get("/accounts/staff/")["Location"] == "/accounts/password/"
    assert Entry.objects.filter(action="account.setup").exists()
    assert "诉求分类" in said


def test_passwords_from_the_environment_are_not_printed_and_must_be_changed(monkeypatch):
    monkeypatch.setenv("SECURITY_ADMIN_PASSWORD", "Qing-Feng-2026")
    assert "anquan" not in _run()
    user = User.objects.get(username="anquan")
    assert user.check_password("Qing-Feng-2026")
    assert user.must_change_password


def test_a_weak_password_is_refused(monkeypatch):
    monkeypatch.setenv("AUDITOR_PASSWORD", "123456")
    refusal = _refused()
    assert refusal.returncode == 2
    assert "至少 10 位" in str(refusal)


def test_a_second_time_is_refused_and_changes_nothing():
    _run()
    before = list(User.objects.values())
    with pytest.raises(CommandError) as refusal:
        _run(district_code="230605")
    assert refusal.value.returncode == 1
    assert list(User.objects.values()) == before
    assert Unit.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"district_code": None}, "--district-code"),
        ({"district_code": "23"}, "23"),
        ({"auditor": "shenji"}, "账号:姓名"),
        ({"auditor": "ANQUAN:王审计"}, "三个不同的人"),
        ({"system_admin": "系统:李系统"}, "账号须以字母开头"),
        ({"divisions": Path("/nowhere.csv")}, "无法打开"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(change, says):
    refusal = _refused(**change)
    assert refusal.returncode == 2
    assert says in str(refusal)
    assert not Unit.objects.exists()


def test_a_fault_in_the_divisions_leaves_everything_empty(tmp_path):
    file = tmp_path / "区划.csv"
    file.write_text("编码,名称\n230604001,第一街道\n999999001,别处街道\n", encoding="utf-8")
    refusal = _refused(divisions=file)
    assert refusal.returncode == 2
    assert "第 3 行" in str(refusal)
    assert not Unit.objects.exists()


def test_the_rooms_add_what_a_district_begins_with(monkeypatch):
    monkeypatch.setattr(setup, "_steps", [lambda district_id, by, now: f"已为 {district_id} 准备诉求分类。"])
    said = _run()
    assert f"已为 {Unit.objects.get().pk} 准备诉求分类。" in said
