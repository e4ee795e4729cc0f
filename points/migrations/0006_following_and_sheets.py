"""Forms of stock are booked once for their key; a claim may be withdrawn; a notice may be kept by another community."""

import django.db.models.deletion
from django.db import migrations, models

from points.rounds.guards import KEPT_BY_ITSELF, MAY_BE_KEPT_BY_ANOTHER


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0004_site_photos"),
        ("points", "0005_ledger_checks"),
    ]

    operations = [
        migrations.CreateModel(
            name="StockSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("purchase", "进货"), ("counted", "盘点"), ("written_off", "报损")],
                        max_length=11,
                        verbose_name="类别",
                    ),
                ),
                ("key", models.CharField(max_length=80, unique=True)),
                ("content", models.CharField(max_length=64)),
                ("outcome", models.JSONField(default=dict)),
                ("by_user", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=32, verbose_name="经办人")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sheets", to="points.shop"
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="one_points_notice_an_edition",
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="one_draft_of_a_points_notice",
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="one_points_notice_in_force",
        ),
        migrations.AlterField(
            model_name="claim",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "待审批"),
                    ("second", "待复核"),
                    ("waiting", "待发放"),
                    ("awarded", "已发放"),
                    ("refused", "不予发放"),
                    ("short", "预算不足"),
                    ("owed", "待冲回"),
                    ("reversed", "已冲正"),
                    ("withdrawn", "已撤回"),
                ],
                default="waiting",
                max_length=9,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("unit", "month", "edition"), name="one_points_notice_of_an_edition"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("unit", "month"), name="one_draft_of_a_units_notice"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "published")),
                fields=("unit", "month"),
                name="one_notice_of_a_unit_in_force",
            ),
        ),
        # Last, so that on the way back it is first: then the notices are their own units' again.
        migrations.RunSQL(sql=MAY_BE_KEPT_BY_ANOTHER, reverse_sql=KEPT_BY_ITSELF),
    ]
