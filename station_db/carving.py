"""Finding journal entries in damaged files: every row on every leaf page that carries its own hash is what was written.

Neither the schema nor an index nor a page above the leaves is needed, and nothing that was changed can get through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from station_db.journal import JournalEntry, entry_hash
from station_db.pages import Pages
from station_db.records.base import Instant, from_payload
from station_db.redacting import is_blank

LEAF = 0x0D
FILE_HEADER = 100
COLUMNS = 13
HASH_TYPE = 2 * 64 + 13
"""A text of 64 bytes, as SQLite's records name it."""
INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
LONGEST = 16 * 1024**2
"""No entry is longer; a length beyond it is damage."""

Place = tuple[str, str, int]
"""Origin, epoch and number of an entry."""


@dataclass(slots=True)
class Carved:
    """What was found; `doubtful` entries stood only in a log, where only the chain can tell whether they counted."""

    entries: dict[Place, JournalEntry] = field(default_factory=dict[Place, JournalEntry])
    doubtful: dict[Place, JournalEntry] = field(default_factory=dict[Place, JournalEntry])

    def records(self, kind: str, origin: str) -> Iterator[Any]:
        """The records of one kind and origin among the entries, as far as this version can read them."""
        for entry in (*self.entries.values(), *self.doubtful.values()):
            if entry.station_id == origin and entry.kind.rpartition(".")[0] == kind:
                with suppress(KeyError, ValueError, TypeError, AttributeError):
                    yield from_payload(entry.kind, entry.payload)

    def take(self, other: Carved) -> None:
        """Add what other files gave."""
        self.entries = {**other.entries, **self.entries}
        self.doubtful = {**other.doubtful, **self.doubtful}


def carve(pages: Pages) -> Carved:
    """Every sound entry of a database and its log."""
    found = Carved()
    for _number, page in pages.of_database():
        found.entries |= {place_of(entry): entry for entry in _entries(pages, page)}
    for _number, page in pages.of_log():
        found.doubtful |= {place_of(entry): entry for entry in _entries(pages, page)}
    return found


def place_of(entry: JournalEntry) -> Place:
    """Where an entry belongs."""
    return entry.station_id, entry.epoch, entry.seq


def _entries(pages: Pages, page: bytes) -> Iterator[JournalEntry]:
    for start in _cells(page):
        for payload in _payloads(pages, page, start):
            entry = _entry(payload)
            if entry is not None and (entry_hash(entry) == entry.hash or is_blank(entry)):
                yield entry
                break


def _cells(page: bytes) -> Iterator[int]:
    """Where the rows of a leaf begin; page 1 has the file's header before its own."""
    for header in (0, FILE_HEADER):
        if page[header : header + 1] != bytes((LEAF,)):
            continue
        count = int.from_bytes(page[header + 3 : header + 5], "big")
        for index in range(min(count, len(page) // 4)):
            pointer = header + 8 + 2 * index
            start = int.from_bytes(page[pointer : pointer + 2], "big")
            if 0 < start < len(page):
                yield start


def _payloads(pages: Pages, page: bytes, start: int) -> Iterator[bytes]:
    """A row's bytes: with what overflows taken from the newest pages, else from the file's own."""
    length, at = _varint(page, start)
    _rowid, at = _varint(page, at)
    if not COLUMNS < length < LONGEST:
        return
    here = _kept_here(length, pages.size)
    local = page[at : at + here]
    if here == length:
        yield local
        return
    first = int.from_bytes(page[at + here : at + here + 4], "big")
    for is_newest in (True, False):
        yield local + _overflow(pages, first, length - here, is_newest=is_newest)


def _kept_here(length: int, size: int) -> int:
    most = size - 35
    if length <= most:
        return length
    least = (size - 12) * 32 // 255 - 23
    fitting = least + (length - least) % (size - 4)
    return fitting if fitting <= most else least


def _overflow(pages: Pages, number: int, length: int, *, is_newest: bool) -> bytes:
    content = bytearray()
    while number and len(content) < length:
        versions = list(pages.versions(number))
        if not versions:
            break
        page = versions[0] if is_newest else versions[-1]
        number = int.from_bytes(page[:4], "big")
        content += page[4:]
    return bytes(content[:length])


def _entry(payload: bytes) -> JournalEntry | None:
    """A row of the journal; None for a row of anything else."""
    end, at = _varint(payload, 0)
    types: list[int] = []
    while at < end <= len(payload) and len(types) <= COLUMNS:
        kind, at = _varint(payload, at)
        types.append(kind)
    if len(types) != COLUMNS or types[-2:] != [HASH_TYPE, HASH_TYPE]:
        return None
    try:
        station, epoch, seq, at_us, kind, record, to, version, actor, cause, content, before, own = _values(payload, at, types)
        return JournalEntry(
            station,
            epoch,
            int(seq),
            Instant(int(at_us)),
            kind,
            record,
            to,
            int(version),
            actor,
            cause,
            bytes(content),
            before,
            own,
        )
    except (UnicodeDecodeError, TypeError, ValueError):
        return None


def _values(payload: bytes, at: int, types: list[int]) -> Iterator[Any]:
    for kind in types:
        width = INTEGER_BYTES.get(kind, (kind - 12) // 2 if kind >= 12 else 0)
        part = payload[at : at + width]
        at += width
        yield _value(kind, part)


def _value(kind: int, part: bytes) -> Any:
    if kind >= 12:
        return part if kind % 2 == 0 else part.decode()
    if kind in INTEGER_BYTES:
        return int.from_bytes(part, "big", signed=True)
    return {8: 0, 9: 1}.get(kind)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """SQLite's integer of one to nine bytes, and where it ends; what is cut off counts as zero."""
    value = 0
    for index in range(9):
        byte = content[at + index] if at + index < len(content) else 0
        if index == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    return value, at
