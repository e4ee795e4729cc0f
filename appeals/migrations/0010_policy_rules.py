"""Rules choose the policy of an appeal; the policy that a category named becomes the rules that mean the same."""

import django.db.models.deletion
from django.db import migrations, models

URGENCIES = [(0, "一般"), (1, "较急"), (2, "紧急")]
CHANNELS = [
    ("hotline", "12345热线"), ("grid", "网格上报"), ("counter", "来访窗口"), ("phone", "来电"), ("walk", "走访发现"),
    ("online", "网络留言"), ("leader", "领导交办"), ("snapshot", "随手拍"), ("enterprise", "企业上报"),
]  # fmt: skip
KINDS = [("enquiry", "咨询"), ("ordinary", "一般诉求"), ("complex", "疑难诉求")]

# What the code said until now: these policies count for every kind of handling, this one for all but enquiries.
OVERRIDING = {"life_safety", "utilities"}
STAGED = {"illegal_construction"}
BY_KIND = {"enquiry": "enquiry", "complex": "complex"}


def rules_of_categories(apps, schema_editor):
    """The same choice as before, as rules."""
    category_model, rule_model = apps.get_model("appeals", "Category"), apps.get_model("appeals", "PolicyRule")
    policies = {policy.code: policy for policy in apps.get_model("deadlines", "Policy").objects.all()}
    if not policies.keys() >= {"ordinary", "enquiry", "complex"}:
        return
    rule_model.objects.create(policy=policies["ordinary"])
    for kind, code in BY_KIND.items():
        rule_model.objects.create(handling_kind=kind, policy=policies[code])
    chosen = category_model.objects.filter(policy__isnull=False).select_related("policy").order_by("level", "pk")
    for category in chosen:
        for kind, policy in _by_kind(category.policy, policies):
            rule_model.objects.create(category=category, handling_kind=kind, policy=policy)


def _by_kind(policy, policies):
    if policy.code in OVERRIDING:
        return [("", policy)]
    # All three, as an ancestor may have a rule for every kind.
    own = {"ordinary": policy, "enquiry": policies["enquiry"], "complex": policies["complex"]}
    if policy.code in STAGED:
        own["complex"] = policy
    return list(own.items())


def policies_of_categories(apps, schema_editor):
    """What a category's rule for ordinary appeals says, or its rule for all."""
    rules = apps.get_model("appeals", "PolicyRule").objects.filter(category__isnull=False, urgency=None, channel="")
    for rule in rules.filter(handling_kind__in=["", "ordinary"]).order_by("handling_kind", "pk"):
        apps.get_model("appeals", "Category").objects.filter(pk=rule.category_id).update(policy=rule.policy_id)


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0009_limits"),
        ("deadlines", "0003_clock_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicyRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "urgency",
                    models.PositiveSmallIntegerField(
                        blank=True, choices=URGENCIES, null=True, verbose_name="紧急程度"
                    ),
                ),
                ("channel", models.CharField(blank=True, choices=CHANNELS, max_length=10, verbose_name="来源渠道")),
                (
                    "handling_kind",
                    models.CharField(blank=True, choices=KINDS, max_length=8, verbose_name="办理类型"),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT,
                        related_name="policy_rules", to="appeals.category",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="deadlines.policy",
                        verbose_name="时限方案",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("category", "urgency", "channel", "handling_kind"),
                        name="one_policy_rule_for_a_case", nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.RunPython(rules_of_categories, policies_of_categories),
        migrations.RemoveField(model_name="category", name="policy"),
    ]  # fmt: skip
