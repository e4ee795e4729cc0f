import uuid

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models

import members.models.volunteers

# Once decided, hours are history. A waiting row may be decided; a decided one may be marked as corrected, and may follow
# its person into the record that this one was merged into. Nothing else passes.
PROTECT = """
CREATE FUNCTION members_servicehours_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.state = 'proposed' THEN
      RETURN NEW;
    END IF;
    IF OLD.state IN ('confirmed', 'refused') AND NEW.state = 'corrected'
       AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN
      RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - 'person_id' = to_jsonb(OLD) - 'person_id' AND EXISTS (
         SELECT 1 FROM members_person WHERE id = OLD.person_id AND merged_into_id = NEW.person_id) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'table members_servicehours is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER members_servicehours_row BEFORE UPDATE OR DELETE ON members_servicehours
  FOR EACH ROW EXECUTE FUNCTION members_servicehours_append_only();
CREATE TRIGGER members_servicehours_truncate BEFORE TRUNCATE ON members_servicehours
  FOR EACH STATEMENT EXECUTE FUNCTION members_servicehours_append_only();
"""
RELEASE = """
DROP TRIGGER members_servicehours_truncate ON members_servicehours;
DROP TRIGGER members_servicehours_row ON members_servicehours;
DROP FUNCTION members_servicehours_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0004_party"),
        ("grids", "0002_sites"),
        ("accounts", "0001_extensions"),
    ]

    operations = [
        migrations.CreateModel(
            name="VolunteerTeam",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, verbose_name="队伍名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("preach", "政策宣讲"),
                            ("patrol", "治安巡逻"),
                            ("civility", "文明劝导"),
                            ("elder", "助老助残"),
                            ("environment", "环境整治"),
                            ("mediate", "邻里调解"),
                            ("culture", "文体活动"),
                            ("emergency", "应急值守"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="简介")),
                ("size", models.PositiveSmallIntegerField(default=0, verbose_name="人数")),
                ("founded_on", models.DateField(verbose_name="成立日期")),
                ("dissolved_on", models.DateField(blank=True, null=True, verbose_name="解散日期")),
                ("dissolved_why", models.CharField(blank=True, max_length=200, verbose_name="解散原因")),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.person",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.site",
                        verbose_name="阵地",
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                        verbose_name="所属单位",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TeamMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("member", "队员"), ("deputy", "副队长"), ("leader", "队长")],
                        default="member",
                        max_length=8,
                        verbose_name="职务",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="入队日期")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="离队日期")),
                ("ended_why", models.CharField(blank=True, max_length=200, verbose_name="离队原因")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.person"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="members.volunteerteam"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("preach", "政策宣讲"),
                            ("patrol", "治安巡逻"),
                            ("civility", "文明劝导"),
                            ("elder", "助老助残"),
                            ("environment", "环境整治"),
                            ("mediate", "邻里调解"),
                            ("culture", "文体活动"),
                            ("emergency", "应急值守"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                ("title", models.CharField(max_length=80, verbose_name="活动名称")),
                ("words", models.CharField(blank=True, max_length=1000, verbose_name="活动内容")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="地点")),
                ("lon", models.FloatField(blank=True, null=True, verbose_name="经度")),
                ("lat", models.FloatField(blank=True, null=True, verbose_name="纬度")),
                ("starts_at", models.DateTimeField(verbose_name="开始时间")),
                ("ends_at", models.DateTimeField(verbose_name="结束时间")),
                ("capacity", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="名额")),
                ("sign_up_until", models.DateTimeField(blank=True, null=True, verbose_name="报名截止")),
                ("planned_minutes", models.PositiveSmallIntegerField(verbose_name="计划时长（分钟）")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "待发布"),
                            ("published", "报名中"),
                            ("running", "进行中"),
                            ("ended", "已结束"),
                            ("cancelled", "已取消"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("code_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("made_by_user", models.BigIntegerField()),
                ("made_by_name", models.CharField(max_length=32, verbose_name="发起人")),
                ("cancelled_why", models.CharField(blank=True, max_length=200, verbose_name="取消原因")),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("pending", models.PositiveSmallIntegerField(default=0, verbose_name="待确认")),
                ("confirm_due_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时限")),
                (
                    "card",
                    models.CharField(
                        blank=True, choices=[("", "正常"), ("yellow", "将到期"), ("red", "已超期")], max_length=6
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.site",
                        verbose_name="阵地",
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                        verbose_name="所属单位",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="members.volunteerteam",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ServiceHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="日期")),
                ("minutes", models.PositiveSmallIntegerField(verbose_name="时长（分钟）")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待确认"),
                            ("confirmed", "已确认"),
                            ("refused", "已退回"),
                            ("corrected", "已更正"),
                        ],
                        default="proposed",
                        max_length=9,
                        verbose_name="状态",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by_name", models.CharField(max_length=32, verbose_name="提交人")),
                ("volunteer_user", models.BigIntegerField(blank=True, null=True)),
                ("decided_by_user", models.BigIntegerField(blank=True, null=True)),
                ("decided_by_name", models.CharField(blank=True, max_length=32, verbose_name="确认人")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hours", to="members.activity"
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="members.servicehours",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "grid",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.person"
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                        verbose_name="所属单位",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["street", "state", "-id"], name="hours_street"),
                    models.Index(fields=["community", "state", "-id"], name="hours_community"),
                    models.Index(fields=["grid", "state", "-id"], name="hours_grid"),
                    models.Index(fields=["person", "on"], name="hours_person"),
                    models.Index(
                        condition=models.Q(("state", "confirmed")),
                        fields=["district", "on"],
                        include=("street", "community", "minutes"),
                        name="hours_confirmed_on",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by_user", None), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by_user__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="decided_hours_say_by_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("volunteer_user", None),
                            ("decided_by_user", None),
                            models.Q(("decided_by_user", models.F("volunteer_user")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_decides_their_own_hours",
                    ),
                    models.CheckConstraint(condition=models.Q(("minutes__lte", 480)), name="hours_of_one_day"),
                    models.UniqueConstraint(
                        condition=models.Q(("minutes__gt", 0), ("state__in", ("proposed", "confirmed"))),
                        fields=("activity", "person"),
                        name="hours_of_a_person_count_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("signed", "已报名"),
                            ("waiting", "候补"),
                            ("cancelled", "已取消"),
                            ("came", "已签到"),
                            ("absent", "未到"),
                        ],
                        default="signed",
                        max_length=9,
                        verbose_name="状态",
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[("staff", "工作人员代报"), ("self", "本人报名")],
                        default="staff",
                        max_length=5,
                        verbose_name="报名方式",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="报名时间")),
                ("by_name", models.CharField(max_length=32, verbose_name="报名人")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("checked_in_at", models.DateTimeField(blank=True, null=True, verbose_name="签到")),
                ("checked_out_at", models.DateTimeField(blank=True, null=True, verbose_name="签退")),
                (
                    "checked_how",
                    models.CharField(
                        blank=True,
                        choices=[("code", "签到码"), ("list", "名单点到")],
                        max_length=4,
                        verbose_name="签到方式",
                    ),
                ),
                ("cancelled_why", models.CharField(blank=True, max_length=200, verbose_name="取消原因")),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("tries_window", models.BigIntegerField(default=0)),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sign_ups", to="members.activity"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.person"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["activity", "state", "at", "id"], name="sign_up_activity"),
                    models.Index(fields=["person", "-starts_at"], name="sign_up_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "cancelled"), _negated=True),
                        fields=("activity", "person"),
                        name="a_person_signs_up_once",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state__in", ("signed", "came", "waiting"))),
                        expressions=[
                            ("person", "="),
                            (members.models.volunteers._Period("starts_at", "ends_at"), "&&"),
                        ],
                        name="a_person_is_at_one_activity_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checked_out_at", None),
                            ("checked_out_at__gte", models.F("checked_in_at")),
                            _connector="OR",
                        ),
                        name="who_leaves_has_come",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="volunteerteam",
            index=models.Index(fields=["district", "-id"], name="team_district"),
        ),
        migrations.AddIndex(
            model_name="volunteerteam",
            index=models.Index(fields=["street", "-id"], name="team_street"),
        ),
        migrations.AddIndex(
            model_name="volunteerteam",
            index=models.Index(fields=["community", "-id"], name="team_community"),
        ),
        migrations.AddIndex(
            model_name="volunteerteam",
            index=models.Index(fields=["grid", "-id"], name="team_grid"),
        ),
        migrations.AddConstraint(
            model_name="volunteerteam",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dissolved_on", None)), fields=("unit", "name"), name="one_team_of_a_name_in_a_unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="volunteerteam",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("dissolved_on", None), ("dissolved_on__gte", models.F("founded_on")), _connector="OR"
                ),
                name="a_team_is_dissolved_after_it_was_founded",
            ),
        ),
        migrations.AddIndex(
            model_name="teammember",
            index=models.Index(fields=["person"], name="team_member_person"),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_on", None)), fields=("team", "person"), name="a_person_is_in_a_team_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on", None), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="a_team_membership_ends_after_it_began",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["district", "state", "-starts_at", "-id"], name="activity_district"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["street", "state", "-starts_at", "-id"], name="activity_street"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["community", "state", "-starts_at", "-id"], name="activity_community"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["grid", "state", "-starts_at", "-id"], name="activity_grid"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("pending__gt", 0)), fields=["street", "confirm_due_at"], name="activity_pending"
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="an_activity_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(("capacity", None), ("capacity__gt", 0), _connector="OR"),
                name="an_activity_has_room",
            ),
        ),
        migrations.RunSQL(sql=PROTECT, reverse_sql=RELEASE),
    ]
