"""Reading ahead: the next rows are unpacked and parsed while the database writes the last ones."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from itertools import islice
from queue import Full, Queue
from typing import TypeVar

T = TypeVar("T")
# A chunk of items, what went wrong, or None at the end.
Pipe = Queue[list[T] | BaseException | None]
_CHUNK = 250
# How often a waiting thread looks whether the other is still there.
_LOOK_UP = 0.2


def ahead(items: Iterator[T], count: int) -> Generator[T, None, None]:
    """The same items in the same order, up to about `count` of them taken early by a thread of its own.

    What `items` raises is raised here, in its place. `items` must not use the database: the thread has no connection.
    """
    queue: Pipe[T] = Queue(maxsize=max(1, count // _CHUNK))
    left = threading.Event()
    thread = threading.Thread(target=_fill, args=(items, queue, left), name="import-reader", daemon=True)
    thread.start()
    try:
        while (chunk := queue.get()) is not None:
            if isinstance(chunk, BaseException):
                raise chunk
            yield from chunk
    finally:
        left.set()
        thread.join()


def _fill(items: Iterator[T], queue: Pipe[T], left: threading.Event) -> None:
    try:
        while chunk := list(islice(items, _CHUNK)):
            if not _put(queue, chunk, left):
                return
        _put(queue, None, left)
    except BaseException as error:
        # Handed over whole to the thread that asked.
        _put(queue, error, left)


def _put(queue: Pipe[T], item: list[T] | BaseException | None, left: threading.Event) -> bool:
    while not left.is_set():
        try:
            queue.put(item, timeout=_LOOK_UP)
        except Full:
            continue
        return True
    return False
