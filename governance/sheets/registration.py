"""What the sheets give to the other registries of the kernel, at start-up."""

from __future__ import annotations

from django.urls import reverse

from governance.audit import actions
from governance.jobs import registry as jobs
from governance.jobs.models import Job
from governance.outbox import registry as outbox
from governance.privacy.registry import register_sealed
from governance.sheets import exports, sealed, work
from governance.sheets.models import SheetRefusal, SheetUpload
from governance.ui import nav

_ACTIONS = {
    "sheet.upload": "上传表格",
    "sheet.start": "开始导入表格",
    "sheet.import_batch": "导入表格（一批）",
    "sheet.import": "导入表格",
    "sheet.discard": "放弃上传的表格",
    "sheet.export_ask": "申请导出",
    "sheet.export_decide": "审批导出",
    "sheet.export_begin": "开始获批的导出",
    "sheet.export": "导出表格",
}
_LOOKS = {
    # Numbers in clear leave the platform.
    "sheet.refused_download": "下载未导入的行",
    "sheet.export_numbers": "导出完整号码",
}
_FIELDS = {
    "sheet": "表格", "digest": "文件摘要", "rows": "行", "columns": "列", "filters": "筛选条件", "size": "文件大小",
    "with_numbers": "含完整号码", "approved": "同意", "count": "条数", "same": "没有变化",
}  # fmt: skip


def register() -> None:
    """Called once, when Django is ready."""
    jobs.register(work.CHECK, work.check_work, result_url=upload_url)
    jobs.register(work.IMPORT, work.import_work, result_url=upload_url)
    jobs.register(exports.KIND, exports.work, result_url=exports.result_url)
    register_sealed(SheetUpload, "shown_sealed", context=sealed.shown_context)
    register_sealed(SheetRefusal, "content_sealed", context=sealed.refusal_context)
    outbox.register_subject(work.SUBJECT, url=lambda pk: reverse("sheets:upload", args=[pk]))
    outbox.register_subject(exports.SUBJECT, url=lambda pk: reverse("sheets:export", args=[pk]))
    actions.register_subject(work.SUBJECT, "导入的表格")
    actions.register_subject(exports.SUBJECT, "导出的表格")
    actions.register_fields(_FIELDS)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    for code, label in _LOOKS.items():
        actions.register_action(code, label, is_look=True)
    nav.register(
        nav.NavItem("表格导入导出", "sheets:list", "file-spreadsheet", "sheet.see", "工作台", 85, owns=("sheets:*",))
    )


def upload_url(job: Job) -> str:
    """The upload's page."""
    return reverse("sheets:upload", args=[job.params["upload"]])
