"""What people said of two appeals: a repeat, or another matter."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appeals", "0010_policy_rules"), ("grids", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="RepeatMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_repeat", models.BooleanField(default=True, verbose_name="重复诉求")),
                ("score", models.PositiveSmallIntegerField(null=True, verbose_name="相似度")),
                (
                    "how",
                    models.CharField(
                        choices=[("suggested", "系统提示"), ("by_hand", "人工标记")], default="by_hand", max_length=9,
                        verbose_name="来由",
                    ),
                ),
                ("by_user", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by_name", models.CharField(blank=True, max_length=32)),
                ("undone_words", models.CharField(blank=True, max_length=1000)),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="repeat_marks", to="appeals.appeal"
                    ),
                ),
                (
                    "by_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"
                    ),
                ),
                (
                    "earlier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="repeated_by", to="appeals.appeal"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_repeat", True), ("undone_at", None)), fields=("appeal",),
                        name="an_appeal_repeats_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)), fields=("appeal", "earlier"),
                        name="one_judgement_of_a_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("appeal", models.F("earlier")), _negated=True),
                        name="no_appeal_repeats_itself",
                    ),
                ]
            },
        ),
    ]  # fmt: skip
