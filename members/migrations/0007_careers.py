import django.db.models.deletion
from django.db import migrations, models

from governance.appendonly import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0006_hubs"),
        ("grids", "0003_quotas"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayScale",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(unique=True)),
                ("valid_from", models.DateField(verbose_name="施行日期")),
                ("note", models.CharField(max_length=200, verbose_name="依据")),
                ("amounts", models.JSONField()),
                ("rules", models.JSONField()),
                ("made_by_user", models.BigIntegerField()),
                ("made_by_name", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AppraisalRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "社区初评"), ("reviewed", "街道已审核"), ("decided", "已审定")],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="开始时间")),
                ("opened_by_name", models.CharField(max_length=64)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("reviewed_by_name", models.CharField(blank=True, max_length=64)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by_name", models.CharField(blank=True, max_length=64)),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "district",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "street",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grids.unit",
                        verbose_name="街道",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Career",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "post",
                    models.CharField(
                        choices=[
                            ("secretary", "正职"),
                            ("deputy", "副职"),
                            ("worker", "一般岗"),
                            ("grid", "专职网格员"),
                        ],
                        max_length=9,
                        verbose_name="岗位",
                    ),
                ),
                ("grade", models.PositiveSmallIntegerField(default=1, verbose_name="级别")),
                ("duty", models.CharField(blank=True, max_length=64, verbose_name="职务")),
                ("entered_on", models.DateField(verbose_name="入职日期")),
                ("post_since", models.DateField(verbose_name="任现岗位日期")),
                (
                    "recruited",
                    models.CharField(
                        choices=[
                            ("open", "公开招聘"),
                            ("selected", "选聘"),
                            ("elected", "两委补选"),
                            ("transferred", "转任"),
                        ],
                        max_length=11,
                        verbose_name="进入方式",
                    ),
                ),
                (
                    "degree",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "高中及以下"),
                            ("college", "专科"),
                            ("bachelor", "本科"),
                            ("master", "硕士及以上"),
                        ],
                        max_length=8,
                        verbose_name="学历",
                    ),
                ),
                (
                    "certificate",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "无"),
                            ("assistant", "助理社会工作师"),
                            ("social_worker", "社会工作师"),
                            ("senior", "高级社会工作师"),
                        ],
                        max_length=13,
                        verbose_name="职业资格",
                    ),
                ),
                ("under_35", models.BooleanField(default=False, verbose_name="入职时 35 周岁以下")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("serving", "在岗"),
                            ("promoted", "进入街道事业编"),
                            ("removed", "已清退"),
                            ("resigned", "已辞职"),
                            ("retired", "已退休"),
                            ("died", "已故"),
                        ],
                        default="serving",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="离岗日期")),
                ("next_grade_on", models.DateField(blank=True, null=True, verbose_name="应晋级日期")),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1)),
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
                        verbose_name="网格",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="careers",
                        to="members.person",
                        verbose_name="姓名",
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Appraisal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("excellent", "优秀"), ("good", "合格"), ("basic", "基本合格"), ("failed", "不合格")],
                        max_length=9,
                        verbose_name="结果",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=200, verbose_name="评语")),
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
                        verbose_name="网格",
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="members.appraisalround"
                    ),
                ),
                (
                    "career",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appraisals", to="members.career"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareerProcedure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("promotion", "晋升"), ("removal", "清退"), ("measure", "奖惩")],
                        max_length=9,
                        verbose_name="类型",
                    ),
                ),
                ("path", models.CharField(max_length=16, verbose_name="事项")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("nominated", "已提名"),
                            ("reviewed", "街道已审核"),
                            ("public_notice", "公示中"),
                            ("suspended", "公示中止"),
                            ("noticed", "公示期满"),
                            ("appointed", "已任用"),
                            ("proposed", "已提出"),
                            ("hearing", "申辩期内"),
                            ("heard", "申辩期满"),
                            ("decided", "已决定，待送达"),
                            ("removed", "已清退"),
                            ("measured", "已生效"),
                            ("refused", "未通过"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=13,
                        verbose_name="状态",
                    ),
                ),
                ("words", models.CharField(max_length=500, verbose_name="理由")),
                ("content", models.JSONField(default=dict)),
                ("waivers", models.JSONField(default=dict)),
                ("proposed_by_user", models.BigIntegerField()),
                ("proposed_by_name", models.CharField(max_length=64)),
                ("proposed_by_unit", models.BigIntegerField()),
                ("opened_at", models.DateTimeField(verbose_name="提出时间")),
                ("changed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("clock_kind", models.CharField(blank=True, max_length=32)),
                ("due_at", models.DateTimeField(null=True, verbose_name="时限")),
                ("card", models.CharField(blank=True, max_length=6)),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "career",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="procedures", to="members.career"
                    ),
                ),
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
                        verbose_name="网格",
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grids.unit"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareerMeasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("reward", "奖励"), ("discipline", "处分")], max_length=10, verbose_name="类别"
                    ),
                ),
                ("name", models.CharField(max_length=64, verbose_name="名称")),
                ("from_on", models.DateField(verbose_name="生效日期")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="影响期满")),
                ("grounds", models.CharField(max_length=500, verbose_name="事由")),
                (
                    "career",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="measures", to="members.career"
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.careerprocedure",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareerEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("entered", "入职"),
                            ("regraded", "晋级"),
                            ("moved", "调整单位"),
                            ("facts", "更新学历、证书"),
                            ("promoted", "晋升"),
                            ("rewarded", "奖励"),
                            ("disciplined", "处分"),
                            ("appraised", "年度考核"),
                            ("removed", "清退"),
                            ("resigned", "辞职"),
                            ("retired", "退休"),
                            ("died", "死亡"),
                            ("person_left", "本人迁出本区"),
                            ("merged", "居民档案合并"),
                        ],
                        max_length=11,
                        verbose_name="事项",
                    ),
                ),
                ("on", models.DateField(verbose_name="日期")),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("pay_before", models.PositiveIntegerField(null=True, verbose_name="变动前月工资")),
                ("pay_after", models.PositiveIntegerField(null=True, verbose_name="变动后月工资")),
                ("grounds", models.CharField(blank=True, max_length=500, verbose_name="依据")),
                ("by_user", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=64)),
                ("by_unit", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "career",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="members.career"
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="members.careerprocedure",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareerProcedureEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("nominated", "已提名"),
                            ("reviewed", "街道已审核"),
                            ("public_notice", "公示中"),
                            ("suspended", "公示中止"),
                            ("noticed", "公示期满"),
                            ("appointed", "已任用"),
                            ("proposed", "已提出"),
                            ("hearing", "申辩期内"),
                            ("heard", "申辩期满"),
                            ("decided", "已决定，待送达"),
                            ("removed", "已清退"),
                            ("measured", "已生效"),
                            ("refused", "未通过"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=13,
                        verbose_name="状态",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("data", models.JSONField(default=dict)),
                ("by_user", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=64)),
                ("by_unit", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="members.careerprocedure",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="appraisalround",
            index=models.Index(fields=["district", "-year", "-id"], name="appraisal_round_latest"),
        ),
        migrations.AddConstraint(
            model_name="appraisalround",
            constraint=models.UniqueConstraint(fields=("street", "year"), name="one_appraisal_of_a_year"),
        ),
        migrations.AddIndex(
            model_name="career",
            index=models.Index(fields=["district", "state", "-id"], name="career_district"),
        ),
        migrations.AddIndex(
            model_name="career",
            index=models.Index(fields=["street", "state", "-id"], name="career_street"),
        ),
        migrations.AddIndex(
            model_name="career",
            index=models.Index(fields=["community", "state", "-id"], name="career_community"),
        ),
        migrations.AddIndex(
            model_name="career",
            index=models.Index(condition=models.Q(("state", "serving")), fields=["next_grade_on"], name="career_due"),
        ),
        migrations.AddConstraint(
            model_name="career",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "serving")), fields=("person",), name="a_person_serves_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="career",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_on", None), ("state", "serving")),
                    models.Q(models.Q(("state", "serving"), _negated=True), ("ended_on__isnull", False)),
                    _connector="OR",
                ),
                name="who_serves_has_not_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="career",
            constraint=models.CheckConstraint(
                condition=models.Q(("grade__gte", 1), ("grade__lte", 6)), name="a_grade_of_six"
            ),
        ),
        migrations.AddConstraint(
            model_name="career",
            constraint=models.CheckConstraint(
                condition=models.Q(("post_since__gte", models.F("entered_on"))), name="a_post_after_the_entry"
            ),
        ),
        migrations.AddConstraint(
            model_name="appraisal",
            constraint=models.UniqueConstraint(fields=("round", "career"), name="one_line_of_a_round"),
        ),
        migrations.AddIndex(
            model_name="careerprocedure",
            index=models.Index(fields=["district", "due_at", "id"], name="procedure_district"),
        ),
        migrations.AddIndex(
            model_name="careerprocedure",
            index=models.Index(fields=["street", "due_at", "id"], name="procedure_street"),
        ),
        migrations.AddIndex(
            model_name="careerprocedure",
            index=models.Index(fields=["community", "due_at", "id"], name="procedure_community"),
        ),
        migrations.AddConstraint(
            model_name="careerprocedure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("career", "kind"), name="one_open_procedure_of_a_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="careermeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on", None), ("until_on__gte", models.F("from_on")), _connector="OR"),
                name="a_measure_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="careermeasure",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "reward"), ("until_on__isnull", False), _connector="OR"),
                name="a_discipline_has_an_end",
            ),
        ),
        migrations.AddIndex(
            model_name="careerevent",
            index=models.Index(fields=["career", "on", "id"], name="career_event_of"),
        ),
        migrations.AddIndex(
            model_name="careerevent",
            index=models.Index(fields=["kind", "on"], name="career_event_kind"),
        ),
        append_only("members_careerevent"),
        append_only("members_careerprocedureentry"),
        append_only("members_payscale"),
    ]
