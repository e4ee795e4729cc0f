"""Sealing the record: batches of entries under digests that are chained, and the check of all of it.

Why it is made this way: docs/adr/0010-sealed-audit-record.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from governance.audit.models import Entry, Seal

BATCH = 5_000
MAX_BATCHES = 50
# Unsealed for longer than this, an entry shows that sealing has stopped.
STALE_AFTER = timedelta(minutes=10)
# An entry's id is taken when it is written, and visible at the commit. No transaction lasts this long, so an id below
# those of a seal that was made this long before was put in afterwards.
LATE_AFTER = timedelta(hours=6)

_LOCK = 0x5EA1_A0D1
_LEAF_BYTES, _ID_BYTES = 24, 8
_COLUMNS = [f.attname for f in Entry._meta.concrete_fields if f.attname != "seal_id"]
_ASSIGN = "UPDATE audit_entry SET seal_id = %s WHERE id = ANY(%s) AND seal_id IS NULL"


def seal(*, now: datetime) -> int:
    """Seal what is not sealed yet, oldest id first, and say how many entries; 0 while another process is sealing."""
    sealed = 0
    for _ in range(MAX_BATCHES):
        count = _seal_batch(now)
        sealed += count
        if count < BATCH:
            break
    return sealed


@transaction.atomic(durable=True)
def _seal_batch(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        entries = list(Entry.objects.filter(seal_id=None).order_by("id").values(*_COLUMNS)[:BATCH])
        if not entries:
            return 0
        made = _chain(entries, now)
        cursor.execute(_ASSIGN, [made.pk, [entry["id"] for entry in entries]])
        if cursor.rowcount != len(entries):
            raise RuntimeError("entries were sealed by somebody else in spite of the lock")
    return len(entries)


def _chain(entries: list[dict[str, Any]], now: datetime) -> Seal:
    head = Seal.objects.order_by("-id").first()
    made = Seal(
        made_at=now,
        count=len(entries),
        first_entry=entries[0]["id"],
        last_entry=entries[-1]["id"],
        leaves=b"".join(leaf(entry) for entry in entries),
        previous_digest=head.digest if head else "",
    )
    made.digest = digest(made)
    made.save(force_insert=True)
    return made


def leaf(entry: dict[str, Any]) -> bytes:
    """An entry's id and the first half of the SHA-256 of its canonical JSON: 24 bytes."""
    canonical = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_instant)
    content = hashlib.sha256(canonical.encode()).digest()
    return int(entry["id"]).to_bytes(_ID_BYTES) + content[: _LEAF_BYTES - _ID_BYTES]


def _instant(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"no canonical form of {type(value).__name__}")


def digest(made: Seal) -> str:
    """The digest of a seal, over the one before it, its own facts and its leaves."""
    facts = [made.previous_digest, _instant(made.made_at), made.count, made.first_entry, made.last_entry]
    header = json.dumps(facts, separators=(",", ":")).encode()
    return hashlib.sha256(header + b"\n" + bytes(made.leaves)).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was sealed. `kind` is changed, deleted, inserted, seal, chain or head."""

    kind: str
    text: str
    seal_id: int = 0
    entry_id: int = 0


@dataclass
class Report:
    """What a check found. `head` is the newest digest: written down elsewhere, it proves the record up to here."""

    seals: int = 0
    entries: int = 0
    unsealed: int = 0
    head: str = ""
    faults: list[Fault] = field(default_factory=list)
    # Not faults of the record, but something to look after.
    warnings: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(*, now: datetime, expect_head: str = "", on_seal: Callable[[int], object] | None = None) -> Report:
    """Check the whole record against its seals; `on_seal(count)` is called after each with its number of entries.

    `expect_head` is a digest that was written down earlier: it must still be in the chain.
    Finds entries that were changed, deleted or put in afterwards, seals that were changed or removed.
    """
    report = Report()
    with transaction.atomic():
        # One snapshot: entries that are sealed meanwhile are neither missing nor surplus.
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found_head = _check_seals(report, expect_head, on_seal)
        _check_strays(report)
        _check_unsealed(report, now)
    if expect_head and not found_head:
        text = "记录下来的摘要不在链上：末尾的封存被删除过，或摘要抄写有误"
        report.faults.append(Fault("head", text))
    return report


def _check_seals(report: Report, expect_head: str, on_seal: Callable[[int], object] | None) -> bool:
    previous = ""
    found_head = False
    latest = _Latest()
    for made in Seal.objects.order_by("id").iterator(chunk_size=20):
        report.faults += _seal_faults(made, previous)
        report.faults += _entry_faults(made)
        report.faults += latest.faults_of(made)
        previous = report.head = made.digest
        found_head |= made.digest == expect_head.lower()
        report.seals += 1
        report.entries += made.count
        if on_seal:
            on_seal(made.count)
    return found_head


def _seal_faults(made: Seal, previous: str) -> Iterator[Fault]:
    if made.previous_digest != previous:
        yield Fault("chain", f"第 {made.pk} 号封存与前一封存不相连，之间的封存被删除或替换", made.pk)
    if digest(made) != made.digest:
        yield Fault("seal", f"第 {made.pk} 号封存本身被改动", made.pk)


def _entry_faults(made: Seal) -> Iterator[Fault]:
    sealed = dict(_split(bytes(made.leaves)))
    if len(sealed) != made.count:
        yield Fault("seal", f"第 {made.pk} 号封存的条数不符", made.pk)
    present = dict(_split(b"".join(leaf(e) for e in Entry.objects.filter(seal_id=made.pk).values(*_COLUMNS))))
    for entry_id in sorted(sealed.keys() - present.keys()):
        yield Fault("deleted", f"记录 {entry_id} 被删除", made.pk, entry_id)
    for entry_id in sorted(present.keys() - sealed.keys()):
        yield Fault("inserted", f"记录 {entry_id} 是封存之后插入的", made.pk, entry_id)
    for entry_id in sorted(sealed.keys() & present.keys()):
        if sealed[entry_id] != present[entry_id]:
            yield Fault("changed", f"记录 {entry_id} 的内容被改动", made.pk, entry_id)


def _split(leaves: bytes) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(leaves), _LEAF_BYTES):
        one = leaves[start : start + _LEAF_BYTES]
        yield int.from_bytes(one[:_ID_BYTES]), one[_ID_BYTES:]


class _Latest:
    """The highest entry id of all seals that are old enough that no transaction of their time can still be open."""

    def __init__(self) -> None:
        self._recent: list[tuple[datetime, int]] = []
        self._settled = 0

    def faults_of(self, made: Seal) -> Iterator[Fault]:
        for made_at, last in list(self._recent):
            if made_at < made.made_at - LATE_AFTER:
                self._settled = max(self._settled, last)
                self._recent.remove((made_at, last))
        for entry_id, _ in _split(bytes(made.leaves)):
            if entry_id < self._settled:
                yield Fault("inserted", f"记录 {entry_id} 的编号早于已封存的记录，是事后插入的", made.pk, entry_id)
        self._recent.append((made.made_at, made.last_entry))


def _check_strays(report: Report) -> None:
    known = Seal.objects.values("id")
    strays: Iterable[int] = (
        Entry.objects.filter(seal_id__isnull=False).exclude(seal_id__in=known).values_list("id", flat=True)
    )
    report.faults += [Fault("inserted", f"记录 {pk} 所属的封存不存在", 0, pk) for pk in strays]


def _check_unsealed(report: Report, now: datetime) -> None:
    unsealed = Entry.objects.filter(seal_id=None)
    report.unsealed = unsealed.count()
    newest = Seal.objects.order_by("-id").values_list("made_at", flat=True).first()
    has_stopped = newest is None or newest < now - STALE_AFTER
    if has_stopped and unsealed.filter(at__lt=now - STALE_AFTER).exists():
        report.warnings.append("有超过 10 分钟未封存的记录：请确认 beat 和 worker 在运行")
