"""record.db with the marker beside it: where the journal stands, and whether its numbers may go on."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from station_db import writing
from station_db.connecting import RECORD_FILE, raw
from station_db.crashpoints import crashpoint
from station_db.database_file import DatabaseFile
from station_db.durable import fsync_file
from station_db.epochs import EpochReason, opening, reason_to_open, tip_of
from station_db.errors import CommitFailedError
from station_db.journal import Origin, Position
from station_db.marker import Marker, MarkerFile
from station_db.opening import quick_check
from station_db.records.base import Instant, RecordId

OUTCOMES_KEPT_US = 7 * 86_400_000_000


class RecordFile:
    """The writer's hold on the record."""

    def __init__(self, folder: Path, station_id: str, here: Marker) -> None:
        self.path = folder / RECORD_FILE
        self._station_id = station_id
        self._here = here
        self._file = DatabaseFile(self.path)
        self._marker_file = MarkerFile(folder, here)
        self._tip: Position | None = None

    def begin(self, last: Marker | None, *, at: Instant, new_id: Callable[[], RecordId], is_replaced: bool) -> EpochReason | None:
        """Check a file that is not as a clean end left it; open an epoch where the numbers must not go on, and say why."""
        is_as_closed = last is not None and last.clean and last.changed_at == self._here.changed_at
        if last is not None and not is_as_closed:
            quick_check(self._file.connection, self.path)
        with self._file.transaction() as connection:
            connection.execute(writing.forget_outcomes(self._station_id, Instant(at - OUTCOMES_KEPT_US)))
            tip = tip_of(connection, self._station_id)
            reason = reason_to_open(connection, self._station_id, tip, last, self._here)
            if reason is not None:
                before, entry = opening(tip, new_id(), reason, at)
                tip = writing.write_entries(connection, Origin(self._station_id, at), before, (entry,))
        crashpoint("after_epoch")
        self._tip = tip
        self._begin_generation(last, is_new=is_replaced or reason is not None)
        return reason

    def _begin_generation(self, last: Marker | None, *, is_new: bool) -> None:
        before = last.generation if last else 0
        self._marker_file.marker = replace(self._marker_file.marker, generation=before + is_new)
        self._marker_file.write(self.position, durable=True)

    @property
    def generation(self) -> int:
        """Counts the files that stood here one after another; readers open anew when it moves."""
        return self._marker_file.marker.generation

    @property
    def position(self) -> Position:
        """Where the journal stands, read again after a failure."""
        if self._tip is None:
            with self._file.transaction() as connection:
                self._tip = tip_of(connection, self._station_id)
        if self._tip is None:
            raise CommitFailedError("the journal has no epoch")
        return self._tip

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """All of what is done within, or nothing. After a failure the position is read from the file again."""
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

    def checkpoint(self) -> None:
        """Bring the log into the file and the marker onto the disk."""
        raw(self._file.connection, "PRAGMA wal_checkpoint(PASSIVE)")
        self._marker_file.write(self.position, durable=True)

    def end(self) -> None:
        """Close the file and say that this was a clean end."""
        position = self.position
        self._file.close()
        fsync_file(self.path)  # with its change time, which a power cut would otherwise take back
        self._marker_file.write(position, durable=True, clean=True)

    def close(self) -> None:
        """Let go of everything, clean or not."""
        self._file.close()
        self._marker_file.close()
