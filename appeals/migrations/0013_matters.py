"""Matters: what marks and mergers have joined so far comes together; and what a search takes for a repeat."""

import django.db.models.deletion
from django.db import migrations, models

_BATCH = 5_000


def bring_together(apps, schema_editor):
    """The matters of the marks and mergers that are there."""
    appeal, mark = apps.get_model("appeals", "Appeal"), apps.get_model("appeals", "RepeatMark")
    matter, member = apps.get_model("appeals", "Matter"), apps.get_model("appeals", "MatterMember")
    pairs = [
        *mark.objects.filter(is_repeat=True, undone_at=None).values_list("appeal_id", "earlier_id"),
        *appeal.objects.filter(state="merged").values_list("pk", "parent_id"),
    ]
    home = {}
    for one, other in pairs:
        joined = home.get(one, {one}) | home.get(other, {other})
        home.update(dict.fromkeys(joined, joined))
    for component in {id(found): found for found in home.values()}.values():
        rows = list(appeal.objects.filter(pk__in=component).values_list("pk", "registered_at", "phone_index"))
        made = matter.objects.create(
            size=len(rows), people=len({phone for _, _, phone in rows if phone}),
            first_at=min(at for _, at, _ in rows), last_at=max(at for _, at, _ in rows),
        )  # fmt: skip
        member.objects.bulk_create(
            [member(appeal_id=pk, matter=made, registered_at=at) for pk, at, _ in rows], batch_size=_BATCH
        )


class Migration(migrations.Migration):
    dependencies = [("appeals", "0012_newest_of_a_phone")]
    operations = [
        migrations.CreateModel(
            name="Matter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.PositiveIntegerField(default=0, verbose_name="诉求件数")),
                ("people", models.PositiveIntegerField(default=0, verbose_name="诉求人数")),
                ("first_at", models.DateTimeField(null=True, verbose_name="首次登记")),
                ("last_at", models.DateTimeField(null=True, verbose_name="最近登记")),
            ],
            options={"indexes": [models.Index(fields=["people", "-last_at"], name="matter_people")]},
        ),
        migrations.CreateModel(
            name="MatterMember",
            fields=[
                (
                    "appeal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="in_matter",
                        serialize=False, to="appeals.appeal",
                    ),
                ),
                ("registered_at", models.DateTimeField()),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="appeals.matter"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["matter", "registered_at", "appeal"], name="matter_in_order")]
            },
        ),
        migrations.CreateModel(
            name="SuspectedRepeat",
            fields=[
                (
                    "appeal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True,
                        related_name="suspected_repeat", serialize=False, to="appeals.appeal",
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(verbose_name="相似度")),
                ("found_at", models.DateTimeField()),
                (
                    "earlier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="appeals.appeal"
                    ),
                ),
            ],
        ),
        # Undone, the tables go with what is in them: it can be made again from the marks and mergers.
        migrations.RunPython(bring_together, migrations.RunPython.noop),
    ]  # fmt: skip
