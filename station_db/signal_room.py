"""Keeps signals.db within its budget and counts what was let go for it."""

from __future__ import annotations

from collections.abc import Iterator

from station_db import notices, shedding, signal_store
from station_db.blocks import SignalsSent
from station_db.database_file import DatabaseFile
from station_db.notices import Notice
from station_db.records.base import Instant
from station_db.shedding import Pressure, Shed


class SignalRoom:
    """The budget of a signals file. The file itself never shrinks; freed pages are used again."""

    def __init__(self, file: DatabaseFile, station_id: str, budget_bytes: int) -> None:
        self._file = file
        self._station_id = station_id
        self._budget = budget_bytes
        self._shed = Shed()
        self.sent: SignalsSent | None = None
        """What the centre has of this file; None as long as there is none, or it was not heard."""

    def keep(self, at: Instant) -> Shed:
        """Let go of what is too much, a bounded amount a call. Raises what the disk raises."""
        excess = signal_store.bytes_used(self._file.connection) - self._budget
        if excess <= 0:
            return Shed()
        pressure = Pressure(excess, self._budget, self.sent, at)
        with self._file.transaction() as connection:
            gone = shedding.shed(connection, self._station_id, pressure)
        self._shed += gone
        return gone

    def count_waveforms(self, shed: int) -> None:
        """Waveforms were let go by the budget of their channel."""
        self._shed += Shed(waveforms=shed)

    def notices(self) -> Iterator[Notice]:
        """What was let go since the store was opened."""
        megabytes = str(self._budget // 1024**2)
        counts = (
            (notices.WAVEFORMS_SHED, self._shed.waveforms, ()),
            (notices.CURVES_SHED, self._shed.curves, ()),
            (notices.BLOCKS_SHED, self._shed.blocks, (megabytes,)),
            (notices.LEVELS_SHED, self._shed.levels, ()),
            (notices.FRAMES_SHED, self._shed.frames, (megabytes,)),
        )
        return (Notice(code, (str(count), *more)) for code, count, more in counts if count)
