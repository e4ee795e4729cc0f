"""The Chromium of the browser tests. `python -m tests.chromium` installs one where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOW = (
    "没有 Chromium，浏览器测试跳过：请运行 apt-get install chromium，或 .venv/bin/playwright install chromium，"
    "或设置 CHROMIUM=/路径/chromium"
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No window, no sandbox (root has none), and no traffic of the browser's own.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find() -> str | None:
    """The path of a Chromium that starts, or None: CHROMIUM, one on the PATH, or playwright's own."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [*filter(None, map(shutil.which, NAMES)), *_playwrights()]
    return next((path for path in candidates if _starts(path)), None)


def _playwrights() -> list[str]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return [path] if Path(path).exists() else []


def _starts(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> None:
    """Install Chromium when there is none; say how when that fails. Never fails the suite."""
    if find():
        return
    for command in _installers():
        print("安装 Chromium：", " ".join(command), flush=True)  # noqa: T201
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
        if done.returncode == 0 and find():
            return
    print(HOW, flush=True)  # noqa: T201


def _installers() -> list[list[str]]:
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return [playwright]
    apt = "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q chromium fonts-noto-cjk"
    return [["sh", "-c", apt], playwright]


if __name__ == "__main__":
    install()
