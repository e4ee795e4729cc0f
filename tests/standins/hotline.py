"""The city hotline's endpoint of docs/hotline-api.md: keeps what it was sent, by key, and fails as told."""

from __future__ import annotations

import hmac
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "a secret of the tests"


class HotlineServer(ThreadingHTTPServer):
    """`down`: closes the connection without an answer. `plan`: (status, body) for the next requests, in turn.

    `slow`: keeps each message at once, and answers only when `gate` is opened.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.down = False
        self.slow = False
        self.gate = threading.Event()
        self.plan: list[tuple[int, bytes]] = []
        self.taken: dict[str, dict[str, Any]] = {}
        # How often each key came, and was not turned away.
        self.times: Counter[str] = Counter()
        self.asked = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/events"


class _Handler(BaseHTTPRequestHandler):
    server: HotlineServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        if self.server.down:
            self.close_connection = True
            return
        status, answer = self._judge(body)
        if self.server.slow:
            self.server.gate.wait()
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked may be dead by now
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

    def _judge(self, body: bytes) -> tuple[int, bytes]:
        signed = f"{self.headers['X-Timestamp']}.".encode() + body
        if not hmac.compare_digest(hmac.new(SECRET.encode(), signed, sha256).hexdigest(), self.headers["X-Signature"]):
            return 401, b""
        if self.server.plan:
            return self.server.plan.pop(0)
        key = self.headers["Idempotency-Key"]
        self.server.times[key] += 1
        if key in self.server.taken:
            return 409, b""
        self.server.taken[key] = json.loads(body)
        return 200, b"{}"

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def running() -> Iterator[HotlineServer]:
    """A server that is up inside the block."""
    server = HotlineServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
