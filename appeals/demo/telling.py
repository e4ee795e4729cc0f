"""How far the loading is: bars for who waits in front of it, a line now and then from a process in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import OutputWrapper
from tqdm import tqdm

from appeals.demo.parts import Progress, Subject
from governance import demo

EVERY = 10.0


class Bars:
    """One bar for each subject; nothing where the output is no terminal."""

    @contextmanager
    def of(self, subject: Subject, place: int, count: int) -> Iterator[Progress]:
        """What the subject's fill calls with how many more there are."""
        with tqdm(
            total=subject.total or None, initial=subject.there, desc=subject.label, unit=subject.unit, disable=None
        ) as bar:
            yield bar.update

    def end(self) -> None:
        """Nothing is left behind."""


class Lines:
    """A line every `EVERY` seconds, to the output and for the pages."""

    def __init__(self, output: OutputWrapper, clock: Callable[[], float] = time.monotonic) -> None:
        self._output, self._clock = output, clock
        self._said_at = float("-inf")

    @contextmanager
    def of(self, subject: Subject, place: int, count: int) -> Iterator[Progress]:
        """What the subject's fill calls with how many more there are."""
        done = subject.there
        self._say(subject, done, place, count)

        def update(more: int) -> None:
            nonlocal done
            done += more
            self._say(subject, done, place, count)

        yield update

    def _say(self, subject: Subject, done: int, place: int, count: int) -> None:
        now = self._clock()
        if now - self._said_at < EVERY:
            return
        self._said_at = now
        words = _words(subject, done, place, count)
        demo.tell_loading(words)
        # Over a bar that another process draws into the same line of the terminal; it draws the next one below.
        start = "\r\x1b[K" if self._output.isatty() else ""
        self._output.write(f"{start}演示数据：{words}")
        self._output.flush()

    def end(self) -> None:
        """The pages say nothing any more; the output has the command's own last line."""
        demo.tell_loading("")


def _words(subject: Subject, done: int, place: int, count: int) -> str:
    of = f" / 约 {max(done, subject.total):,}" if subject.total else ""
    amount = f" {done:,}{of} {subject.unit}" if done or of else ""
    return f"{subject.label}{amount}（第 {place} 项，共 {count} 项）"
