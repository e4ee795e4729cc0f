"""The endpoint of the city's returns: no account, but a signature with the secret that both sides share."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from accounts.addresses import client_ip
from appeals.city import reading
from appeals.hotline import CHANNEL
from appeals.public.guessing import count, short
from appeals.services import hotline
from governance.errors import DomainError, InvalidInput
from governance.outbox.channels import signature
from governance.ui.problems import body as problem

SKEW = timedelta(minutes=5)
# So many wrong signatures from one address within so many seconds.
WRONG, WITHIN = 30, 600
MAX_KEY = 120


@csrf_exempt
@require_POST
def returns(request: HttpRequest) -> HttpResponse:
    """Take a return: 201, or 200 where it is known already. The refusals are those of the contract."""
    now = timezone.now()
    secret = str(settings.OUTBOX_CHANNELS.get(CHANNEL, {}).get("secret", ""))
    if not secret:
        return _refused(404, "not_found", "热线退回接口没有启用。")
    if _is_too_much(request):
        return _refused(429, "too_many", "签名错误次数过多，请十分钟后再试。")
    if _length(request) > reading.MOST_BYTES:
        return _refused(422, "malformed", f"内容过长，最多 {reading.MOST_BYTES // 1024} kB。")
    if not _is_signed(request, secret, now):
        _note_wrong(request)
        return _refused(401, "bad_signature", "签名不符，或时间与本系统相差超过五分钟。")
    return _taken(request, now)


def _taken(request: HttpRequest, now: datetime) -> HttpResponse:
    try:
        key = _key(request)
        notice = reading.read(request.body)
        returned, is_new = hotline.take_notice(notice=notice, key=key, now=now)
    except reading.Malformed as malformed:
        return _malformed(malformed.errors)
    except InvalidInput as refused:
        return _malformed({refused.field: refused.message})
    except DomainError as refused:
        return _refused(refused.status, refused.code, refused.message, refused.field)
    told = {
        "number": returned.appeal.number, "hotline_number": returned.appeal.source_number, "event": returned.event,
        "sequence": returned.sequence or None, "state": returned.state,
    }  # fmt: skip
    return JsonResponse(told, status=201 if is_new else 200)


def _key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > MAX_KEY or not (key.isascii() and key.isprintable()):
        raise InvalidInput(f"请求头 Idempotency-Key 应是 1 到 {MAX_KEY} 个可见 ASCII 字符。", field="Idempotency-Key")
    return key


def _length(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    # What is no number is read as nothing, and then no signature fits.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def _is_signed(request: HttpRequest, secret: str, now: datetime) -> bool:
    stamp = request.headers.get("X-Timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    if abs(int(stamp) - now.timestamp()) > SKEW.total_seconds():
        return False
    given = request.headers.get("X-Signature", "").strip().lower()
    return hmac.compare_digest(signature(secret, stamp, request.body).encode(), given.encode(errors="replace"))


def _counter(request: HttpRequest) -> str:
    return f"hotline:wrong:{short(client_ip(request))}"


def _is_too_much(request: HttpRequest) -> bool:
    """A signature cannot be guessed: this spares the work, and may fail with the counter's server."""
    try:
        return int(cache.get(_counter(request), 0)) >= WRONG
    except (RedisError, OSError):
        return False


def _note_wrong(request: HttpRequest) -> None:
    try:
        count(_counter(request), WITHIN)
    except (RedisError, OSError):
        return


def _malformed(errors: dict[str, str]) -> HttpResponse:
    field, message = next(iter(errors.items()))
    message = f"{field}：{message}" if field else message
    by_field = {name: [words] for name, words in errors.items() if name}
    return JsonResponse(problem("malformed", message, field, by_field), status=422)


def _refused(status: int, code: str, message: str, field: str = "") -> HttpResponse:
    return JsonResponse(problem(code, message, field), status=status)
