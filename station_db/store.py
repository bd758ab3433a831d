"""The station's store: the one writer of record.db and signals.db, used by one thread at a time.

"Saved" may be said once `commit` has returned: the batch is whole, in the journal and on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from station_db import block_store, notices, pruning, reconciled, signal_store, waveform_store, writing
from station_db.backup import BACKUPS, BackupPlace
from station_db.blocks import SignalsSent
from station_db.crashpoints import crashpoint
from station_db.diagnosis import diagnosed
from station_db.durable import fsync_folder
from station_db.errors import CommitFailedError, ProjectionError, StationNameError, UnwritableFolderError
from station_db.feed import Applied, Snapshot, apply_entries, apply_snapshot
from station_db.journal import FeedEntry, Origin, Position
from station_db.later import project_aside
from station_db.lock import StoreLock
from station_db.marker import Marker, changed_at_of, files_of, machine_id, read_marker
from station_db.notices import Notice
from station_db.opening import Opening, check_folder, prepare
from station_db.patience import patiently
from station_db.reconciled import ReconciledDay
from station_db.record_file import RecordFile
from station_db.records.base import Instant, RecordId, may_name_a_station
from station_db.records.changes import Changes
from station_db.records.local import Curve
from station_db.reserve import Reserve
from station_db.retention import Retention
from station_db.signal_file import SignalFile, open_signals
from station_db.signal_room import SignalRoom
from station_db.signals import Frame
from station_db.waveforms import PackedWaveform
from station_db.witness import Witness

if TYPE_CHECKING:
    from station_db.rolling import RollUp

SIGNAL_BUDGET_BYTES = 2 * 1024**3
FORKING = (notices.RESTORED, notices.COPIED)
"""Another file may go on where this one did: the numbers of blocks get a new name."""
REFUSALS = (SQLAlchemyError, ProjectionError, ValueError, TypeError, KeyError, AttributeError, OverflowError, MemoryError)
"""What a record that cannot be stored, or a disk that will not, raises below."""


class Store:
    """Made by `Store.open`; then `commit`, `append_frames`, `apply_feed`, now and then `checkpoint`, and `close`."""

    def __init__(
        self, station_id: str, record: RecordFile, signals: SignalFile, signal_budget_bytes: int, reserve: Reserve
    ) -> None:
        self._station_id = station_id
        self._record = record
        self._signals = signals
        self._room = SignalRoom(signals, station_id, signal_budget_bytes)
        self._roll_up: RollUp | None = None
        self._reserve = reserve
        self._notices: dict[str, Notice] = {}
        self._held = ExitStack()

    @classmethod
    def open(
        cls,
        folder: Path,
        station_id: str,
        *,
        at: Instant,
        app_version: str,
        new_id: Callable[[], RecordId],
        machine: str | None = None,
        signal_budget_bytes: int = SIGNAL_BUDGET_BYTES,
        backups: BackupPlace | None = None,
        witness: Path | None = None,
        reserve_bytes: int = 0,
    ) -> Self:
        """Open a station's store, making or migrating it first; a damaged one is made again from `backups` and what it holds.

        `machine` names this computer; by default it is asked. `witness` is a folder elsewhere, by which a copy that is put
        back is told. `reserve_bytes` of the disk are kept for when it is full.

        Raises the `StoreError` that says what is wrong; the store is then as it was.
        """
        if not may_name_a_station(station_id):
            raise StationNameError(folder, f"a station can't be called {station_id!r}")
        with _opening(folder), ExitStack() as held:
            check_folder(folder)
            held.callback(StoreLock(folder).release)
            last = read_marker(folder)
            here = _here(folder, machine_id() if machine is None else machine, app_version)
            opening = Opening(Origin(station_id, at), new_id, _places(folder, backups))
            is_as_closed = last is not None and last.clean and last.changed_at == here.changed_at
            prepared, waited = patiently(lambda: prepare(folder, opening, last, is_as_closed=is_as_closed))
            signals = open_signals(folder, is_new_store=prepared.is_new or last is None, at=at)
            held.callback(signals.close)
            record = RecordFile(folder, station_id, here, Witness(witness, folder, station_id))
            held.callback(record.close)
            with _diagnosing(record.path):
                opened = record.begin(last, at=at, new_id=new_id, prepared=prepared)
                with record.transaction() as connection:
                    project_aside(connection, at)
            if any(notice.code in FORKING for notice in opened):
                with _diagnosing(signals.path), signals.transaction() as connection:
                    block_store.begin_series(connection, new_id())
            store = cls(station_id, record, signals, signal_budget_bytes, Reserve(folder, reserve_bytes))
            store._tell(*waited, *opened)
            fsync_folder(folder)
            store._reserve.keep()
            store._held = held.pop_all()
        return store

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What a person must hear, the latest of each kind."""
        kept = {notice.code: notice for notice in self._signals.notices} | self._notices
        return (*kept.values(), *self._reserve.notices())

    @property
    def position(self) -> Position:
        """Where the journal stands."""
        return self._record.position

    @property
    def generation(self) -> int:
        """Counts the files that stood here one after another; readers open anew when it moves."""
        return self._record.generation

    def commit(self, batch: Sequence[Changes], at: Instant) -> Position:
        """Write all of a batch or none; return once it would survive a power cut.

        Raises `CommitFailedError`; the store can be used again, and what is true is what it then holds.
        """
        try:
            position = self._committed(batch, at)
        except CommitFailedError as error:
            if not self._reserve.spend(error.__cause__):
                raise
            position = self._committed(batch, at)
        crashpoint("after_commit")
        self._record.advance(position)
        return position

    def _committed(self, batch: Sequence[Changes], at: Instant) -> Position:
        with _refusing():
            self._keep_curves([curve for changes in batch for curve in changes.curves])
            return self._write(batch, Origin(self._station_id, at))

    def _keep_curves(self, curves: Sequence[Curve]) -> None:
        """On the disk before the record that names them."""
        if not curves:
            return
        crashpoint("before_curves")
        with self._signals.transaction() as connection:
            signal_store.add_curves(connection, curves)
        crashpoint("after_curves")

    def _write(self, batch: Sequence[Changes], origin: Origin) -> Position:
        before = self.position
        with self._record.transaction() as connection:
            position = writing.write_changes(connection, origin, before, sum(batch, Changes()))
            crashpoint("before_commit")
        return position

    def append_frames(self, frames: Sequence[Frame]) -> None:
        """Keep frames. Raises `CommitFailedError`, also for a number that is there already."""
        if not frames:
            return
        self._reserve.refuse_if_spent()
        with _refusing(), self._signals.transaction() as connection:
            signal_store.add_frames(connection, frames)

    def keep_waveforms(self, waveforms: Sequence[PackedWaveform], at: Instant) -> None:
        """Keep stretches of high-rate channels, each within its channel's budget. Raises `CommitFailedError`."""
        if not waveforms:
            return
        self._reserve.refuse_if_spent()
        with _refusing(), self._signals.transaction() as connection:
            shed = waveform_store.add(connection, waveforms, at)
        self._room.count_waveforms(shed)
        self._tell(*self._room.notices())

    def roll_up(self, mono_ns: int) -> bool:
        """Make blocks of frames that are due, a few milliseconds of it a call; returns whether there is more to do at once.

        `mono_ns` is now. Raises `CommitFailedError`; every sample then still is where it was.
        """
        if self._roll_up is None:
            from station_db.rolling import RollUp  # it loads numpy and zstd, which a store opens without

            self._roll_up = RollUp(self._signals, self._station_id)
        with _refusing():
            return self._roll_up.step(mono_ns)

    def centre_has(self, sent: SignalsSent) -> None:
        """The centre has so much of the signals: where room is wanted, that goes first."""
        self._room.sent = sent

    def last_frame_number(self) -> int:
        """Where the numbers of frames go on; 0 when there is none."""
        with self._signals.transaction() as connection:
            return signal_store.last_frame_number(connection)

    def apply_feed(self, entries: Sequence[FeedEntry], at: Instant) -> tuple[Any, ...]:
        """Write what the centre sent, each entry once, and return the records that are new here.

        No entries say that the centre was heard. An entry this version cannot read is kept, listed and becomes a notice.
        Raises `FeedError` for entries that do not fit, `CommitFailedError` for a disk that will not; nothing is then written.
        """
        with _refusing(), self._record.transaction() as connection:
            applied = apply_entries(connection, self._station_id, entries, at)
        return self._told_of(applied)

    def apply_snapshot(self, snapshot: Snapshot, at: Instant) -> tuple[Any, ...]:
        """Write what stands for the centre's history up to a place, all of it or nothing, like `apply_feed`."""
        with _refusing(), self._record.transaction() as connection:
            applied = apply_snapshot(connection, self._station_id, snapshot, at)
        return self._told_of(applied)

    def _told_of(self, applied: Applied) -> tuple[Any, ...]:
        crashpoint("after_feed_commit")
        if applied.set_aside:
            self._tell(Notice(notices.FEED_SET_ASIDE, (str(len(applied.set_aside)), str(applied.set_aside[0]))))
        return applied.records

    def note_reconciled(self, days: Sequence[ReconciledDay]) -> None:
        """Note days whose entries were found the same at the centre. Raises `CommitFailedError`."""
        with _refusing(), self._record.transaction() as connection:
            reconciled.note(connection, self._station_id, days)

    def prune(self, retention: Retention, acknowledged: Mapping[str, int], at: Instant) -> int:
        """Let the oldest records go, a few hundred entries a call; how many went, 0 when nothing more may.

        `acknowledged` is the centre's watermark of each epoch; only days that were found the same there are touched.
        Raises `CommitFailedError`; nothing went then.
        """
        self._reserve.refuse_if_spent()
        with _refusing():
            self._record.settle()
            with self._record.transaction() as connection:
                origin = Origin(self._station_id, at)
                position, gone = pruning.prune(connection, origin, self.position, retention, acknowledged)
        crashpoint("after_prune")
        self._record.advance(position)
        return gone

    def checkpoint(self, at: Instant) -> None:
        """Bring both logs into their files and keep the signals within their budget; to be called when there is time."""
        self._reserve.keep()
        with _refusing():
            self._signals.checkpoint()
            crashpoint("during_checkpoint")
            self._record.checkpoint()
            self._keep_within_budget(at)

    def _keep_within_budget(self, at: Instant) -> None:
        if self._room.keep(at).frames and self._roll_up is not None:
            self._roll_up.forget()
        self._tell(*self._room.notices())

    def close(self) -> None:
        """End cleanly; whatever the disk still refuses, everything is let go of."""
        crashpoint("before_close")
        with self._held, suppress(SQLAlchemyError, OSError, CommitFailedError):
            self._record.end()

    def _tell(self, *said: Notice) -> None:
        self._notices |= {notice.code: notice for notice in said}


def _here(folder: Path, machine: str, app_version: str) -> Marker:
    """What this computer is and how it finds the files, to be asked before anything opens them."""
    return Marker(machine, files_of(folder), app_version, changed_at=changed_at_of(folder))


def _places(folder: Path, backups: BackupPlace | None) -> tuple[BackupPlace, ...]:
    """Where backups may be: the place that is named, and the one there is without."""
    own = BackupPlace(folder / BACKUPS, backups.secret if backups else "")
    return (own,) if backups is None or backups.folder == own.folder else (backups, own)


@contextmanager
def _refusing() -> Generator[None]:
    """Whatever keeps a batch from being written is one error to the caller."""
    try:
        yield
    except REFUSALS as error:
        # People read this: the database's own words, without the statement and the library's address.
        raise CommitFailedError(str(getattr(error, "orig", None) or error)) from error
    except OSError as error:
        raise CommitFailedError(str(error)) from error


@contextmanager
def _opening(folder: Path) -> Generator[None]:
    """Whatever the system refuses is said as any other hindrance."""
    try:
        yield
    except OSError as error:
        raise UnwritableFolderError(Path(error.filename or folder), error.strerror or str(error)) from error


@contextmanager
def _diagnosing(path: Path) -> Generator[None]:
    try:
        yield
    except DBAPIError as error:
        raise diagnosed(path, error) from error
