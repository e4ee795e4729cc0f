"""honcho as `make run` needs it: quiet about its own doings, and fair to what it stops."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

import honcho.manager
from honcho.printer import Message, Printer

# A request or a task that has begun gets this many seconds to finish after Ctrl-C.
GRACE = 25


class Manager(honcho.manager.Manager):  # type: ignore[misc]  # honcho has no types
    """Runs the Procfile's processes; a Ctrl-C that comes while they are being started waits until all are."""

    def __init__(self) -> None:
        super().__init__(_Printer(sys.stdout))
        honcho.manager.KILL_WAIT = GRACE
        self._procmgr = _Leaders()
        self._asked_to_end = False

    def terminate(self) -> None:
        """Ask all processes to end."""
        if super()._all_started():
            super().terminate()
        else:
            self._asked_to_end = True

    def _all_started(self) -> bool:
        started: bool = super()._all_started()
        if started and self._asked_to_end:
            self._asked_to_end = False
            super().terminate()
        return started

    def stopped_on_purpose(self) -> bool:
        """Whether Ctrl-C or SIGTERM was the reason, and no process ended by itself."""
        return self.returncode in {known["rc"] for known in honcho.manager.SIGNALS.values()}


class _Printer(Printer):  # type: ignore[misc]
    def write(self, message: Message) -> None:
        own = message.name == honcho.manager.SYSTEM_PRINTER_NAME
        if not own or "stopped" in str(message.data):
            super().write(message)
            self.output.flush()


class _Leaders:
    """Signals the programs themselves and not their children, whom they let finish a request or task first."""

    def terminate(self, pid: int) -> None:
        self._send(pid, signal.SIGTERM)

    def kill(self, pid: int) -> None:
        self._send(pid, signal.SIGKILL)

    def _send(self, pid: int, sent: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, sent)
