"""Notices of points, and rounds 创先争优; published notices are held by triggers (points.rounds.guards)."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from points.rounds.guards import PROTECT, RELEASE


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_initial"),
        ("grids", "0004_site_photos"),
        ("members", "0007_careers"),
        ("points", "0003_shop"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="月份")),
                ("edition", models.PositiveSmallIntegerField(default=1, verbose_name="版次")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "待公示"), ("published", "已公示"), ("replaced", "已更正")],
                        default="draft",
                        max_length=9,
                        verbose_name="状态",
                    ),
                ),
                ("code", models.CharField(max_length=16)),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="更正原因")),
                ("given", models.BigIntegerField(default=0, verbose_name="发放积分")),
                ("exchanged", models.BigIntegerField(default=0, verbose_name="兑换积分")),
                ("people", models.PositiveIntegerField(default=0, verbose_name="人（户）数")),
                ("unnamed", models.PositiveIntegerField(default=0, verbose_name="不具名")),
                ("unnamed_given", models.BigIntegerField(default=0)),
                ("unnamed_exchanged", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField(verbose_name="拟定时间")),
                ("made_by_name", models.CharField(max_length=32, verbose_name="拟定人")),
                ("published_at", models.DateTimeField(null=True, verbose_name="公示时间")),
                ("published_by_name", models.CharField(blank=True, max_length=32, verbose_name="公示人")),
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
            name="NoticeLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(blank=True, max_length=64, verbose_name="楼栋")),
                ("name", models.CharField(max_length=40, verbose_name="姓名")),
                ("given", models.IntegerField(verbose_name="发放积分")),
                ("exchanged", models.IntegerField(verbose_name="兑换积分")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="points.notice"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NoticeObjection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_words", models.CharField(max_length=64, verbose_name="反映人")),
                ("words", models.CharField(max_length=500, verbose_name="反映内容")),
                ("received_on", models.DateField(verbose_name="收到日期")),
                ("received_at", models.DateTimeField()),
                ("received_by_name", models.CharField(max_length=32, verbose_name="登记人")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="答复")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                ("answered_by_name", models.CharField(blank=True, max_length=32, verbose_name="答复人")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="points.notice"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pioneer", "先锋小哥"),
                            ("volunteer", "优秀志愿者"),
                            ("household", "党员示范户"),
                            ("neighbour", "最美居民"),
                        ],
                        max_length=12,
                        verbose_name="荣誉",
                    ),
                ),
                (
                    "nominees",
                    models.CharField(
                        choices=[
                            ("couriers", "新就业群体（快递员、外卖骑手等）"),
                            ("volunteers", "志愿者"),
                            ("party_households", "党员中心户"),
                            ("residents", "居民"),
                        ],
                        max_length=16,
                        verbose_name="评选对象",
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[("voting", "居民和工作人员投票"), ("jury", "评委打分")],
                        max_length=6,
                        verbose_name="产生方式",
                    ),
                ),
                (
                    "tie",
                    models.CharField(
                        choices=[("more", "末位并列的一并入选"), ("fewer", "末位并列的均不入选，名额空缺")],
                        max_length=5,
                        verbose_name="并列时",
                    ),
                ),
                ("seats", models.PositiveSmallIntegerField(verbose_name="名额")),
                ("from_on", models.DateField(verbose_name="事迹期间自")),
                ("until_on", models.DateField(verbose_name="事迹期间至")),
                ("nominate_days", models.PositiveSmallIntegerField(verbose_name="提名期（工作日）")),
                ("decide_days", models.PositiveSmallIntegerField(verbose_name="投票、打分期（工作日）")),
                ("notice_days", models.PositiveSmallIntegerField(verbose_name="公示期（工作日）")),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="评选说明")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "待发布"),
                            ("nominating", "提名中"),
                            ("reviewing", "审核中"),
                            ("voting", "投票中"),
                            ("jury", "评委打分中"),
                            ("public_notice", "公示中"),
                            ("noticed", "公示期满，待公布"),
                            ("announced", "已公布"),
                            ("cancelled", "已取消"),
                        ],
                        default="draft",
                        max_length=13,
                        verbose_name="状态",
                    ),
                ),
                ("ended_why", models.CharField(blank=True, max_length=200, verbose_name="取消原因")),
                ("made_by_user", models.BigIntegerField()),
                ("made_by_name", models.CharField(max_length=32, verbose_name="拟定人")),
                ("made_at", models.DateTimeField(verbose_name="拟定时间")),
                ("changed_at", models.DateTimeField()),
                ("announced_on", models.DateField(null=True, verbose_name="公布日期")),
                ("voters", models.PositiveIntegerField(default=0, verbose_name="投票人数")),
                ("clock_kind", models.CharField(blank=True, max_length=32)),
                ("due_at", models.DateTimeField(null=True, verbose_name="时限")),
                ("card", models.CharField(blank=True, max_length=6)),
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
                    "designation_kind",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.designationkind",
                        verbose_name="授予称号",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "street",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                        verbose_name="主办单位",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoundCriterion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="评选标准")),
                ("weight", models.PositiveSmallIntegerField(verbose_name="权重（%）")),
                ("full_points", models.PositiveIntegerField(default=0, verbose_name="满分所需积分")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="criteria", to="points.round"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoundJuror",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, verbose_name="评委")),
                (
                    "posting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.posting"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="jurors", to="points.round"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoundNomination",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=1000, verbose_name="事迹")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("nominated", "待审核"),
                            ("approved", "候选人"),
                            ("refused", "未通过审核"),
                            ("withdrawn", "已撤回"),
                            ("chosen", "拟当选"),
                            ("passed_over", "未当选"),
                            ("suspended", "异议核查中"),
                            ("disqualified", "取消资格"),
                            ("honoured", "当选"),
                        ],
                        default="nominated",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("is_own", models.BooleanField(default=False, verbose_name="自荐")),
                ("by_user", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=32, verbose_name="提名人")),
                ("by_unit", models.CharField(max_length=64, verbose_name="提名单位")),
                ("at", models.DateTimeField(verbose_name="提名时间")),
                ("reviewed_by_name", models.CharField(blank=True, max_length=32, verbose_name="审核人")),
                ("reviewed_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                ("review_words", models.CharField(blank=True, max_length=200, verbose_name="审核意见")),
                ("votes", models.PositiveIntegerField(null=True, verbose_name="得票")),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="得分")),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                        verbose_name="社区",
                    ),
                ),
                (
                    "designation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.designation",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.person",
                        verbose_name="人选",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="nominations", to="points.round"
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoundObjection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_words", models.CharField(max_length=64, verbose_name="反映人")),
                ("words", models.CharField(max_length=500, verbose_name="反映内容")),
                ("received_at", models.DateTimeField(verbose_name="收到时间")),
                ("received_by_name", models.CharField(max_length=32, verbose_name="登记人")),
                ("is_upheld", models.BooleanField(null=True, verbose_name="是否成立")),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="核查结论")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="核查时间")),
                ("settled_by_name", models.CharField(blank=True, max_length=32, verbose_name="核查人")),
                (
                    "nomination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="points.roundnomination",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoundScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.PositiveSmallIntegerField(verbose_name="分数")),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.roundcriterion"
                    ),
                ),
                (
                    "juror",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.roundjuror"
                    ),
                ),
                (
                    "nomination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="scores", to="points.roundnomination"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoundVote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("voter", models.CharField(max_length=64)),
                (
                    "nomination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.roundnomination"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="votes", to="points.round"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Unnamed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=200, verbose_name="说明")),
                ("set_at", models.DateTimeField(verbose_name="登记时间")),
                ("set_by_name", models.CharField(max_length=32, verbose_name="登记人")),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.person",
                        verbose_name="居民",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["street", "-month", "-id"], name="points_notice_street"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["community", "-month", "-id"], name="points_notice_community"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["code"], name="points_notice_code"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("community", "month", "edition"), name="one_points_notice_an_edition"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")),
                fields=("community", "month"),
                name="one_draft_of_a_points_notice",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "published")),
                fields=("community", "month"),
                name="one_points_notice_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("edition", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="a_correction_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at", None), ("state", "draft")),
                    models.Q(models.Q(("state", "draft"), _negated=True), ("published_at__isnull", False)),
                    _connector="OR",
                ),
                name="a_published_notice_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeobjection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None)),
                    models.Q(("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)),
                    _connector="OR",
                ),
                name="an_answer_to_a_notice_says_when",
            ),
        ),
        migrations.AddIndex(
            model_name="round",
            index=models.Index(fields=["district", "due_at", "id"], name="points_round_due"),
        ),
        migrations.AddIndex(
            model_name="round",
            index=models.Index(fields=["district", "-id"], name="points_round_new"),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(condition=models.Q(("seats__gte", 1)), name="a_round_has_seats"),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__gte", models.F("from_on"))), name="a_round_has_a_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="roundcriterion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("full_points__gt", 0)), fields=("round",), name="points_are_one_criterion_only"
            ),
        ),
        migrations.AddConstraint(
            model_name="roundcriterion",
            constraint=models.CheckConstraint(
                condition=models.Q(("full_points", 0), ("weight__lte", 40), _connector="OR"),
                name="points_weigh_at_most_their_cap",
            ),
        ),
        migrations.AddConstraint(
            model_name="roundcriterion",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__gte", 1), ("weight__lte", 100)), name="a_criterion_weighs_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="roundjuror",
            constraint=models.UniqueConstraint(fields=("round", "posting"), name="a_juror_once_a_round"),
        ),
        migrations.AddIndex(
            model_name="roundnomination",
            index=models.Index(fields=["person", "-id"], name="nomination_person"),
        ),
        migrations.AddIndex(
            model_name="roundnomination",
            index=models.Index(fields=["district", "state", "round"], name="nomination_honoured"),
        ),
        migrations.AddConstraint(
            model_name="roundnomination",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "withdrawn"), _negated=True),
                fields=("round", "person"),
                name="a_person_is_nominated_once_a_round",
            ),
        ),
        migrations.AddConstraint(
            model_name="roundscore",
            constraint=models.UniqueConstraint(
                fields=("nomination", "criterion", "juror"), name="one_score_of_a_juror"
            ),
        ),
        migrations.AddConstraint(
            model_name="roundscore",
            constraint=models.CheckConstraint(condition=models.Q(("score__lte", 100)), name="a_score_of_a_hundred"),
        ),
        migrations.AddConstraint(
            model_name="roundvote",
            constraint=models.UniqueConstraint(fields=("round", "voter"), name="one_vote_of_a_voter"),
        ),
        migrations.RunSQL(sql=PROTECT, reverse_sql=RELEASE),
    ]
