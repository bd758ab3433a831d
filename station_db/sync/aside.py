"""What a centre stored but could not read into its tables: listed, handed out whole, and tried again, which loses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from station_db import journal
from station_db.journal import HASHED, JournalEntry
from station_db.records.base import Instant
from station_db.sync.arriving import unprojected
from station_db.sync.centre import Centre
from station_db.sync.versions import Lacking
from station_db.tables import JOURNAL, SET_ASIDE, WATERMARK

AT_ONCE = 500
OPEN = SET_ASIDE.c.projected_at.is_(None)
OF_ENTRY = (
    (JOURNAL.c.station_id == SET_ASIDE.c.station_id) & (JOURNAL.c.epoch == SET_ASIDE.c.epoch) & (JOURNAL.c.seq == SET_ASIDE.c.seq)
)


@dataclass(frozen=True, slots=True)
class AsideItem:
    """One entry that is safe at the centre but in no table."""

    epoch: str
    seq: int
    kind: str
    record_id: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry to be tried again, with the depth of its epoch."""

    entry: JournalEntry
    epoch_no: int


def count(connection: Connection, centre: Centre, station_id: str) -> int:
    """How many of a station's are set aside."""
    return connection.scalar(_open(select(func.count()).select_from(SET_ASIDE), centre, station_id)) or 0


def items(centre: Centre, station_id: str, limit: int = 50) -> tuple[AsideItem, ...]:
    """The newest of what is set aside of a station. Raises `CentreError`."""
    columns = (SET_ASIDE.c[name] for name in ("epoch", "seq", "kind", "reason", "at"))
    asked = _open(select(*columns, JOURNAL.c.record_id).join(JOURNAL, OF_ENTRY), centre, station_id)
    with centre.reading() as connection:
        rows = connection.execute(asked.order_by(SET_ASIDE.c.at.desc(), SET_ASIDE.c.seq.desc()).limit(limit)).all()
    return tuple(AsideItem(row.epoch, row.seq, row.kind, row.record_id, row.reason, Instant(row.at)) for row in rows)


def retry(centre: Centre, station_id: str, at: Instant) -> int:
    """Try to read them again; how many are in their tables now. One that still can't be stays listed. Raises `CentreError`."""
    if "projected_at" in centre.lacking.get(SET_ASIDE.name, ()):
        return 0
    with centre.writing() as connection:
        return retry_within(connection, station_id, at, centre.lacking)


def retry_within(connection: Connection, station_id: str, at: Instant, lacking: Lacking | None = None) -> int:
    """The same within the caller's transaction."""
    done, after = 0, ("", 0)
    while page := _page(connection, station_id, after):
        done += _retry_page(connection, page, at, lacking or {})
        after = (page[-1].entry.epoch, page[-1].entry.seq)
    return done


def lines(centre: Centre, station_id: str) -> Iterator[str]:
    """What is set aside as JSON lines: the whole entry, its payload as text, the reason. Raises `CentreError`."""
    after = ("", 0)
    while page := _told(centre, station_id, after):
        yield from (json.dumps(each, ensure_ascii=False, sort_keys=True) for each in page)
        after = (page[-1]["epoch"], page[-1]["seq"])


def _open(asked: Any, centre: Centre, station_id: str) -> Any:
    """An older centre does not know that an entry was read later: there all of them are open."""
    of_it = asked.where(SET_ASIDE.c.station_id == station_id)
    return of_it if "projected_at" in centre.lacking.get(SET_ASIDE.name, ()) else of_it.where(OPEN)


def _behind(asked: Any, after: tuple[str, int]) -> Any:
    epoch, seq = after
    later = (SET_ASIDE.c.epoch > epoch) | ((SET_ASIDE.c.epoch == epoch) & (SET_ASIDE.c.seq > seq))
    return asked.where(later).order_by(SET_ASIDE.c.epoch, SET_ASIDE.c.seq).limit(AT_ONCE)


def _page(connection: Connection, station_id: str, after: tuple[str, int]) -> tuple[Waiting, ...]:
    epoch = (WATERMARK.c.station_id == SET_ASIDE.c.station_id) & (WATERMARK.c.epoch == SET_ASIDE.c.epoch)
    asked = select(JOURNAL, WATERMARK.c.epoch_no.label("epoch_no")).select_from(SET_ASIDE).join(JOURNAL, OF_ENTRY)
    rows = connection.execute(_behind(asked.join(WATERMARK, epoch).where(SET_ASIDE.c.station_id == station_id, OPEN), after))
    return tuple(Waiting(_entry(row), row["epoch_no"]) for row in rows.mappings())


def _entry(row: RowMapping) -> JournalEntry:
    named: Any = {name: row[name] for name in (*HASHED, "prev_hash", "hash")}
    return journal.entry_of(named)


def _retry_page(connection: Connection, page: Sequence[Waiting], at: Instant, lacking: Lacking) -> int:
    done = 0
    for epoch_no in {each.epoch_no for each in page}:
        entries = [each.entry for each in page if each.epoch_no == epoch_no]
        refused = {(row["epoch"], row["seq"]) for row in unprojected(connection, epoch_no, entries, at, lacking)}
        read = [entry for entry in entries if (entry.epoch, entry.seq) not in refused]
        for entry in read:
            connection.execute(_is_read(entry).values(projected_at=at))
        done += len(read)
    return done


def _is_read(entry: JournalEntry) -> Any:
    place = (SET_ASIDE.c.station_id == entry.station_id, SET_ASIDE.c.epoch == entry.epoch, SET_ASIDE.c.seq == entry.seq)
    return update(SET_ASIDE).where(*place, OPEN)


def _told(centre: Centre, station_id: str, after: tuple[str, int]) -> list[dict[str, Any]]:
    asked = select(JOURNAL, SET_ASIDE.c.reason, SET_ASIDE.c.at.label("set_aside_at")).select_from(SET_ASIDE)
    with centre.reading() as connection:
        rows = connection.execute(_behind(_open(asked.join(JOURNAL, OF_ENTRY), centre, station_id), after)).mappings().all()
    return [dict(row) | {"payload": bytes(row["payload"]).decode(errors="replace")} for row in rows]
