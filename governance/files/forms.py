"""Files as part of a form: the input, and taking them in before the form is looked at."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from governance.errors import InvalidInput
from governance.files import services
from governance.files.models import Attachment
from governance.scope import Actor


class UploadsWidget(forms.Widget):
    """Files to be chosen, and those that were taken in already when the form came back with errors."""

    template_name = "ui/forms/uploads.html"
    needs_multipart_form = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """With the files that wait for this form."""
        context = super().get_context(name, value, attrs)
        ids = [one for one in value or [] if isinstance(one, uuid.UUID)]
        context["kept"] = list(Attachment.objects.filter(pk__in=ids, subject_id=None).order_by("uploaded_at"))
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[uuid.UUID]:
        """Ids of files that were taken in before; whatever is no id is left out."""
        given = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return [one for one in map(_uuid, given) if one is not None]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """A form without files says nothing of them."""
        return False


def _uuid(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


class UploadsField(forms.Field):
    """Attachments of a form, as ids of drafts. The view takes the files in first (`take_in`)."""

    widget = UploadsWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "附件")
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[uuid.UUID]:
        """The ids."""
        return list(value or [])


def chosen_files(files: MultiValueDict[str, UploadedFile[bytes]]) -> Iterable[UploadedFile[bytes]]:
    """The files that a person chose, under any of the names that the inputs have."""
    return [file for name in ("files", "camera") for file in files.getlist(name)]


def take_in(request: HttpRequest, *, by: Actor, now: datetime, most: int = 20) -> tuple[QueryDict, str]:
    """The posted data with the ids of the files that came with it, and what was wrong with a file, if one was.

    Taken in first, so that a form with errors does not lose them.
    """
    data = request.POST.copy()
    problem = ""
    for upload in list(chosen_files(request.FILES))[:most]:
        try:
            data.appendlist("attachments", str(services.store(upload=upload, kind="document", by=by, now=now).pk))
        except InvalidInput as refused:
            problem = f"{upload.name}：{refused.message}"
    return data, problem
