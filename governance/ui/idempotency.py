"""Writes that may be sent twice: the header `Idempotency-Key` makes the second a reading of the first's answer.

The key is claimed by inserting its row, in a transaction of its own, before anything is done: of two requests at the
same moment one executes, and the other is told to come back. A write is executed at most once for a key. When its
process died halfway, nobody knows whether it was done, and the repeat says so instead of guessing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from governance.errors import IllegalState, InvalidInput
from governance.ui.models import IdempotencyKey

HEADER = "Idempotency-Key"
MAX_KEY = 120
# Longer than any request may take.
ABANDONED = dt.timedelta(minutes=2)
KEPT = dt.timedelta(days=2)
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first request was answered: HTTP status and JSON body."""

    status: int
    body: Any


def claim(*, user_id: int, key: str, route: str, fingerprint: str, now: dt.datetime) -> Answer | None:
    """Claims a key: None says execute; an answer says it was done.

    Refused (409) for other content, and while, or after, an execution of which no answer is known.
    """
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(
                user_id=user_id, key=key, route=route[:200], fingerprint=fingerprint, created_at=now
            )
    except IntegrityError:
        return _known(user_id, key, fingerprint, now)
    return None


def _known(user_id: int, key: str, fingerprint: str, now: dt.datetime) -> Answer:
    row = IdempotencyKey.objects.filter(user_id=user_id, key=key).first()
    if row is not None and row.fingerprint != fingerprint:
        raise IllegalState("这个幂等键已用于另一份内容，请换一个新的键。", code="idempotency_key_reused")
    if row is not None and row.status is not None:
        return Answer(row.status, row.body)
    if row is not None and row.created_at < now - ABANDONED:
        raise IllegalState(
            "上次请求中断，不能确定是否已生效。请先查询，确需重新提交时换一个新的键。",
            code="idempotency_outcome_unknown",
        )
    raise IllegalState("同一请求正在处理中，请稍后用同一个键重试。", code="idempotency_in_progress")


def settle(*, user_id: int, key: str, answer: Answer) -> None:
    """Keeps the answer for repeats."""
    IdempotencyKey.objects.filter(user_id=user_id, key=key).update(status=answer.status, body=answer.body)


def release(*, user_id: int, key: str) -> None:
    """Gives the key back after a refusal, which changed nothing: a repeat shall be looked at anew."""
    IdempotencyKey.objects.filter(user_id=user_id, key=key, status=None).delete()


def forget(*, now: dt.datetime) -> int:
    """Deletes the keys past their time; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()[0]


def fingerprint_of(request: Request) -> str:
    """What "the same content" means: method, address, fields and files. Not the bytes: a form that is sent again has
    another boundary, and JSON may have other blanks."""
    digest = hashlib.sha256(f"{request.method}\0{request.get_full_path()}\0".encode())
    data = request.data
    if hasattr(data, "lists"):
        for name, values in sorted(data.lists()):
            for value in values:
                digest.update(f"\0{name}\0".encode())
                digest.update(_content(value))
    else:
        digest.update(json.dumps(data, sort_keys=True, ensure_ascii=True).encode())
    return digest.hexdigest()


def _content(value: Any) -> bytes:
    if not isinstance(value, UploadedFile):
        return str(value).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.digest()


class _Repeat(Exception):
    """Carries a kept answer past the handler."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Idempotent:
    """Mixin, first in the bases of a DRF view: its writes that carry the header are executed at most once."""

    _claimed: str = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Claims the key, once it is known who asks and that they may."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get(HEADER, "").strip()
        if not key or request.method in _SAFE:
            return
        if len(key) > MAX_KEY or not key.isascii() or not key.isprintable():
            raise InvalidInput(f"幂等键须为不超过 {MAX_KEY} 个字符的可见 ASCII 字符。", field=HEADER)
        user_id = int(request.user.pk or 0)
        known = claim(
            user_id=user_id, key=key, route=request.path, fingerprint=fingerprint_of(request), now=timezone.now()
        )
        if known is not None:
            raise _Repeat(known)
        self._claimed = key

    def handle_exception(self, exc: Exception) -> Response:
        """A kept answer leaves as it did the first time, and says that it was kept."""
        if isinstance(exc, _Repeat):
            return Response(exc.answer.body, status=exc.answer.status, headers={"Idempotency-Replayed": "true"})
        return super().handle_exception(exc)  # type: ignore[misc, no-any-return]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keeps the answer, or gives the key back after a refusal."""
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if self._claimed:
            self._end(int(request.user.pk or 0), response)
        return response

    def _end(self, user_id: int, response: Any) -> None:
        key, self._claimed = self._claimed, ""
        if response.status_code < 400:
            body = json.loads(response.rendered_content or b"null")
            settle(user_id=user_id, key=key, answer=Answer(response.status_code, body))
        elif response.status_code < 500:
            release(user_id=user_id, key=key)
