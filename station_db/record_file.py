"""record.db with the marker beside it: where the journal stands, and whether its numbers may go on."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from station_db import journal, writing
from station_db.connecting import RECORD_FILE
from station_db.crashpoints import crashpoint
from station_db.database_file import DatabaseFile
from station_db.durable import fsync_file
from station_db.epoch_notices import epoch_notices
from station_db.epochs import EpochReason, opening, passed, reason_to_open, tip_of
from station_db.errors import CommitFailedError
from station_db.journal import Origin, Position
from station_db.marker import Marker, MarkerFile
from station_db.notices import Notice
from station_db.opening import Prepared
from station_db.records.base import Instant, RecordId
from station_db.salvage_local import doubt_positions
from station_db.witness import Witness

OUTCOMES_KEPT_US = 7 * 86_400_000_000


class RecordFile:
    """The writer's hold on the record."""

    def __init__(self, folder: Path, station_id: str, here: Marker, witness: Witness) -> None:
        self.path = folder / RECORD_FILE
        self._station_id = station_id
        self._here = here
        self._witness = witness
        self._file = DatabaseFile(self.path)
        self._marker_file = MarkerFile(folder, here)
        self._tip: Position | None = None
        self._saved: Position | None = None

    def begin(
        self, last: Marker | None, *, at: Instant, new_id: Callable[[], RecordId], prepared: Prepared
    ) -> tuple[Notice, ...]:
        """Open an epoch where the numbers must not go on, and say why; a record that was made again has opened its own."""
        last = self._witness.amended(last)
        with self._file.transaction() as connection:
            connection.execute(writing.forget_outcomes(self._station_id, Instant(at - OUTCOMES_KEPT_US)))
            tip = tip_of(connection, self._station_id)
            reason, said = None, prepared.notices()
            if prepared.salvage is None:
                reason = reason_to_open(connection, self._station_id, tip, last, self._here)
                said += tuple(epoch_notices(connection, self._station_id, reason, tip, last))
            if reason is not None:
                tip = self._open_epoch(connection, tip, last, reason, at=at, epoch=new_id())
        crashpoint("after_epoch")
        self._tip = tip
        self._begin_generation(last, is_new=prepared.is_replaced or reason is not None)
        return said

    def _open_epoch(
        self,
        connection: Connection,
        tip: Position | None,
        last: Marker | None,
        reason: EpochReason,
        *,
        at: Instant,
        epoch: RecordId,
    ) -> Position:
        """Counters of a record that may be older than its machine are not gone on from unasked."""
        if reason is EpochReason.RESTORED and (last is None or not passed(connection, self._station_id, last)):
            doubt_positions(connection, self._station_id)
        depth = 0 if last is None or reason is EpochReason.NEW else last.epoch_no
        before, entry = opening(tip, epoch, reason, at, depth=depth)
        return writing.write_entries(connection, Origin(self._station_id, at), before, (entry,))

    def _begin_generation(self, last: Marker | None, *, is_new: bool) -> None:
        before = last.generation if last else 0
        self._marker_file.marker = replace(self._marker_file.marker, generation=before + is_new)
        self._marker_file.write(self.position, durable=True)
        self._witness.saw(self.position)

    @property
    def generation(self) -> int:
        """Counts the files that stood here one after another; readers open anew when it moves."""
        return self._marker_file.marker.generation

    @property
    def position(self) -> Position:
        """Where the journal stands, read again after a failure."""
        if self._tip is None:
            with self._file.transaction() as connection:
                self._tip = self._read_again(connection)
        return self._tip

    def _read_again(self, connection: Connection) -> Position:
        """Where the file says it stands, once it has been seen to hold what was said to be saved."""
        tip = tip_of(connection, self._station_id)
        if tip is None:
            raise CommitFailedError("the journal has no epoch")
        if self._saved is not None and not _holds(connection, self._station_id, self._saved):
            raise CommitFailedError(f"the disk has lost entry {self._saved.seq}, which was saved")
        return tip

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """All of what is done within, or nothing. After a failure the position is read from the file again."""
        self._saved = self.position
        try:
            with self._file.transaction() as connection:
                yield connection
        except BaseException:
            self._tip = None
            raise

    def advance(self, position: Position) -> None:
        """The journal has come so far. A marker that cannot be written stays behind, which is still right after a power cut."""
        self._tip = position
        with suppress(OSError):
            self._marker_file.write(position, durable=False)
        self._witness.saw(position)

    def settle(self) -> None:
        """Bring the marker onto the disk, so that it names no entry that may be let go now."""
        self._marker_file.write(self.position, durable=True)

    def checkpoint(self) -> None:
        """Bring the log into the file and the marker onto the disk."""
        self._file.checkpoint()
        self._marker_file.write(self.position, durable=True)

    def end(self) -> None:
        """Close the file and say that this was a clean end, unless it turned out to be damaged: the next start must look."""
        position = self.position
        self._file.close()
        fsync_file(self.path)  # with its change time, which a power cut would otherwise take back
        self._marker_file.write(position, durable=True, clean=not self._file.is_damaged)

    def close(self) -> None:
        """Let go of everything, clean or not."""
        self._file.close()
        self._marker_file.close()
        self._witness.close()


def _holds(connection: Connection, station_id: str, saved: Position) -> bool:
    """Whether the journal has the very entry at which it stood."""
    found = journal.entries_after(connection, station_id, saved.epoch, saved.seq - 1, 1)
    return bool(found) and found[0].hash == saved.head
