import django.db.models.deletion
from django.db import migrations, models

from governance.appendonly import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0002_sites"),
    ]

    operations = [
        migrations.CreateModel(
            name="Quota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("administrative", "行政编制"),
                            ("institution", "事业编制"),
                            ("admin_leaders", "行政领导职数"),
                            ("inst_leaders", "事业领导职数"),
                            ("workers", "社区工作者"),
                        ],
                        max_length=14,
                        verbose_name="类别",
                    ),
                ),
                ("approved", models.PositiveIntegerField(default=0, verbose_name="核定")),
                ("filled", models.PositiveIntegerField(default=0, verbose_name="实有")),
                (
                    "community",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "street",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="quotas", to="grids.unit"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QuotaEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[("approved", "核定"), ("filled", "实有")], max_length=8, verbose_name="变动"
                    ),
                ),
                ("delta", models.IntegerField(verbose_name="增减")),
                ("after", models.PositiveIntegerField(verbose_name="变动后")),
                ("document", models.CharField(blank=True, max_length=100, verbose_name="文号")),
                ("on", models.DateField(verbose_name="日期")),
                ("grounds", models.CharField(blank=True, max_length=300, verbose_name="依据")),
                ("cause", models.CharField(blank=True, max_length=64)),
                ("by_user", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "quota",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="grids.quota"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QuotaProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("administrative", "行政编制"),
                            ("institution", "事业编制"),
                            ("admin_leaders", "行政领导职数"),
                            ("inst_leaders", "事业领导职数"),
                            ("workers", "社区工作者"),
                        ],
                        max_length=14,
                        verbose_name="类别",
                    ),
                ),
                ("delta", models.IntegerField(verbose_name="增减")),
                ("words", models.CharField(max_length=500, verbose_name="理由")),
                ("proposed_by_user", models.BigIntegerField()),
                ("proposed_by_name", models.CharField(max_length=64)),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("accepted", models.BooleanField(null=True)),
                ("answer", models.CharField(blank=True, max_length=500, verbose_name="答复")),
                ("decided_by_user", models.BigIntegerField(null=True)),
                ("decided_by_name", models.CharField(blank=True, max_length=64)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "district",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "street",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="quota",
            index=models.Index(fields=["district", "kind"], name="quota_of_district"),
        ),
        migrations.AddConstraint(
            model_name="quota",
            constraint=models.UniqueConstraint(fields=("unit", "kind"), name="one_quota_of_a_kind"),
        ),
        migrations.AddIndex(
            model_name="quotaevent",
            index=models.Index(fields=["quota", "-on", "-id"], name="quota_event_latest"),
        ),
        migrations.AddConstraint(
            model_name="quotaevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("delta", 0), _negated=True), name="a_quota_event_changes_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="quotaevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cause", ""), _negated=True),
                fields=("quota", "cause"),
                name="one_quota_event_of_a_cause",
            ),
        ),
        migrations.AddIndex(
            model_name="quotaproposal",
            index=models.Index(fields=["district", "-proposed_at"], name="quota_proposal_latest"),
        ),
        migrations.AddConstraint(
            model_name="quotaproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted", None)),
                fields=("unit", "kind"),
                name="one_open_quota_proposal_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotaproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("delta", 0), _negated=True), name="a_quota_proposal_changes_something"
            ),
        ),
        append_only("grids_quotaevent"),
    ]
