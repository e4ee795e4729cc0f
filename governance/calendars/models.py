"""Working time as data: weekly windows by season, and the days that differ from the week."""

from django.db import models


class Calendar(models.Model):
    """One calendar of working time. `revision` grows with every change, so that caches and clocks can follow.

    Revisions come from a database sequence: no rollback gives one back, so an equal revision is equal content.
    """

    code = models.SlugField(unique=True)
    name = models.CharField("名称", max_length=64)
    revision = models.BigIntegerField()


class Season(models.Model):
    """Weekly windows that apply from month-day to month-day inclusive (summer and winter hours); may wrap New Year."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="seasons")
    name = models.CharField("名称", max_length=32)
    from_month = models.PositiveSmallIntegerField("起始月")
    from_day = models.PositiveSmallIntegerField("起始日")
    to_month = models.PositiveSmallIntegerField("截止月")
    to_day = models.PositiveSmallIntegerField("截止日")


class Window(models.Model):
    """A span of working time on a weekday, in minutes after local midnight: [start, end), end up to 1440."""

    season = models.ForeignKey(Season, models.CASCADE, related_name="windows")
    weekday = models.PositiveSmallIntegerField("星期", help_text="0 = Monday")
    start_minute = models.PositiveSmallIntegerField("开始")
    end_minute = models.PositiveSmallIntegerField("结束")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start_minute__lt=models.F("end_minute"), end_minute__lte=1440),
                name="window_is_a_span",
            ),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="window_weekday"),
        ]


class SpecialDay(models.Model):
    """A date that differs from its weekday: a holiday, or a make-up working day 调休 with a weekday's windows."""

    HOLIDAY, WORKDAY = "holiday", "workday"

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="special_days")
    date = models.DateField("日期")
    kind = models.CharField("类型", max_length=8, choices=[(HOLIDAY, "放假"), (WORKDAY, "上班")])
    name = models.CharField("名称", max_length=32, blank=True)
    # A make-up day works by the windows of this weekday; Monday's when nothing is said.
    like_weekday = models.PositiveSmallIntegerField(default=0)
    source = models.CharField("依据", max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="one_special_day_per_date")]
