"""What stops a start, told to the person who started it."""

from __future__ import annotations

import sys


class Problem(Exception):
    """A start that cannot go on; its text is Chinese, for the operator, and says what to do."""


def say(text: str, *, error: bool = False) -> None:
    """One line to the terminal at once, also when the output goes through a pipe."""
    stream = sys.stderr if error else sys.stdout
    stream.write(text + "\n")
    stream.flush()
