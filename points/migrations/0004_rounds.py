"""Notices of points, and rounds 创先争优; published notices are held by triggers (points.rounds.guards)."""

import django.db.models.deletion
from django.db import migrations, models

from points.rounds.guards import PROTECT, RELEASE


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0004_site_photos"),
        ("members", "0007_careers"),
        ("points", "0001_ledger"),
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
        migrations.RunSQL(sql=PROTECT, reverse_sql=RELEASE),
    ]
