"""How refusals leave the platform: as a page in Chinese, or as JSON on the API. Nothing a person sends is a 500."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render
from django.utils import timezone
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from governance.errors import DomainError

logger = logging.getLogger(__name__)

API_PREFIX = "/api/"


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal, ready to be shown."""

    status: int
    code: str
    title: str
    message: str
    hint: str = ""
    picture: str = "alert-circle"


BAD_REQUEST = Problem(
    400,
    "bad_request",
    "提交的内容无法识别",
    "请求里有系统无法识别的字符或数值，没有做任何更改。",
    "请返回上一页，检查后重新提交。",
    "forms",
)
FORBIDDEN = Problem(
    403,
    "forbidden",
    "没有权限",
    "您当前的身份没有查看或办理这项内容的权限。",
    "如果您有多个身份，请在页面顶部切换后再试；仍有疑问请联系本单位的安全管理员。",
    "lock",
)
CSRF = Problem(
    403,
    "csrf",
    "页面已过期",
    "页面停留时间过长，或登录状态已变化，没有做任何更改。",
    "请返回上一页，刷新后重新提交。",
    "clock-off",
)
NOT_FOUND = Problem(
    404,
    "not_found",
    "没有找到这个页面",
    "它可能已被移走，或不在您的管辖范围内。",
    "请从首页或列表重新进入。",
    "map-off",
)
TOO_LARGE = Problem(
    413,
    "too_large",
    "内容过大",
    "一次提交的内容超过了系统允许的大小。",
    "请分次提交，或压缩文件后再试。",
    "file-alert",
)
UNAVAILABLE = Problem(
    500,
    "unavailable",
    "服务暂时不可用",
    "系统出现了问题，已经记录下来。您刚才的操作可能没有完成。",
    "请稍后重新加载，核对后再提交；持续出现请联系系统管理员，并告知下方的时间。",
    "plug-x",
)


def wants_json(request: HttpRequest) -> bool:
    """Whether a refusal must leave as JSON."""
    return request.path.startswith(API_PREFIX)


def answer(request: HttpRequest, problem: Problem, message: str = "") -> HttpResponse:
    """The refusal as a page, or as problem JSON for the API."""
    said = message or problem.message
    if wants_json(request):
        return JsonResponse(body(problem.code, said), status=problem.status)
    context = {
        "status": problem.status,
        "title": problem.title,
        "message": said,
        "hint": problem.hint,
        "picture": problem.picture,
        "at": timezone.now(),
        "path": "" if problem is BAD_REQUEST else request.path[:100],
        "retry": request.get_full_path() if problem is UNAVAILABLE and request.method == "GET" else "",
    }
    return render(request, "ui/errors/error.html", context, status=problem.status)


def body(code: str, message: str, field: str = "", errors: Any = None) -> dict[str, Any]:
    """The one shape of every refusal on the API."""
    return {"code": code, "message": message, "field": field, "errors": errors or {}}


# Django's handlers: named in the project's urls as handler400 … handler500, and CSRF_FAILURE_VIEW --------------------


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return answer(request, TOO_LARGE if isinstance(exception, RequestDataTooBig) else BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403; the reason given with the refusal is shown, if there is one in Chinese."""
    return answer(request, FORBIDDEN, _in_chinese(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token no longer holds."""
    return answer(request, CSRF)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return answer(request, NOT_FOUND, _in_chinese(exception))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: must not fail itself, so a bare page stands behind the designed one."""
    try:
        return answer(request, UNAVAILABLE)
    except Exception:
        logger.exception("the error page failed")
        return HttpResponse(
            f"<!doctype html><meta charset=utf-8><title>{UNAVAILABLE.title}</title>"
            f"<h1>{UNAVAILABLE.title}</h1><p>{UNAVAILABLE.message}{UNAVAILABLE.hint}</p>",
            status=500,
        )


def _in_chinese(exception: Exception | None) -> str:
    text = str(exception.args[0]) if exception is not None and exception.args else ""
    return text if any("\u4e00" <= sign <= "\u9fff" for sign in text) else ""


# What a person sends, looked at before any view ---------------------------------------------------------------------


class CleanInputMiddleware:
    """Refuses what the database cannot hold, and turns a service's refusal that no view caught into an answer.

    NUL characters and lone surrogates in an address or a form would be a database error far below.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Looks at the address and the cookies; `process_view` looks at the form."""
        # A quoted cookie may hold any byte, and the session's key goes to the database.
        if not all(map(_is_clean, (request.path, *request.COOKIES.values()))) or not _all_clean(request.GET):
            return answer(request, BAD_REQUEST)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Looks at the form, and at its files' names."""
        if request.method not in {"POST", "PUT", "PATCH"} or wants_json(request):
            return None
        try:
            clean = _all_clean(request.POST) and all(_is_clean(name) for name in _file_names(request))
        except UnreadablePostError:
            return answer(request, BAD_REQUEST, "内容没有传完整，请检查网络后重新提交。")
        return None if clean else answer(request, BAD_REQUEST)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal that no view caught; a value that the database refused."""
        if isinstance(exception, DomainError):
            shown = {400: BAD_REQUEST, 403: FORBIDDEN, 404: NOT_FOUND}.get(exception.status)
            problem = shown or Problem(409, exception.code, "现在不能这样操作", exception.message, "请刷新后再试。")
            return answer(request, problem, exception.message)
        if _is_refused_value(exception):
            # Not its message, which quotes the value.
            code = getattr(exception.__cause__, "pgcode", "") or ""
            logger.warning("the database refused a value: %s %s at %s", type(exception).__name__, code, request.path)
            return answer(request, BAD_REQUEST)
        return None


def _is_clean(text: str) -> bool:
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _all_clean(query: Any) -> bool:
    return all(_is_clean(key) and all(_is_clean(value) for value in values) for key, values in query.lists())


def _file_names(request: HttpRequest) -> list[str]:
    return [file.name or "" for _, files in request.FILES.lists() for file in files]


def _is_refused_value(exception: Exception) -> bool:
    """Whether the database, or its driver, refused a value that no form had looked at."""
    return isinstance(exception, DataError) or (isinstance(exception, ValueError) and "NUL (0x00)" in str(exception))


# The API ------------------------------------------------------------------------------------------------------------

_SAID: dict[type[Exception], tuple[str, str]] = {
    exceptions.ParseError: ("malformed", "请求内容不是有效的 JSON，请检查格式和编码（UTF-8）。"),
    exceptions.NotAuthenticated: ("not_authenticated", "请先登录，或在请求头中提供有效的令牌。"),
    exceptions.AuthenticationFailed: ("authentication_failed", "令牌无效或已停用，请重新获取。"),
    exceptions.MethodNotAllowed: ("method_not_allowed", "这个地址不支持该请求方法。"),
    exceptions.NotAcceptable: ("not_acceptable", "只提供 JSON 格式的响应。"),
    exceptions.UnsupportedMediaType: ("unsupported_media_type", "不支持的内容类型，请使用 application/json。"),
    exceptions.Throttled: ("throttled", "请求过于频繁，请稍后再试。"),
    exceptions.PermissionDenied: ("forbidden", FORBIDDEN.message),
    PermissionDenied: ("forbidden", FORBIDDEN.message),
    exceptions.NotFound: ("not_found", "没有找到对应的内容，可能已被移走，或不在您的管辖范围内。"),
    Http404: ("not_found", "没有找到对应的内容，可能已被移走，或不在您的管辖范围内。"),
}
# A RecursionError is JSON nested deeper than the parser goes.
_MALFORMED = (SuspiciousOperation, BadRequest, UnicodeError, OverflowError, UnreadablePostError, RecursionError)


def api_exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Answers an exception from an API view with `{"code", "message", "field", "errors"}`; None leaves it a 500."""
    if isinstance(exc, DomainError):
        errors = {exc.field: [exc.message]} if exc.field else {}
        return Response(body(exc.code, exc.message, exc.field, errors), status=exc.status)
    if isinstance(exc, RequestDataTooBig):
        return Response(body(TOO_LARGE.code, TOO_LARGE.message), status=413)
    if isinstance(exc, _MALFORMED) or _is_refused_value(exc):
        return Response(body("malformed", BAD_REQUEST.message), status=status.HTTP_400_BAD_REQUEST)
    response = exception_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, exceptions.ValidationError):
        response.data = _validation(exc.detail)
        return response
    code, message = _said(exc)
    response.data = body(code, message)
    return response


def _said(exc: Exception) -> tuple[str, str]:
    for kind, (code, message) in _SAID.items():
        if isinstance(exc, kind):
            return code, _in_chinese(exc) or _detail_in_chinese(exc) or message
    return "refused", _detail_in_chinese(exc) or "请求未被接受，请检查后再试。"


def _detail_in_chinese(exc: Exception) -> str:
    return _in_chinese(Exception(str(getattr(exc, "detail", ""))))


def _validation(detail: Any) -> dict[str, Any]:
    """Every error by its field, and the first one as the message."""
    errors = _by_field(detail)
    field, messages = next(iter(errors.items()), ("", ["提交的内容有误。"]))
    named = field if field != "non_field_errors" else ""
    message = f"{named}：{messages[0]}" if named else messages[0]
    return body("invalid", message, named, errors)


def _by_field(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested details as flat paths: {"photos.0.id": ["…"]}."""
    if isinstance(detail, dict):
        pairs = [(f"{path}.{key}" if path else str(key), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        pairs = [(f"{path}.{place}" if path else str(place), value) for place, value in enumerate(detail) if value]
    else:
        return {path or "non_field_errors": [str(item) for item in (detail if isinstance(detail, list) else [detail])]}
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        for key, messages in _by_field(value, name).items():
            found.setdefault(key, []).extend(messages)
    return found
