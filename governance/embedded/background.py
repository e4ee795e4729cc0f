"""The people of the demo district, loaded by a process of its own while the platform serves its pages.

It carries the installation's mark, so whatever ends the platform ends it, too, at any point: each subject is written
in transactions and goes on at the next start where it was cut off.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from governance.embedded import addresses, processes
from governance.embedded.problem import say

_BASE = Path(__file__).resolve().parent.parent.parent
# Whoever opens a page comes first.
_NICER = 5


def begin(var: Path) -> None:
    """Start the process and do not wait for it. It stays in the terminal's group: Ctrl-C reaches it as well."""
    environment = os.environ | {processes.MARK: addresses.digest(var)}
    subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", __name__], cwd=_BASE, env=environment, stdin=subprocess.DEVNULL
    )


def main() -> int:
    """Load the people; the exit status is 1 after a message that says what to do. The platform needs none of it."""
    # Ctrl-C ends it as SIGTERM does: at once and without a word, the platform says what there is to say.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    import django
    from django.core.management import call_command

    os.nice(_NICER)
    try:
        django.setup()
        call_command("seed_demo", part="people", lines=True)
    except Exception as error:  # whatever it was, the person at the terminal is told what to do
        _tell_failure(error)
        return 1
    return 0


def _tell_failure(error: Exception) -> None:
    from governance import demo

    demo.tell_loading("")
    say(
        f"演示居民没有装完（{type(error).__name__}: {str(error).strip()}）。平台照常可用；"
        "按 Ctrl-C 停止后再运行一次 make run，会从中断的地方继续。",
        error=True,
    )


if __name__ == "__main__":
    sys.exit(main())
