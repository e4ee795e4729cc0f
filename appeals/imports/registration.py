"""What the import gives to the registries of the kernel, at start-up."""

from __future__ import annotations

from django.urls import reverse

from appeals.imports import work
from appeals.imports.services import samples_context
from appeals.imports.writing import cells_context
from appeals.models import ImportFile, ImportProblem
from appeals.repeats.scanning import SCAN
from governance.audit import actions
from governance.jobs import registry as jobs
from governance.jobs.models import Job
from governance.privacy.registry import register_sealed
from governance.ui import nav

_ACTIONS = {
    "appeal.import": "导入诉求",
    "appeal.import_batch": "导入诉求（一批）",
    "appeal.import_update": "导入时更新诉求",
    "appeal.import_upload": "上传导入文件",
    "appeal.import_columns": "确认导入文件的列",
    "appeal.import_start": "开始导入",
    "appeal.import_discard": "放弃导入文件",
    "appeal.import_template": "保存导入模板",
    "appeal.import_template_delete": "删除导入模板",
}
_FIELDS = {
    "new": "新增", "changed": "更新", "unchanged": "无变化", "handled": "已办理未更新", "refused": "未导入",
    "noticed": "提醒", "rows": "行", "first_number": "首个工单号", "last_number": "末个工单号", "mapping": "列的对应",
    "job": "后台任务",
}  # fmt: skip


def register_import() -> None:
    """Called once, when Django is ready."""
    jobs.register(work.CHECK, work.check_work, result_url=_page)
    jobs.register(work.IMPORT, work.import_work, result_url=_page)
    jobs.register(SCAN, work.scan_work, result_url=_suspected)
    register_sealed(ImportFile, "samples_sealed", context=samples_context)
    register_sealed(ImportProblem, "cells_sealed", context=lambda row: cells_context(row.job_id, row.row))
    nav.register(
        nav.NavItem("热线导入", "imports:list", "file-import", "appeal.import", "诉求办理", 70, owns=("imports:*",))
    )
    actions.register_subject("appeals.importfile", "导入文件")
    actions.register_subject("appeals.importtemplate", "导入模板")
    actions.register_fields(_FIELDS)
    for code, label in _ACTIONS.items():
        actions.register_action(code, label)
    # The refused rows leave the platform with phone numbers in clear.
    actions.register_action("appeal.import_refused_download", "下载未导入的行", is_look=True)


def _suspected(job: Job) -> str:
    return f"{reverse('appeals:list')}?imported={job.params['file']}&repeat=suspected"


def _page(job: Job) -> str:
    return reverse("imports:detail", args=[job.params["file"]])
