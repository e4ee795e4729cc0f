"""Spreadsheets on their way in: templates, files, refused rows, where an appeal came from."""

from django.db import models

from appeals.models.appeal import Appeal

# The kind of job that brings a spreadsheet in; its parameter `file` is the ImportFile.
IMPORT_JOB = "appeals.import"


class ImportTemplate(models.Model):
    """Which column of a spreadsheet is which field, remembered under a name."""

    name = models.CharField("名称", max_length=64, unique=True)
    # {"columns": {field: header}, "channel": ...}
    mapping = models.JSONField()
    used_at = models.DateTimeField(null=True)
    made_by_user = models.BigIntegerField()


class ImportFile(models.Model):
    """A spreadsheet on its way into the platform: uploaded, its columns understood, checked, imported.

    The file itself holds numbers in clear, so it is deleted as soon as its rows are in.
    """

    file = models.FileField(upload_to="imports/%Y/%m/", blank=True)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("大小")
    # {"headers": [...], "first_row": the number of the first row below them}
    layout = models.JSONField()
    # A few rows for the person who matches the columns, sealed like every phone number in them.
    samples_sealed = models.TextField(blank=True)
    # As in ImportTemplate; empty until the columns are matched.
    mapping = models.JSONField(default=dict)
    template_name = models.CharField(max_length=64, blank=True)
    check_job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    import_job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    # How far the import has come, written with each batch: {"row": the last row dealt with, and counts}.
    tally = models.JSONField(default=dict)
    uploaded_by_user = models.BigIntegerField()
    uploaded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["uploaded_by_user", "-id"])]


class ImportProblem(models.Model):
    """A row that an import refused, or took with a remark: as it stood in the file, with what is wrong by field."""

    job = models.ForeignKey("jobs.Job", models.CASCADE, related_name="+")
    row = models.PositiveIntegerField("行号")
    refused = models.BooleanField(default=True)
    # The row's cells as a JSON list, sealed: there are phone numbers among them.
    cells_sealed = models.TextField(blank=True)
    # [{"field": ..., "message": ...}]
    problems = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "row", "refused"], name="one_problem_entry_per_row")]


class ImportOrigin(models.Model):
    """Where an imported appeal came from, and what its source said then.

    `marks` maps a field to a short hash of its value at the source. A later file changes what its source changed,
    and leaves alone what people corrected here.
    """

    appeal = models.OneToOneField(Appeal, models.PROTECT, primary_key=True, related_name="origin")
    job_id = models.BigIntegerField()
    row = models.PositiveIntegerField()
    marks = models.JSONField()
    imported_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["job_id"], name="origin_of_a_job")]
