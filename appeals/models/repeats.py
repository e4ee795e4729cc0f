"""What was said of two appeals: this one repeats that one, or it is another matter."""

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
