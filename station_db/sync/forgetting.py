"""A leaver's personal data out of the centre: every version of the person is redacted, and the centre's own chain says so.

On PostgreSQL one function may do it (`redact_function`); on SQLite the same steps are taken here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Connection, select, text

from station_db import journal
from station_db.epochs import tip_of
from station_db.feed import cursor_of
from station_db.journal import FeedEntry, JournalEntry, Origin, Position, columns_of, entry_hash
from station_db.reader import Reader
from station_db.records.base import CENTRE, Instant, RecordId
from station_db.records.changes import Entry
from station_db.records.keeping import Redaction
from station_db.redacting import blank, entries_of, is_blank, put_blank
from station_db.sync import appending
from station_db.sync.centre import Centre
from station_db.sync.errors import CentreRefusedError
from station_db.sync.founding import FIRST_EPOCH_NO
from station_db.sync.rights import PLANNER
from station_db.tables import TYPED

ARGUMENTS = ", ".join(f":{name}" for name in (*appending.ARGUMENTS, "prev_hash", "hash"))
CALL = text(f"SELECT lineside_redact(:of_epoch, :of_seq, :blanked, {ARGUMENTS})")


class ForgetError(CentreRefusedError):
    """The person can't be forgotten; nothing was changed."""

    remedy: ClassVar[str] = "Name the id of a person who has left and is signed in nowhere, and say why."


@dataclass(frozen=True, slots=True)
class Leaver:
    """Who is to be forgotten, why, and in whose name that is said."""

    person: str
    reason: str
    actor: str = PLANNER


@dataclass(frozen=True, slots=True)
class _Step:
    """An entry as it shall read, and the redaction that says so."""

    blanked: JournalEntry
    said: Entry


def forget(centre: Centre, leaver: Leaver, *, at: Instant, new_id: Callable[[], RecordId]) -> int:
    """Redact every version of a person at a centre; how many. Raises `ForgetError` or `CentreError`; nothing is changed then."""
    with centre.writing() as connection:
        tip = appending.tip(connection, lock=False)
        assert tip is not None, "checked when connected"
        steps = _steps(connection, centre.url, leaver, at, new_id)
        said = _chained(tip, steps, at)
        for step, entry in zip(steps, said, strict=True):
            if centre.is_postgresql:
                named = {"of_epoch": step.blanked.epoch, "of_seq": step.blanked.seq, "blanked": step.blanked.payload}
                connection.execute(CALL, named | columns_of(entry))
            else:
                put_blank(connection, step.blanked)
                appending.append_as_owner(connection, tip, (entry,))
    return len(steps)


def feed_of(reader: Reader, leaver: Leaver, *, at: Instant, new_id: Callable[[], RecordId]) -> tuple[FeedEntry, ...]:
    """What `Store.apply_feed` must be given so that a station without a centre forgets a person. Raises `ForgetError`."""
    where = reader.station_id

    def made(connection: Connection, station_id: str) -> tuple[FeedEntry, ...]:
        cursor, tip = cursor_of(connection, station_id), tip_of(connection, CENTRE)
        if cursor is None or tip is None or cursor.epoch_no >= FIRST_EPOCH_NO:
            raise ForgetError(where, "this station gets its people from a centre, or has none: forget them there")
        entries = _chained(tip, _steps(connection, where, leaver, at, new_id), at)
        return tuple(FeedEntry(entry, tip.epoch_no) for entry in entries)

    return reader.ask(made)


def _steps(connection: Connection, where: str, leaver: Leaver, at: Instant, new_id: Callable[[], RecordId]) -> list[_Step]:
    _check(connection, where, leaver)
    entries = entries_of(connection, leaver.person)
    if not entries:
        raise ForgetError(where, f"there is no person {leaver.person!r}")
    return [_step(entry, leaver, at, new_id()) for entry in entries if not is_blank(entry)]


def _check(connection: Connection, where: str, leaver: Leaver) -> None:
    if not leaver.reason.strip():
        raise ForgetError(where, "it needs a reason")
    sign_in = TYPED["sign_in"].c
    there = select(sign_in.station_id).where(sign_in.person == leaver.person, sign_in.ended_at.is_(None))
    stations = connection.scalars(there.order_by(sign_in.station_id)).all()
    if stations:
        raise ForgetError(where, f"{leaver.person} is signed in at {', '.join(stations)}")


def _step(entry: JournalEntry, leaver: Leaver, at: Instant, record_id: RecordId) -> _Step:
    blanked = blank(entry)
    said = Redaction(
        id=record_id,
        origin=CENTRE,
        epoch=entry.epoch,
        seq=entry.seq,
        old_hash=entry.hash,
        new_hash=entry_hash(blanked),
        person=RecordId(leaver.person),
        reason=leaver.reason,
        at=at,
    )
    return _Step(blanked, Entry(said, actor=leaver.actor, addressee=entry.addressee))


def _chained(tip: Position, steps: Sequence[_Step], at: Instant) -> tuple[JournalEntry, ...]:
    return tuple(journal.chain(Origin(CENTRE, at), tip, [step.said for step in steps], [1] * len(steps)))
