"""Which policy an appeal follows: rules, each for some appeals, the most particular one that fits decides."""

from django.db import models

from appeals.models.appeal import CHANNELS, HANDLING_KINDS, URGENCIES
from appeals.models.categories import Category


class PolicyRule(models.Model):
    """Appeals of this category (and all below it), urgency, channel and handling kind follow the policy.

    What is left open counts for all. The rule that leaves everything open is always there.
    """

    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="policy_rules")
    urgency = models.PositiveSmallIntegerField("紧急程度", choices=URGENCIES, null=True, blank=True)
    channel = models.CharField("来源渠道", max_length=10, choices=CHANNELS, blank=True)
    handling_kind = models.CharField("办理类型", max_length=8, choices=HANDLING_KINDS, blank=True)
    policy = models.ForeignKey("deadlines.Policy", models.PROTECT, related_name="+", verbose_name="时限方案")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "urgency", "channel", "handling_kind"], nulls_distinct=False,
                name="one_policy_rule_for_a_case",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        parts = [
            self.category.path if self.category else "",
            self.get_urgency_display() if self.urgency is not None else "",
            self.get_channel_display(), self.get_handling_kind_display(),
        ]  # fmt: skip
        return "、".join(filter(None, parts)) or "其他所有诉求"

    @property
    def conditions(self) -> int:
        """How many things it names besides the category."""
        return (self.urgency is not None) + bool(self.channel) + bool(self.handling_kind)
