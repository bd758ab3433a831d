"""A second marker outside the data folder: how far the journal came, where no copy of the folder puts it back.

An image of a running station holds record and marker of one moment, so they agree. The witness has gone on since. It is as
the marker is: rewritten after every commit without waiting for the disk, and never ahead of what is saved.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

from station_db.journal import Position
from station_db.marker import Marker

SIZE = 512
"""Always written whole, padded, in one write."""


class Witness:
    """The one of a data folder. Without a place for it (`keeping` is None), or where that cannot be written, it says nothing."""

    def __init__(self, keeping: Path | None, folder: Path, station_id: str) -> None:
        name = hashlib.sha256(f"{folder.resolve()}\0{station_id}".encode()).hexdigest()[:16]
        self._path = None if keeping is None else keeping / f"witness-{name}.json"
        self._file: BinaryIO | None = None

    def amended(self, marker: Marker | None) -> Marker | None:
        """The marker as it must have been last: with what the witness saw after it."""
        seen = self._read()
        if seen is None or marker is None or (seen.epoch_no, seen.seq) <= (marker.epoch_no, marker.seq):
            return marker
        return replace(marker, epoch=seen.epoch, epoch_no=seen.epoch_no, seq=seen.seq, head=seen.head)

    def saw(self, position: Position) -> None:
        """The journal has come so far."""
        with suppress(OSError):
            file = self._file or self._opened()
            if file is not None:
                file.seek(0)
                file.write(json.dumps(asdict(position)).encode().ljust(SIZE))

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def _opened(self) -> BinaryIO | None:
        if self._path is None:
            return None
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        self._file = self._path.open("r+b", buffering=0)
        return self._file

    def _read(self) -> Position | None:
        if self._path is None:
            return None
        try:
            seen = Position(**json.loads(self._path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return seen if isinstance(seen.epoch_no, int) and isinstance(seen.seq, int) else None  # pyright: ignore[reportUnnecessaryIsInstance]  # a file holds anything
