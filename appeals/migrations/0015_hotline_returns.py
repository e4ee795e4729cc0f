"""What the city hotline returned, and the keys of the returns that it sent by itself."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0014_one_index_of_phones"),
        ("grids", "0001_initial"),
        ("outbox", "0006_stream_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="HotlineReturn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("accepted", "受理"),
                            ("dispatched", "交办"),
                            ("in_progress", "签收办理"),
                            ("shelved", "挂账"),
                            ("resolved", "办结答复"),
                            ("closed", "归档"),
                            ("rejected", "不予受理"),
                            ("merged", "并案"),
                            ("reopened", "重新办理"),
                            ("corrected", "更正答复"),
                            ("extension_requested", "申请延期"),
                            ("extension_granted", "同意延期"),
                            ("extension_refused", "延期未获同意"),
                        ],
                        max_length=24,
                        verbose_name="退回事项",
                    ),
                ),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("happened_at", models.DateTimeField(null=True)),
                ("code", models.CharField(blank=True, max_length=32, verbose_name="退回代码")),
                ("reason", models.CharField(max_length=1000, verbose_name="退回理由")),
                ("reply", models.TextField(blank=True, max_length=10000, verbose_name="报送的答复")),
                ("received_at", models.DateTimeField(verbose_name="退回时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待处理"),
                            ("resent", "已更正重报"),
                            ("reworked", "已重新办理"),
                            ("set_aside", "已存查"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="状态",
                    ),
                ),
                ("done_at", models.DateTimeField(null=True, verbose_name="处理时间")),
                ("done_by_user", models.BigIntegerField(default=0)),
                ("done_by_name", models.CharField(blank=True, max_length=32, verbose_name="处理人")),
                ("done_words", models.CharField(blank=True, max_length=1000, verbose_name="处理说明")),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hotline_returns", to="appeals.appeal"
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="outbox.delivery"
                    ),
                ),
                (
                    "done_by_unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HotlineNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField()),
                (
                    "returned",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="appeals.hotlinereturn"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="hotlinereturn",
            index=models.Index(condition=models.Q(("state", "open")), fields=["appeal"], name="hotline_return_open"),
        ),
        migrations.AddConstraint(
            model_name="hotlinereturn",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sequence__gt", 0)), fields=("appeal", "sequence"), name="one_return_an_event"
            ),
        ),
        migrations.AddConstraint(
            model_name="hotlinereturn",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sequence", 0)),
                fields=("appeal", "event"),
                name="one_return_of_what_we_did_not_send",
            ),
        ),
        migrations.AddConstraint(
            model_name="hotlinereturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("done_at__isnull", False)),
                    _connector="OR",
                ),
                name="a_return_that_was_dealt_with_has_its_moment",
            ),
        ),
    ]
