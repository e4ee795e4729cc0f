"""`make run`: the servers, what the database and the pages need, then web, workers and beat until Ctrl-C."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from honcho.environ import parse_procfile

from governance.embedded import addresses, processes, servers, terminal
from governance.embedded.problem import Problem, say


def platform(base: Path, var: Path) -> int:
    """Run everything in the foreground and return the exit status; 0 when it was stopped on purpose."""
    host, port = os.environ.get("HOST") or "127.0.0.1", _port()
    with _only_one(var, f"http://{_shown(host)}:{port}/"):
        _end_leftovers(var)
        _check_free(host, port)
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGHUP, _interrupt)
        try:
            say("启动数据库和队列 …")
            servers.start(var)
            _prepare(base)
            return _serve(base, var, host, port)
        finally:
            _stop(var)


def refuse_while_running(var: Path) -> None:
    """Raise Problem when the platform runs: its servers must not be taken from under it."""
    with _only_one(var, ""):
        pass


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Problem(f"PORT={text} 不是端口号。请用 1 到 65535 之间的数，例如 make run PORT=8001")
    return int(text)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def _only_one(var: Path, url: str) -> Iterator[None]:
    """Hold the installation; the system lets go of it when this process dies, however that happens."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        file = (var / "run.lock").open("a+")
    except OSError as error:
        raise Problem(f"不能写入数据目录 {var}（{error.strerror}）。请用第一次启动平台的用户运行。") from error
    with file:
        try:
            # lockf, not flock: honcho's forks must not go on holding it when this process is killed.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise Problem(_already(file)) from None
        _note(file, {"pid": os.getpid(), "url": url})
        try:
            yield
        finally:
            _note(file, {})


def _note(file: IO[str], content: dict[str, object]) -> None:
    file.seek(0)
    file.truncate()
    file.write(json.dumps(content))
    file.flush()


def _already(file: IO[str]) -> str:
    file.seek(0)
    try:
        running = json.loads(file.read())
        return f"平台已经在运行：{running['url']}（进程 {running['pid']}）。要停止它，在那个窗口按 Ctrl-C。"
    except (ValueError, KeyError):
        return "平台正在启动或停止，请稍候再试。"


def _end_leftovers(var: Path) -> None:
    left = processes.marked(addresses.digest(var))
    if left:
        say(f"上次运行没有正常结束，正在停止留下的 {len(left)} 个进程 …")
        processes.end(left)


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except PermissionError:
            raise Problem(f"端口 {port} 只有 root 能用。换一个，例如：make run PORT=8000") from None
        except OSError as error:
            raise Problem(
                f"端口 {port} 已被别的程序占用（{error.strerror}）。换一个端口，例如：make run PORT={port + 1}"
            ) from None


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _prepare(base: Path) -> None:
    """Bring database and static files up to date, in a process of its own whose memory is then free again."""
    done = subprocess.run([sys.executable, "-m", "governance.embedded.prepare"], cwd=base, check=False)
    if done.returncode == 130:
        raise KeyboardInterrupt
    if done.returncode != 0:
        raise Problem("启动没有完成，原因见上。处理后再运行一次 make run，会从中断的地方继续。")


def _serve(base: Path, var: Path, host: str, port: int) -> int:
    manager = terminal.Manager()
    for name, command in parse_procfile((base / "Procfile").read_text()).processes.items():
        manager.add_process(name, command, env=_environment(var, host, port), cwd=str(base))
    signal.signal(signal.SIGHUP, lambda signum, frame: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    if manager.stopped_on_purpose():
        return 0
    say("\n有一个进程意外退出（见上），平台已全部停止。再运行一次 make run 即可恢复。", error=True)
    return 1


def _environment(var: Path, host: str, port: int) -> dict[str, str]:
    return os.environ | {
        "HOST": host,
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '/usr/bin:/bin')}",
        "PYTHONUNBUFFERED": "1",
        # Celery's warning about root is for an installation on a server; docs/operations.md has it.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
        "ANNOUNCE": "1",
        # Where setproctitle happens to be installed, gunicorn and celery would write their titles over the mark.
        "SPT_NOENV": "1",
        processes.MARK: addresses.digest(var),
    }


def _stop(var: Path) -> None:
    # A second Ctrl-C must not cut off the database while it writes out its data.
    for impatient in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(impatient, signal.SIG_IGN)
    processes.end(processes.marked(addresses.digest(var)))
    servers.stop(var)
    say("平台已停止，数据保留在原处。")
