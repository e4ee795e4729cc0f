"""Teams, their members and hours as spreadsheets."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from governance.audit.models import Entry
from governance.deadlines.models import Clock
from governance.errors import NotAllowed
from governance.sheets import exports, registry
from governance.sheets.template import template
from members.models import ServiceHours, TeamMember, VolunteerTeam
from members.volunteers.services import hours as hours_services
from members.volunteers.services import teams
from tests.members.conftest import identity_number
from tests.members.sheets.filling import bring, counts, look, reasons, take_away
from tests.sheets.files import read

pytestmark = pytest.mark.django_db

NUMBER, OTHER = identity_number("19620317", 1), identity_number("19640510", 2)
NOBODY = identity_number("19500101", 7)
MASKED = f"{NUMBER[:6]}********{NUMBER[-4:]}"
UNKNOWN = "没有在您的辖区内找到"


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    """Uploads of a test go with it."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def two(person):
    return person(identity=NUMBER, phone="13812345678"), person("刘敏", identity=OTHER)


class TestTeams:
    @pytest.fixture
    def row(self, district):
        unit = district.community_1
        return {
            "unit": f"{unit.code} {unit.name}",
            "name": "银杏苑宣讲队",
            "kind": "政策宣讲",
            "words": "每周一次，雨天除外",
        }

    def test_in_twice_and_corrected(self, row, cast, district, now) -> None:
        assert counts(bring("volunteer_teams", row, by=cast.cw, now=now)) == {"new": 1}
        team = VolunteerTeam.objects.get()
        assert (team.unit_id, team.kind, team.words) == (district.community_1.pk, "preach", "每周一次，雨天除外")
        assert Entry.objects.filter(action="volunteer.team_add", user_id=cast.cw.user_id).count() == 1
        assert counts(bring("volunteer_teams", row, row, by=cast.cw, now=now)) == {"same": 2}
        again = {**row, "kind": "治安巡逻", "words": ""}
        assert counts(bring("volunteer_teams", again, by=cast.ss, now=now)) == {"changed": 1}
        team.refresh_from_db()
        assert (team.kind, team.words) == ("patrol", "每周一次，雨天除外")

    @pytest.mark.parametrize(
        ("cells", "column", "words"),
        [
            ({"unit": ""}, "unit", "不能为空"),
            ({"unit": "第二街道1社区"}, "unit", "没有在您的辖区内"),
            ({"name": ""}, "name", "不能为空"),
            ({"name": "队"}, "name", "不少于 2"),
            ({"kind": ""}, "kind", "类型"),
            ({"kind": "钓鱼"}, "kind", "可填"),
            ({"founded_on": "2099-01-01"}, "founded_on", "不晚于今天"),
            ({"founded_on": "去年"}, "founded_on", "不是日期"),
        ],
    )
    def test_a_bad_row(self, row, cast, now, cells, column, words) -> None:
        upload = bring("volunteer_teams", {**row, **cells}, {**row, "name": "另一支队"}, by=cast.cw, now=now)
        assert counts(upload) == {"new": 1, "refused": 1}
        assert (reasons(upload)[2][0], words in reasons(upload)[2][1]) == (column, True)

    def test_template_and_who(self, row, cast, now) -> None:
        book = read(template(registry.get("volunteer_teams"), cast.ss))
        assert len(book["志愿队伍"].data_validations.dataValidation) == 2
        for actor in (cast.dc, cast.sl, cast.gw):
            with pytest.raises(NotAllowed):
                look("volunteer_teams", row, by=actor, now=now)

    def test_out_for_the_district_too_without_a_person(self, team, two, cast, now) -> None:
        teams.add_members(team_id=team.pk, person_ids=[two[0].pk], by=cast.cw, now=now)
        header, row = take_away("volunteer_teams", by=cast.dc, now=now)
        assert (row[header.index("队伍名称")], row[header.index("人数")]) == (team.name, 1)
        assert "王建国" not in str(row)
        assert registry.get("volunteer_teams").exporter.rows("", cast.cs_2).count() == 0
        with pytest.raises(NotAllowed):
            exports.ask(sheet_key="volunteer_teams", purpose="核对队伍", query="", by=cast.gw, now=now)


class TestMembers:
    @pytest.fixture
    def row(self, team, two):
        return {"team": team.name, "name": "王建国", "identity": NUMBER, "role": "队长"}

    def test_in_twice_with_role_and_day(self, row, team, cast, now) -> None:
        deputy = {**row, "name": "刘敏", "identity": OTHER, "role": "副队长"}
        assert counts(bring("volunteer_members", row, deputy, by=cast.cw, now=now)) == {"new": 2}
        team.refresh_from_db()
        assert (team.size, team.leader.name) == (2, "王建国")
        assert list(TeamMember.objects.order_by("pk").values_list("role", flat=True)) == ["leader", "deputy"]
        assert counts(bring("volunteer_members", row, deputy, row, by=cast.cw, now=now)) == {"same": 3}
        changed = {**deputy, "role": "队员"}
        assert counts(bring("volunteer_members", changed, by=cast.cs, now=now)) == {"changed": 1}
        assert Entry.objects.filter(action="volunteer.members_add").count() == 2
        assert Entry.objects.filter(action="volunteer.member_change", user_id=cast.cs.user_id).count() == 1
        assert NUMBER not in str(list(Entry.objects.values_list("after", "before", "subject_label")))

    @pytest.mark.parametrize(
        ("cells", "column", "words"),
        [
            ({"team": ""}, "team", "不能为空"),
            ({"team": "飞虎队"}, "team", "没有在您的辖区内"),
            ({"identity": ""}, "identity", "不能为空"),
            ({"identity": "123"}, "identity", "18 位"),
            ({"identity": MASKED}, "identity", "完整"),
            ({"identity": NOBODY}, "identity", UNKNOWN),
            ({"name": "李强"}, "name", "不一致"),
            ({"role": "司令"}, "role", "可填"),
            ({"from_on": "去年"}, "from_on", "不是日期"),
            ({"from_on": "2099-01-01"}, "from_on", "不晚于今天"),
            ({"from_on": "2020-01-01"}, "from_on", "成立日期"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_a_bad_row(self, row, team, cast, now, cells, column, words) -> None:
        good = {**row, "name": "刘敏", "identity": OTHER}
        upload = bring("volunteer_members", {**row, **cells}, good, by=cast.cw, now=now)
        assert counts(upload) == {"new": 1, "refused": 1}
        assert (reasons(upload)[2][0], words in reasons(upload)[2][1]) == (column, True)
        team.refresh_from_db()
        assert (team.size, team.leader.name) == (1, "刘敏"), "a refused row leaves nothing on the team"

    def test_a_second_leader(self, row, team, cast, now) -> None:
        upload = bring("volunteer_members", row, {**row, "name": "", "identity": OTHER}, by=cast.cw, now=now)
        assert reasons(upload)[3][0] == "role"
        team.refresh_from_db()
        assert (team.size, TeamMember.objects.count()) == (1, 1)

    def test_elsewhere(self, row, cast, now) -> None:
        upload = look("volunteer_members", row, by=cast.cw_2, now=now)
        assert "没有在您的辖区内找到这支队伍" in reasons(upload)[2][1]

    def test_teams_of_one_name(self, row, team, district, cast, now) -> None:
        teams.add_team(
            facts=teams.TeamFacts(name=team.name, kind="patrol"), unit_id=district.grid_1.pk, by=cast.cw, now=now
        )
        assert "2 支队伍" in reasons(look("volunteer_members", row, by=cast.cw, now=now))[2][1]
        book = read(template(registry.get("volunteer_members"), cast.cw))
        offered = [cell.value for cell in book["可选内容"]["A"] if cell.value][1:]
        assert len(offered) == 2
        assert counts(look("volunteer_members", {**row, "team": offered[1]}, by=cast.cw, now=now)) == {"new": 1}

    def test_out_masked_and_in_again(self, row, team, cast, now) -> None:
        bring("volunteer_members", row, by=cast.cw, now=now)
        header, line = take_away("volunteer_members", by=cast.cs, now=now)
        told = dict(zip(header, line, strict=True))
        assert (told["姓名"], told["身份证号"], told["联系电话"]) == ("王建国", MASKED, "138****5678")
        header, line = take_away("volunteer_members", by=cast.cs, now=now, with_numbers=True)
        told = dict(zip(header, line, strict=True))
        again = {"team": told["队伍"], "identity": told["身份证号"], "role": told["职务"], "from_on": told["入队日期"]}
        assert counts(look("volunteer_members", again, by=cast.cw, now=now)) == {"same": 1}
        for actor in (cast.dc, cast.sl, cast.gw):
            with pytest.raises(NotAllowed):
                exports.ask(sheet_key="volunteer_members", purpose="核对队员", query="", by=actor, now=now)


class TestHours:
    @pytest.fixture
    def one(self, held, two):
        return held(who=[two[0]])

    @pytest.fixture
    def row(self, one):
        on = timezone.localdate(one.starts_at).isoformat()
        return {"activity": one.title, "on": on, "name": "刘敏", "identity": OTHER, "minutes": "90"}

    def test_they_wait_whoever_brings_them(self, row, one, two, cast) -> None:
        later = one.ends_at + timedelta(hours=1)
        before = one.pending
        assert counts(bring("volunteer_hours", row, by=cast.cs, now=later)) == {"new": 1}
        hours = ServiceHours.objects.get(person=two[1])
        assert (hours.state, hours.minutes, hours.decided_at, hours.words) == ("proposed", 90, None, "按纸质签到表补报")
        one.refresh_from_db()
        assert one.pending == before + 1
        assert Clock.objects.filter(subject_type="members.activity", subject_id=one.pk, state=Clock.RUNNING).exists()
        assert Entry.objects.filter(action="hours.propose", user_id=cast.cs.user_id).count() == 1
        assert counts(bring("volunteer_hours", row, row, by=cast.cs, now=later)) == {"same": 2}
        hours_services.confirm_hours(hours_id=hours.pk, by=cast.cw, now=later)
        assert counts(bring("volunteer_hours", row, by=cast.cs, now=later)) == {"same": 1}
        told = reasons(look("volunteer_hours", {**row, "minutes": "60"}, by=cast.cs, now=later))
        assert (told[2][0], "原记录上更正" in told[2][1]) == ("minutes", True)

    @pytest.mark.parametrize(
        ("cells", "column", "words"),
        [
            ({"activity": ""}, "activity", "不能为空"),
            ({"activity": "合唱"}, "activity", "没有在您的辖区内"),
            ({"on": "2026-11-01"}, "activity", "没有在您的辖区内"),
            ({"on": "9999-12-31"}, "on", "不晚于今天"),
            ({"on": "某日"}, "on", "不是日期"),
            ({"identity": NOBODY}, "identity", UNKNOWN),
            ({"name": "李强"}, "name", "不一致"),
            ({"minutes": ""}, "minutes", "不能为空"),
            ({"minutes": "0"}, "minutes", "1 至 480"),
            ({"minutes": "481"}, "minutes", "1 至 480"),
            ({"minutes": "两小时"}, "minutes", "整数"),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_a_bad_row(self, row, one, cast, cells, column, words) -> None:
        upload = bring("volunteer_hours", {**row, **cells}, by=cast.cw, now=one.ends_at)
        assert counts(upload) == {"refused": 1}
        assert (reasons(upload)[2][0], words in reasons(upload)[2][1]) == (column, True)

    def test_not_ended_refused_before_and_too_much_in_a_day(self, row, one, two, activity, cast, now) -> None:
        coming = activity(title="晚间巡逻")
        told = reasons(look("volunteer_hours", {**row, "activity": coming.title}, by=cast.cw, now=one.ends_at))
        assert "结束后才能" in told[2][1]
        refused = ServiceHours.objects.get(person=two[0])
        hours_services.refuse_hours(hours_id=refused.pk, words="没有到场", by=cast.cw, now=one.ends_at)
        again = {**row, "name": "王建国", "identity": NUMBER, "minutes": str(refused.minutes)}
        assert "已退回" in reasons(look("volunteer_hours", again, by=cast.cw, now=one.ends_at))[2][1]

    def test_elsewhere_and_who_may_not(self, row, one, cast) -> None:
        told = reasons(look("volunteer_hours", row, by=cast.cw_2, now=one.ends_at))
        assert told[2][0] == "identity"
        for actor in (cast.dc, cast.sl, cast.gw):
            with pytest.raises(NotAllowed):
                look("volunteer_hours", row, by=actor, now=one.ends_at)

    def test_out_by_tab_masked(self, row, one, two, cast) -> None:
        later = one.ends_at + timedelta(hours=1)
        hours = ServiceHours.objects.get(person=two[0])
        hours_services.confirm_hours(hours_id=hours.pk, by=cast.cs, now=later)
        header, *lines = take_away("volunteer_hours", by=cast.cs, now=later, query="tab=confirmed")
        assert len(lines) == 1
        told = dict(zip(header, lines[0], strict=True))
        assert (told["身份证号"], told["时长（分钟）"], told["状态"]) == (MASKED, hours.minutes, "已确认")
        assert told["确认人"] == cast.cs.user_name
        assert date.fromisoformat(told["活动日期"]) == hours.on
        assert registry.get("volunteer_hours").exporter.rows("", cast.cs_2).count() == 0
        assert (
            len(read(template(registry.get("volunteer_hours"), cast.cw))["服务时长"].data_validations.dataValidation)
            == 1
        )
