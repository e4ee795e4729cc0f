"""`python -m governance.embedded run|start|stop|status`: what the Makefile calls."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from governance.embedded import run, servers
from governance.embedded.problem import Problem, say

_BASE = Path(__file__).resolve().parent.parent.parent
_ACTIONS = {
    "run": "启动整个平台：数据库、队列、网页、后台任务，直到按 Ctrl-C",
    "start": "只在后台启动数据库和队列",
    "stop": "停止数据库和队列",
    "status": "查看数据库和队列是否在运行",
    "remove": "删除本机自带数据库和队列的全部数据，重新开始",
}


def main() -> int:
    """Do what the command line says and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m governance.embedded",
        description="启动和停止平台。",
        epilog="\n".join(f"{name}: {text}" for name, text in _ACTIONS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=_ACTIONS)
    parser.add_argument("--yes", action="store_true", help="remove 不再询问")
    given = parser.parse_args()
    # Absolute, so that every process means the same folder.
    var = Path(os.environ.get("VAR_DIR") or _BASE / "var").absolute()
    os.environ["VAR_DIR"] = str(var)
    try:
        if given.action == "remove":
            return _remove(var, sure=given.yes)
        return {"run": _run, "start": _start, "stop": _stop, "status": _status}[given.action](var)
    except Problem as problem:
        say(f"\n{problem}", error=True)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(var: Path) -> int:
    return run.platform(_BASE, var)


def _start(var: Path) -> int:
    for server in servers.start(var):
        say(f"{server.label} 已启动（进程 {server.pid()}）")
    say("停止请运行 make stop")
    return 0


def _stop(var: Path) -> int:
    run.refuse_while_running(var)
    servers.stop(var)
    say("数据库和队列已停止")
    return 0


def _status(var: Path) -> int:
    states = [(server.label, server.pid()) for server in servers.needed(var)]
    for label, pid in states:
        say(f"{label}：" + (f"运行中（进程 {pid}）" if pid else "没有运行"))
    return 0 if all(pid for _, pid in states) else 3


def _remove(var: Path, *, sure: bool) -> int:
    run.refuse_while_running(var)
    if not (var / "servers").exists():
        say("没有可删除的数据")
        return 0
    home = (var / "servers").resolve()
    if not sure and not _confirmed(f"将删除 {home} 里的数据库，不能恢复。确定请输入“删除”："):
        say("没有删除任何数据")
        return 1
    servers.remove(var)
    say("数据已删除，下次启动会重新建立")
    return 0


def _confirmed(question: str) -> bool:
    try:
        return input(question).strip() == "删除"
    except EOFError:
        return False


sys.exit(main())
