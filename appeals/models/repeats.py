"""What was said of two appeals, and the matters that appeals come together in by it."""

from django.db import models
from django.db.models import F, Q

from appeals.models.appeal import Appeal


class RepeatMark(models.Model):
    """A judgement of two appeals by a person: `earlier` was there first, `appeal` repeats it (or does not).

    Both live on. A mark that was taken back stays, with who and why; it counts no more.
    """

    HOW = [("suggested", "系统提示"), ("by_hand", "人工标记")]

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="repeat_marks")
    earlier = models.ForeignKey(Appeal, models.PROTECT, related_name="repeated_by")
    is_repeat = models.BooleanField("重复诉求", default=True)
    score = models.PositiveSmallIntegerField("相似度", null=True)
    how = models.CharField("来由", max_length=9, choices=HOW, default="by_hand")
    by_user = models.BigIntegerField()
    by_name = models.CharField(max_length=32)
    by_unit = models.ForeignKey("grids.Unit", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by_name = models.CharField(max_length=32, blank=True)
    undone_words = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal"], condition=Q(is_repeat=True, undone_at=None), name="an_appeal_repeats_one"
            ),
            models.UniqueConstraint(
                fields=["appeal", "earlier"], condition=Q(undone_at=None), name="one_judgement_of_a_pair"
            ),
            models.CheckConstraint(condition=~Q(appeal=F("earlier")), name="no_appeal_repeats_itself"),
        ]


class Matter(models.Model):
    """One matter 同一事项 that several appeals are about, by marks and mergers; see appeals.repeats.grouping.

    `people`: the distinct phone numbers among them; who left none is not counted, as it may be anybody.
    """

    size = models.PositiveIntegerField("诉求件数", default=0)
    people = models.PositiveIntegerField("诉求人数", default=0)
    first_at = models.DateTimeField("首次登记", null=True)
    last_at = models.DateTimeField("最近登记", null=True)

    class Meta:
        indexes = [models.Index(fields=["people", "-last_at"], name="matter_people")]


class MatterMember(models.Model):
    """An appeal's place in its matter; only appeals that have company have one."""

    appeal = models.OneToOneField(Appeal, models.PROTECT, primary_key=True, related_name="in_matter")
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="members")
    # The appeal's own, which never changes: the one before it is looked up without reading appeals.
    registered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["matter", "registered_at", "appeal"], name="matter_in_order")]


class SuspectedRepeat(models.Model):
    """What a search behind an import took for a repeat, until a person marks, merges or refuses it."""

    appeal = models.OneToOneField(Appeal, models.CASCADE, primary_key=True, related_name="suspected_repeat")
    earlier = models.ForeignKey(Appeal, models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField("相似度")
    found_at = models.DateTimeField()
