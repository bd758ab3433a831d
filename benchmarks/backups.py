"""Backs a station's record up again and again until standard input closes: `python -m benchmarks.backups STATION.toml`."""

from __future__ import annotations

import sys
import tempfile
import threading
from pathlib import Path

from hmi.clock import SystemClock
from hmi.configuration import load
from hmi.platform import watch_stdin
from station_db.backup import BackupPlace, back_up


def main(station: Path) -> None:
    """Each into the same place, where old ones are let go."""
    settings, ended = load(station), threading.Event()
    watch_stdin(ended.set)
    with tempfile.TemporaryDirectory(prefix="lineside-backups-") as folder:
        while not ended.wait(0.2):
            back_up(settings.folder, BackupPlace(Path(folder), keep=2), settings.id, SystemClock().moment().wall)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
