"""Files that come with a form: taken in first, so that a form with errors does not lose them."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, QueryDict

from appeals.forms.inputs import chosen_files
from governance.errors import InvalidInput
from governance.files import services as files
from governance.scope import Actor


def take_in(request: HttpRequest, *, by: Actor, now: datetime, most: int = 20) -> tuple[QueryDict, str]:
    """The posted data with the ids of the files that came with it, and what was wrong with a file, if one was."""
    data = request.POST.copy()
    problem = ""
    for upload in list(chosen_files(request.FILES))[:most]:
        try:
            data.appendlist("attachments", str(files.store(upload=upload, kind="document", by=by, now=now).pk))
        except InvalidInput as refused:
            problem = f"{upload.name}：{refused.message}"
    return data, problem
