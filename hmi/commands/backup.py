"""Make a verified copy of a station's record now, also while the station records. Exit code 4 where none could be made."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from hmi.clock import SystemClock
from hmi.commands.backup_place import place_of
from hmi.commands.configured import read_settings
from hmi.exits import Exit
from station_db.backup import back_up
from station_db.errors import BackupFailedError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `backup`."""
    parser.add_argument("station", type=Path, metavar="STATION.toml")
    parser.add_argument("--json", action="store_true", help="print what was made as JSON")


def run(options: argparse.Namespace) -> int:
    """Back up and say where and how long."""
    settings = read_settings(options.station)
    if settings is None:
        return Exit.USAGE
    place, began = place_of(settings), time.monotonic()
    try:
        made = back_up(settings.folder, place, settings.id, SystemClock().moment().wall)
    except BackupFailedError as error:
        print(f"lineside backup: no backup was made: {error}", file=sys.stderr)
        return Exit.ABSENT
    seconds = time.monotonic() - began
    if options.json:
        told = {"file": str(made.path), "bytes": made.size_bytes, "sha256": made.digest, "entries": made.entries_checked}
        print(json.dumps(told | {"seconds": round(seconds, 3), "sealed": bool(place.secret)}))
        return Exit.DONE
    print(f"{made.path}: {made.size_bytes / 1e6:.1f} MB, {made.entries_checked:,} entries checked, {seconds:.1f} s.")
    if not place.secret:
        print("It is not encrypted: name a key under [backup] in the station's file to seal backups.")
    return Exit.DONE
