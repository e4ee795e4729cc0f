"""What came in as a spreadsheet, the rows of it that were refused, and what somebody wants to take away as one."""

from django.db import models
from django.db.models import Q


class SheetUpload(models.Model):
    """An uploaded spreadsheet: looked at, then taken over by a job. The file is sealed, and goes when that is done."""

    sheet = models.CharField(max_length=40)
    file_name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("大小")
    # SHA-256 of the file under the platform's key: which file it was, without telling anything of it.
    digest = models.CharField(max_length=64)
    file = models.FileField(upload_to="sheets/%Y/%m/", blank=True)
    unit_id = models.BigIntegerField()
    uploaded_by_user = models.BigIntegerField()
    uploaded_by_name = models.CharField("上传人", max_length=64)
    uploaded_at = models.DateTimeField("上传时间")
    check_job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    import_job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    # What the look found: {outcome: rows}, and sentences about the file as a whole.
    checked = models.JSONField(default=dict)
    notices = models.JSONField(default=list)
    # How far the import is: {"row": the last row dealt with, outcome: rows}.
    tally = models.JSONField(default=dict)
    # Rows for the preview, numbers masked, as JSON.
    shown_sealed = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["uploaded_by_user", "-id"], name="sheet_uploads_of_a_user"),
            models.Index(fields=["uploaded_at"], condition=~Q(file=""), name="sheet_uploads_with_a_file"),
        ]

    def __str__(self) -> str:
        return self.file_name


class SheetRefusal(models.Model):
    """A row that was refused: by the look, and after it by the import. What it says is sealed, with why."""

    upload = models.ForeignKey(SheetUpload, models.CASCADE, related_name="refusals")
    is_final = models.BooleanField()
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=40, blank=True)
    content_sealed = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "is_final", "row"], name="one_refusal_of_a_row"),
        ]


class SheetExport(models.Model):
    """A list that somebody wants to take away as a spreadsheet: what for, and who let it go."""

    sheet = models.CharField(max_length=40)
    purpose = models.CharField("导出用途", max_length=200)
    # The query string of the list, which holds its whole state, and what it says in words.
    query = models.CharField(max_length=2000, blank=True)
    words = models.CharField("筛选条件", max_length=500, blank=True)
    count = models.PositiveIntegerField("行数")
    with_numbers = models.BooleanField("含完整号码", default=False)
    needs_approval = models.BooleanField(default=False)
    asked_by_user = models.BigIntegerField()
    asked_by_name = models.CharField("申请人", max_length=64)
    asked_by_unit = models.BigIntegerField()
    asked_by_unit_name = models.CharField("单位", max_length=128)
    asked_at = models.DateTimeField("申请时间")
    approved = models.BooleanField(null=True)
    decided_by_user = models.BigIntegerField(default=0)
    decided_by_name = models.CharField("审批人", max_length=64, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True)
    decision_words = models.CharField("审批意见", max_length=200, blank=True)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["asked_by_user", "-id"], name="sheet_exports_of_a_user"),
            models.Index(fields=["asked_by_unit", "-id"], name="sheet_exports_of_a_unit"),
        ]

    def __str__(self) -> str:
        return self.purpose
