"""Outside channels: one small adapter for each kind of receiver, chosen and configured by `settings.OUTBOX_CHANNELS`.

OUTBOX_CHANNELS = {
    "wecom": {"adapter": "governance.outbox.channels.WeComRobot", "url": "https://qyapi.weixin.qq.com/…?key=…"},
    "sms": {"adapter": "governance.outbox.channels.SmsGateway", "url": "https://…", "token": "…"},
    "hotline": {"adapter": "governance.outbox.channels.Hotline", "url": "https://…", "secret": "…"},
}
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

TIMEOUT = 10.0
_ANSWER_LIMIT = 64 * 1024
# What will be answered the same however often it is asked; all else may pass.
_FINAL = {400, 404, 405, 410, 413, 414, 415, 422}


class Undelivered(Exception):
    """Not accepted this time. `is_final` when asking again cannot help."""

    def __init__(self, message: str, *, is_final: bool = False, answer: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.is_final = is_final
        # What the receiver said, for a 422 alone: it understood the message, and refuses it.
        self.answer = answer


class Channel(Protocol):
    """Hands one message to a receiver."""

    def send(self, *, address: str, payload: dict[str, Any], key: str, now: datetime) -> None:
        """Return when the receiver has accepted it; raise Undelivered otherwise. `now` is when it is sent."""


def channel(name: str) -> Channel:
    """The adapter that the settings give to a channel; raises Undelivered for one that is not set up."""
    options = dict(settings.OUTBOX_CHANNELS.get(name, {}))
    if not options.get("url"):
        raise Undelivered(f"通道 {name} 未配置")
    adapter = import_string(options.pop("adapter"))
    made: Channel = adapter(**options)
    return made


def is_configured(name: str) -> bool:
    """Whether the settings give the channel an address."""
    return bool(settings.OUTBOX_CHANNELS.get(name, {}).get("url"))


@dataclass(frozen=True, slots=True)
class WeComRobot:
    """A WeCom (企业微信) group robot. `address` is not used; the payload is {"text": …} or {"markdown": …}."""

    url: str

    def send(self, *, address: str, payload: dict[str, Any], key: str, now: datetime) -> None:
        """Send to the robot's group. It answers 200 to everything, and says in `errcode` whether it took it."""
        kind = "markdown" if "markdown" in payload else "text"
        answer = post(self.url, {"msgtype": kind, kind: {"content": str(payload.get(kind, ""))}}, key=key)
        code = answer.get("errcode", 0)
        if code != 0:
            # 93000: the robot was removed; 40008 and 44004: a message that it will never take. 45009 is its rate limit.
            final = code in {93000, 40008, 44004, 40058}
            raise Undelivered(f"企业微信返回 {code} {answer.get('errmsg', '')}", is_final=final)


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """Any SMS gateway that takes a POST of {"to", "text", "key"} as JSON, with a bearer token if one is set."""

    url: str
    token: str = ""

    def send(self, *, address: str, payload: dict[str, Any], key: str, now: datetime) -> None:
        """Send a text to a number."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        post(self.url, {"to": address, "text": str(payload.get("text", "")), "key": key}, key=key, headers=headers)


@dataclass(frozen=True, slots=True)
class Hotline:
    """The city hotline's endpoint, by the contract in docs/hotline-api.md: JSON, signed with the shared secret."""

    url: str
    secret: str = ""

    def send(self, *, address: str, payload: dict[str, Any], key: str, now: datetime) -> None:
        """Send an event of an appeal. 409 says that the city has it already: accepted."""
        if not self.secret:
            raise Undelivered("通道 hotline 未配置密钥")
        body = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        stamp = str(int(now.timestamp()))
        signed = {"X-Timestamp": stamp, "X-Signature": signature(self.secret, stamp, body)}
        post_body(self.url, body, key=key, headers=signed, accepts={409})


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 in hexadecimal over the timestamp (seconds since 1970), a full stop and the body."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(url: str, content: dict[str, Any], *, key: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """POST JSON and give back the JSON object answered, or {}; see `post_body`."""
    return post_body(url, json.dumps(content, ensure_ascii=False).encode(), key=key, headers=headers)


def post_body(
    url: str, body: bytes, *, key: str, headers: dict[str, str] | None = None, accepts: Set[int] = frozenset()
) -> dict[str, Any]:
    """POST JSON as it stands and give back the JSON object answered, or {}; the key goes along as Idempotency-Key.

    Raises Undelivered unless the answer is 2xx or one of `accepts`. Redirects are not followed: the
    address is what the settings say.
    """
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=TIMEOUT)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    sent = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": _header(key), **(headers or {})}
    try:
        connection.request("POST", target, body, sent)
        response = connection.getresponse()
        answer = response.read(_ANSWER_LIMIT)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Undelivered(f"无法连接：{type(error).__name__} {error}") from error
    finally:
        connection.close()
    status = response.status
    if not (200 <= status < 300 or status in accepts):
        refusal = _object(answer) if status == 422 else None
        raise Undelivered(f"对方返回 HTTP {status}", is_final=status in _FINAL, answer=refusal)
    return _object(answer)


def _header(key: str) -> str:
    return key if key.isascii() and key.isprintable() else json.dumps(key).strip('"')


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
