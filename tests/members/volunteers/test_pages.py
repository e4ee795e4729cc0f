"""The pages of volunteers: lists with their budgets, forms that keep what was typed, the district sees no persons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Activity, ServiceHours, VolunteerTeam
from members.volunteers import codes
from members.volunteers.services import activities, hours, teams
from tests.appeals.pages.conftest import browse as browse
from tests.members.conftest import identity_number
from tests.members.volunteers.conftest import give_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    """Pages read the real clock; in the forenoon of today, so that a few hours later are the same day."""
    return timezone.localtime(timezone.now()).replace(hour=0, minute=5, second=0, microsecond=0)


def at(name: str, *args: object) -> str:
    return reverse(f"members:volunteer_{name}", args=args)


class TestTeams:
    def test_from_founding_to_members(self, people, browse, cast, district) -> None:
        who = people(3)
        client = browse(cast.cw)
        answer = client.post(
            at("team_add"), {"name": "银杏苑宣讲团", "unit": district.community_1.pk, "kind": "preach"}
        )
        team = VolunteerTeam.objects.get()
        assert answer["Location"] == at("team_pick", team.pk)
        shown = client.post(answer["Location"], {"q": "李秀兰", "find": "1"}).content.decode()
        assert who[0].name in shown
        # What was ticked stays while one looks for the next.
        shown = client.post(answer["Location"], {"q": "刘", "find": "1", "people": [who[0].pk]}).content.decode()
        assert f'value="{who[0].pk}" checked' in shown
        client.post(answer["Location"], {"people": [who[0].pk, who[1].pk]})
        shown = client.get(at("team", team.pk)).content.decode()
        assert "队员 2 人" in shown
        member = team.members.get(person=who[1])
        client.post(at("member_leave", member.pk))
        assert "已离队 1 人" in client.get(at("team", team.pk)).content.decode()
        changed = {"name": "银杏苑宣讲团", "kind": "preach", "leader": who[0].pk, "founded_on": "2024-01-01"}
        assert client.post(at("team_change", team.pk), changed).status_code == 302
        assert client.post(at("team_dissolve", team.pk), {"on": "2031-01-01", "why": "合并"}).status_code == 400
        client.post(at("team_dissolve", team.pk), {"on": timezone.localdate(), "why": "合并"})
        assert "已解散" in client.get(at("team", team.pk)).content.decode()

    def test_a_full_number_finds_and_stands_in_no_address(self, person, team, browse, cast) -> None:
        number = identity_number()
        made = person("李秀兰", identity=number)
        answer = browse(cast.cw).post(at("team_pick", team.pk), {"q": number, "find": "1"})
        assert (answer.status_code, made.name in answer.content.decode()) == (200, True)

    def test_nobody_ticked_is_told(self, team, browse, cast) -> None:
        answer = browse(cast.cw).post(at("team_pick", team.pk), {"people": ["x", "9" * 30]})
        assert (answer.status_code, "请先勾选人员" in answer.content.decode()) == (400, True)

    def test_what_is_refused_keeps_what_was_typed(self, team, browse, cast, district) -> None:
        typed = {"name": team.name, "unit": district.community_1.pk, "kind": "preach", "words": "每周三晚"}
        answer = browse(cast.cw).post(at("team_add"), typed)
        shown = answer.content.decode()
        assert (answer.status_code, "同名队伍" in shown, "每周三晚" in shown) == (400, True, True)

    def test_the_district_sees_teams_and_no_persons(self, team, people, held, browse, cast, now) -> None:
        who = people(1)
        teams.add_members(team_id=team.pk, person_ids=[who[0].pk], by=cast.cw, now=now)
        one = held(who=who, team_id=team.pk)
        for by in (cast.dl, cast.dc):
            client = browse(by)
            for url in (at("teams"), at("team", team.pk), at("activities"), at("activity", one.pk), at("figures")):
                answer = client.get(url)
                assert (answer.status_code, who[0].name in answer.content.decode()) == (200, False), url
            assert client.get(at("roster", one.pk)).status_code == 403
            assert client.get(at("hours")).status_code == 403


class TestActivities:
    FORM = {
        "title": "楼道清洁", "kind": "environment", "address": "幸福里广场", "capacity": "2",
    }  # fmt: skip

    def test_from_a_draft_to_confirmed_hours(self, people, browse, cast, district, calendar, now) -> None:
        who, client = people(3), browse(cast.cw)
        begin = timezone.localtime(now)
        typed = self.FORM | {
            "unit": district.community_1.pk, "starts_at": f"{begin:%Y-%m-%dT%H:%M}",
            "ends_at": f"{begin + timedelta(hours=23):%Y-%m-%dT%H:%M}", "planned": "120",
        }  # fmt: skip
        answer = client.post(at("activity_add"), typed)
        one = Activity.objects.get()
        page = at("activity", one.pk)
        assert answer["Location"] == page
        client.post(at("activity_step", one.pk), {"step": "publish"})
        client.post(at("activity_pick", one.pk), {"people": [p.pk for p in who]})
        assert list(one.sign_ups.order_by("pk").values_list("state", flat=True)) == ["signed", "signed", "waiting"]
        assert "候补 1 人" in client.get(page).content.decode()
        client.post(at("sign_off", one.sign_ups.earliest("pk").pk))
        client.post(at("activity_step", one.pk), {"step": "open"})
        digits = client.get(at("code", one.pk)).content.decode()
        code = codes.code_of(one.code_key, codes.window_of(timezone.now()))
        assert f"{code[:3]} {code[3:]}" in digits
        client.post(at("attend", one.pk), {"what": "in", "people": [r.pk for r in one.sign_ups.filter(state="signed")]})
        one.sign_ups.filter(state="came").update(checked_in_at=one.starts_at)
        client.post(at("activity_step", one.pk), {"step": "end"})
        one.refresh_from_db()
        assert one.state == "ended"
        assert client.get(at("roster", one.pk)).status_code == 200

    def test_late_list_bulk_with_exceptions_and_correction(self, held, browse, cast, now) -> None:
        one = held(3)
        rows = list(one.hours.order_by("pk"))
        client, url = browse(cast.cs), at("hours")
        assert "待确认" in client.get(url).content.decode()
        give_account(cast.cs, rows[0].person)
        ids = {"action": "confirm", "ids": [row.pk for row in rows[:2]]}
        assert "不能直接改动" in client.post(url, ids).content.decode()
        shown = client.post(url, ids | {"confirmed": "1"}).content.decode()
        assert ("本人" in shown, rows[0].person.name in shown) == (True, True)
        states = dict(ServiceHours.objects.values_list("pk", "state"))
        assert [states[row.pk] for row in rows] == ["proposed", "confirmed", "proposed"]
        assert client.post(at("hours_refuse", rows[2].pk), {"words": ""}).status_code == 400
        client.post(at("hours_refuse", rows[2].pk), {"words": "中途离开"})
        answer = client.post(at("hours_correct", rows[1].pk), {"minutes": "60", "words": "迟到"})
        assert answer.status_code == 302
        assert ServiceHours.objects.confirmed().get().minutes == 60
        for tab in ("", "late", "confirmed", "refused", "corrected"):
            assert client.get(url, {"tab": tab, "q": "' OR", "order": "old"}).status_code == 200
        assert client.get(url, {"activity": "x"}).status_code == 200
        person = rows[1].person
        statement = client.get(at("statement", person.pk)).content.decode()
        assert ("1 小时" in statement, one.title in statement) == (True, True)
        assert "累计时长" in client.get(reverse("members:person", args=[person.pk])).content.decode()

    def test_the_last_four_digits_narrow_the_list(self, activity, signed, person, browse, cast) -> None:
        one = activity()
        signed(one, [person("李秀兰", phone="13812345678"), person("刘敏", phone="13900001111")])
        shown = browse(cast.cw).get(at("activity", one.pk), {"tail": "5678"}).content.decode()
        assert ("李秀兰" in shown, "刘敏" in shown) == (True, False)

    def test_bad_input_is_told_beside_its_field(self, browse, cast, district, now) -> None:
        client = browse(cast.cw)
        for changes, words in (
            ({"starts_at": ""}, "请填写这一项"), ({"capacity": "0"}, "大于"), ({"ends_at": "昨天"}, "有效"),
            ({"address": ""}, "请选择阵地，或填写地点"), ({"unit": district.community_3.pk}, "选"),
        ):  # fmt: skip
            typed = self.FORM | {
                "unit": district.community_1.pk, "starts_at": f"{now:%Y-%m-%dT%H:%M}",
                "ends_at": f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M}",
            } | changes  # fmt: skip
            answer = client.post(at("activity_add"), typed)
            assert answer.status_code == 400, changes
            assert words in answer.content.decode(), changes
        assert not Activity.objects.exists()

    def test_a_copy_fills_the_form(self, activity, browse, cast, district) -> None:
        one = activity(title="周三夜间巡逻")
        client = browse(cast.cw)
        assert "周三夜间巡逻" in client.get(at("activity_add"), {"copy": one.pk}).content.decode()
        assert client.get(at("activity_add"), {"copy": "x", "team": "y"}).status_code == 200
        assert browse(cast.cw_3).get(at("activity_add"), {"copy": one.pk}).status_code == 404

    def test_budgets(self, held, activity, team, browse, cast, now, django_assert_max_num_queries) -> None:
        one = held(4, team_id=team.pk)
        activity(starts_at=now + timedelta(hours=5), ends_at=now + timedelta(hours=6))
        client = browse(cast.cs)
        client.get(at("teams"))
        for url, most in (
            (at("teams"), 13), (at("activities"), 13), (at("hours"), 13), (at("activity", one.pk), 8),
            (at("team", team.pk), 9), (at("figures"), 14), (at("mine"), 9),
        ):  # fmt: skip
            with django_assert_max_num_queries(most):
                assert client.get(url).status_code == 200


class TestOnesOwn:
    def test_without_a_record_one_is_told_what_to_do(self, browse, cast, activity) -> None:
        client = browse(cast.ds)
        assert "没有找到您的居民档案" in client.get(at("mine")).content.decode()
        assert client.post(at("join", activity().pk)).status_code == 404

    def test_signing_up_checking_in_and_not_coming(self, people, activity, browse, cast, now) -> None:
        who, client = people(1), browse(cast.pg)
        give_account(cast.pg, who[0])
        one = activity(starts_at=now, ends_at=now + timedelta(hours=23), sign_up_until=now + timedelta(hours=23))
        assert one.title in client.get(at("mine")).content.decode()
        client.post(at("join", one.pk))
        row = one.sign_ups.get()
        client.post(at("withdraw", row.pk))
        assert one.sign_ups.get().state == "cancelled"
        client.post(at("join", one.pk))
        row = one.sign_ups.get(state="signed")
        activities.open_check_in(activity_id=one.pk, by=cast.cw, now=now)
        page = at("check_in", row.pk)
        assert one.title in client.get(page).content.decode()
        answer = client.post(page, {"code": "12x"})
        assert (answer.status_code, "签到码不正确" in answer.content.decode()) == (400, True)
        code = codes.code_of(one.code_key, codes.window_of(timezone.now()))
        assert client.post(page, {"code": code}).status_code == 302
        row.refresh_from_db()
        assert row.state == "came"
        assert browse(cast.gw).get(page).status_code == 404


class TestFigures:
    def test_they_add_up_and_open_their_rows(self, held, people, browse, cast, now) -> None:
        one = held(3)
        for row in one.hours.order_by("pk")[:2]:
            hours.confirm_hours(hours_id=row.pk, by=cast.cs, now=one.ends_at)
        for by in (cast.dl, cast.sl, cast.cs):
            shown = browse(by).get(at("figures")).content.decode()
            assert shown.count("4 小时") >= 2, by
        assert browse(cast.gw).get(at("figures"), {"month": "x"}).status_code == 200
        assert "0 分" in browse(cast.ss_2).get(at("figures"), {"month": "2025-01"}).content.decode()
