"""Put a backup in the place of a station's record, which is kept aside; with --drill prove that one could, touching nothing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hmi.clock import SystemClock, new_id
from hmi.commands.backup_place import place_of
from hmi.commands.configured import read_settings
from hmi.exits import Exit
from hmi.settings import Settings
from station_db.errors import RecordError
from station_db.restore import Drill, drill, newest, restore


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `restore`."""
    parser.add_argument("station", type=Path, metavar="STATION.toml")
    parser.add_argument("--from", dest="backup", type=Path, metavar="FILE", help="this backup instead of the newest one")
    parser.add_argument("--drill", action="store_true", help="restore into a temporary folder, verify, compare; change nothing")


def run(options: argparse.Namespace) -> int:
    """Restore, or try; exit 1 where the drill found something bad, 4 where there is no backup or the station runs."""
    settings = read_settings(options.station)
    if settings is None:
        return Exit.USAGE
    try:
        backup = options.backup or newest(place_of(settings), settings.id)
        return _try(settings, backup) if options.drill else _restore(settings, backup)
    except (RecordError, OSError) as error:
        print(f"lineside restore: {error}", file=sys.stderr)
        return Exit.ABSENT


def _try(settings: Settings, backup: Path) -> int:
    now = SystemClock().moment().wall
    found = drill(settings.folder, backup, place_of(settings), settings.id, at=now, new_id=new_id)
    print(as_text(found))
    return Exit.DONE if found.is_good else Exit.BAD


def as_text(found: Drill) -> str:
    """What the drill gave, for a person."""
    verdict = "The station could go on from it." if found.is_good else "It is damaged: do not restore it."
    since = f"{found.newer:,} entries were made since" if found.is_of_this_record else "the record that is here has another past"
    lines = [
        f"{found.backup}: {found.entries:,} entries, {found.problems:,} problems; {since}.",
        f"Restored and verified in {found.seconds:.1f} s ({found.seconds / 60:.1f} minutes). {verdict}",
    ]
    return "\n".join(lines)


def _restore(settings: Settings, backup: Path) -> int:
    done = restore(settings.folder, backup, place_of(settings), settings.id, at=SystemClock().moment().wall)
    print(f"{done.backup.name} is in place with {done.entries:,} entries. What was there is kept as {done.kept_as}.")
    print("The next start opens a new epoch: what the centre has of later entries stays there, and no number is used twice.")
    return Exit.DONE
