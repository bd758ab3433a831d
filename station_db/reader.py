"""The read-only door to a station's store, for a thread or a process of its own.

Every question opens the file that stands there now and lets go of it, so that the writer can put another one in its place
(a migration, a restored backup) and nobody goes on reading the old one. That costs about a millisecond.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from station_db import block_store, journal, resuming, signal_store, waveform_store
from station_db.anchors import Anchor, anchors_of, begins_at
from station_db.blocks import SignalBlock, SignalsSent
from station_db.connecting import RECORD_FILE, SIGNALS_FILE, reader_engine
from station_db.diagnosis import diagnosed
from station_db.errors import MissingStoreError
from station_db.examining import check_says_ours
from station_db.feed import FeedCursor, cursor_of
from station_db.journal import GENESIS, JournalEntry, Position
from station_db.records.base import CENTRE, Digest, Instant
from station_db.records.local import Curve
from station_db.records.resume import Resume
from station_db.signals import Frame
from station_db.tables import TYPED
from station_db.waveforms import KeptWaveform

if TYPE_CHECKING:
    from station_db.queries import Span
    from station_db.signal_overview import Overview
    from station_db.signal_queries import Samples

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EpochTip:
    """One epoch of the station: the head it began with, and where it stands."""

    began_with: str
    position: Position
    let_go: int = 0
    """Its entries up to this number are not here any more."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not yet arrived at the centre: how many entries, and since when the oldest of them waits."""

    entries: int = 0
    oldest_at: Instant | None = None


class Reader:
    """Reads one station's store. Raises `StoreError` where there is none or it cannot be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._engines = {name: reader_engine(folder / name) for name in (RECORD_FILE, SIGNALS_FILE)}
        self._ask(check_says_ours, folder / RECORD_FILE)
        self.station_id = self._ask(_station_of)

    def resume(self) -> Resume:
        """What the core needs to go on."""
        return self._ask(resuming.resume, self.station_id)

    def ask(self, question: Callable[Concatenate[Connection, str, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Put one of `station_db.queries` to this store: `reader.ask(queries.cycles, span, limit=50)`."""
        return self._ask(question, self.station_id, *args, **kwargs)

    def position(self) -> Position:
        """Where the journal stands in its present epoch."""
        return self.epochs()[-1].position

    def epochs(self) -> tuple[EpochTip, ...]:
        """Every epoch of the station, the first one first."""
        return self._ask(_epochs_of, self.station_id)

    def journal_after(self, epoch: str, seq: int, limit: int, limit_bytes: int | None = None) -> tuple[JournalEntry, ...]:
        """At most `limit` of the station's own entries of one epoch behind a number, and about so many bytes of payload."""
        return self._ask(journal.entries_after, self.station_id, epoch, seq, limit, limit_bytes)

    def unsent(self, watermarks: Mapping[str, int]) -> Backlog:
        """What lies behind the centre's watermarks, given as the last number of each epoch it knows."""
        waiting = [(tip.position, watermarks.get(tip.position.epoch, 0)) for tip in self.epochs()]
        behind = [(position, sent) for position, sent in waiting if sent < position.seq]
        if not behind:
            return Backlog()
        oldest = self.journal_after(behind[0][0].epoch, behind[0][1], 1)
        return Backlog(sum(position.seq - sent for position, sent in behind), oldest[0].recorded_at)

    def feed_cursor(self) -> FeedCursor | None:
        """How far the centre's entries were applied; None while it has never been heard."""
        return self._ask(cursor_of, self.station_id)

    def curve(self, digest: Digest) -> Curve | None:
        """A curve; None when it is not here."""
        return self.ask_signals(signal_store.find_curve, digest)

    def frames_after(self, number: int, limit: int) -> tuple[Frame, ...]:
        """At most `limit` frames behind a number."""
        return self.ask_signals(signal_store.frames_after, number, limit)

    def curve_shed_at(self, digest: Digest) -> Instant | None:
        """When a curve was let go for room; None where it was not, or never was here."""
        return self.ask_signals(signal_store.curve_shed_at, digest)

    def samples(self, machine: str, tags: Sequence[str], span: Span) -> Samples:
        """Every sample of a machine's tags in a span, each once and to the bit, and what of it is not here."""
        from station_db import signal_queries  # it loads numpy, which a reader of records does not need

        asked = (self.station_id, machine, tags, span)
        return self.ask_signals(signal_queries.samples, *asked, unrolled=signal_queries.frames_in)

    def overview(self, machine: str, tags: Sequence[str], span: Span, pixels: int) -> Overview:
        """The extremes of a machine's tags in at most `pixels` buckets of whole minutes, and what of it is not here."""
        from station_db import signal_overview, signal_queries  # they load numpy, which a reader of records does not need

        asked = (self.station_id, machine, tags, span, pixels)
        return self.ask_signals(signal_overview.overview, *asked, unrolled=signal_queries.frames_in)

    def series(self) -> str:
        """What the signals file calls itself; the numbers of blocks and curves belong to that name."""
        return self.ask_signals(block_store.series_of)

    def blocks_after(self, number: int, limit_bytes: int) -> tuple[SignalBlock, ...]:
        """The blocks behind a number, in order, of about so many bytes; at least one where there is one."""
        return self.ask_signals(block_store.blocks_after, number, limit_bytes)

    def curves_after(self, number: int, limit_bytes: int) -> tuple[tuple[int, Curve], ...]:
        """The curves behind a number, each with its own, in order, of about so many bytes."""
        return self.ask_signals(block_store.curves_after, number, limit_bytes)

    def signals_waiting(self, sent: Mapping[str, int]) -> int:
        """How many blocks and curves lie behind the last numbers of the lanes `block` and `curve` that the centre has."""
        return self.ask_signals(block_store.waiting, SignalsSent.of(sent))

    def waveforms(self, machine: str, since: Instant, until: Instant) -> tuple[KeptWaveform, ...]:
        """What was kept raw of a machine's high-rate channels in a span, the oldest first, also what was let go since."""
        return self.ask_signals(waveform_store.find, machine, since, until)

    def waveform(self, digest: Digest) -> bytes | None:
        """The samples of a kept waveform, little-endian float32; None where they are not here."""
        return self.ask_signals(waveform_store.samples_of, digest)

    def ask_signals(self, question: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Put a question of `station_db` to the file of curves and frames."""
        with self._reading(SIGNALS_FILE) as connection:
            return question(connection, *args, **kwargs)

    def _ask(self, question: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self._reading(RECORD_FILE) as connection:
            return question(connection, *args, **kwargs)

    @contextmanager
    def _reading(self, name: str) -> Generator[Connection]:
        """A transaction, and so one moment, of a file."""
        path = self._folder / name
        if not path.exists():
            raise MissingStoreError(path, "there is no such file")
        try:
            with self._engines[name].begin() as connection:
                yield connection
        except DBAPIError as error:
            raise diagnosed(path, error) from error


def _station_of(connection: Connection) -> str:
    """Whose store it is; empty while it has no epoch."""
    epoch = TYPED["epoch"].c
    return connection.scalar(select(epoch.station_id).where(epoch.station_id != CENTRE).limit(1)) or ""


def _epochs_of(connection: Connection, station_id: str) -> tuple[EpochTip, ...]:
    epoch = TYPED["epoch"].c
    query = select(epoch.id, epoch.epoch_no, epoch.parent_head).where(epoch.station_id == station_id).order_by(epoch.epoch_no)
    anchors = anchors_of(connection, station_id)
    return tuple(
        _tip(connection, station_id, row.id, row.epoch_no, row.parent_head or GENESIS, anchors.get(row.id))
        for row in connection.execute(query)
    )


def _tip(connection: Connection, station_id: str, epoch: str, epoch_no: int, began_with: str, anchor: Anchor | None) -> EpochTip:
    last = journal.last_entry(connection, station_id, epoch)
    seq, head = (last.seq, last.hash) if last else (0, began_with)
    return EpochTip(began_with, Position(epoch, epoch_no, seq, head), _let_go(connection, station_id, epoch, anchor))


def _let_go(connection: Connection, station_id: str, epoch: str, anchor: Anchor | None) -> int:
    if anchor is None:
        return 0
    first = journal.entries_after(connection, station_id, epoch, 0, 1)
    return anchor.seq if begins_at(anchor, first[0].seq if first else 0, "") is anchor else 0
