"""Which processes belong to an installation; read from /proc, where there is one, else from ps."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

PROC = Path("/proc")
MARK = "GOVERNANCE_RUN"


def alive(pid: int) -> bool:
    """Whether a process has this number and has not ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _zombie(pid)


def _zombie(pid: int) -> bool:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def user_name(uid: int) -> str:
    """The account's name; its number where the system has no entry for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def works_in(pid: int, folder: Path) -> bool:
    """Whether the process runs with `folder` as its current one, as PostgreSQL does with its data."""
    if not alive(pid):
        return False
    if PROC.is_dir():
        try:
            return (PROC / str(pid) / "cwd").resolve() == folder.resolve()
        except OSError:
            return False
    # Without /proc the name has to do.
    shown = subprocess.run(  # noqa: S603
        ["/bin/ps", "-p", str(pid), "-o", "comm="], capture_output=True, text=True, check=False
    )
    return "postgres" in shown.stdout


def working_in(folder: Path) -> list[int]:
    """The processes whose current folder is `folder`."""
    return [pid for pid in _pids() if works_in(pid, folder)]


def _pids() -> Iterator[int]:
    if PROC.is_dir():
        yield from (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())


def marked(mark: str) -> list[int]:
    """The processes whose environment says that they were started for the installation `mark`, without this one."""
    wanted = f"{MARK}={mark}".encode()
    return [pid for pid in _pids() if pid != os.getpid() and wanted in _environment(pid)]


def _environment(pid: int) -> list[bytes]:
    try:
        return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def end(pids: Iterable[int], *, patience: float = 10) -> None:
    """Ask the processes to end and, after `patience` seconds, make them."""
    left = list(pids)
    for sent, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        for pid in left:
            _send(pid, sent)
        left = _outlast(left, wait)
        if not left:
            return


def _send(pid: int, sent: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sent)


def _outlast(pids: list[int], seconds: float) -> list[int]:
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
