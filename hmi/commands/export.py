"""Write what is recorded into files any program can read; with --all also the samples. Works beside a running station.

Names of people are left out unless --names asks for them: the command line is for whoever may read the files themselves.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hmi.clock import SystemClock
from hmi.commands.secrets import password_of
from hmi.exits import Exit
from station_db import migrating, signal_store
from station_db.connecting import SIGNALS_FILE
from station_db.errors import StoreError
from station_db.export_files import Shelf
from station_db.export_signals import export_signals
from station_db.exporting import Wanted, curves_there, export_curves, export_records, finish
from station_db.present import FOREVER
from station_db.queries import Span
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.records.catalogue import KINDS
from station_db.sync.centre import Centre
from station_db.sync.errors import CentreError

STEP_S = 3600.0
"""A centre may take so long for one question."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `export`."""
    parser.add_argument("store", metavar="STORE", help="a data folder, or the URL of a centre (then with --station)")
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder that is empty or not there yet")
    parser.add_argument("--all", action="store_true", help="also the samples of every tag and cycle")
    parser.add_argument("--station", default="", metavar="ID", help="which station of a centre")
    parser.add_argument("--from", dest="since", type=instant, metavar="DATE", help="written from then on: 2026-11-01[T06:00]")
    parser.add_argument("--to", dest="until", type=instant, metavar="DATE", help="written before then (UTC)")
    parser.add_argument("--kind", action="append", default=[], choices=sorted(KINDS), help="only this kind; may be given often")
    parser.add_argument("--order", default="", metavar="ID", help="only what belongs to an order")
    parser.add_argument("--names", action="store_true", help="also the names of people, in files of their own")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="the centre's password (else LINESIDE_PASSWORD)")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def instant(text: str) -> Instant:
    """A date, or a date and time, in UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-11-01 or 2026-11-01T06:00") from error
    return Instant(int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()) * 1_000_000)


def run(options: argparse.Namespace) -> int:
    """Export; exit code 2 for a folder that holds something, 4 for a store that can't be read."""
    folder: Path = options.folder
    if folder.exists() and any(folder.iterdir()):
        print(f"lineside export: {folder} is not empty; nothing was written.", file=sys.stderr)
        return Exit.USAGE
    wanted = Wanted(options.since, options.until, tuple(options.kind), options.order, options.names)
    shelf = Shelf(folder)
    try:
        said = of_centre(options, shelf, wanted) if "://" in options.store else of_store(options, shelf, wanted)
        files = finish(shelf, said, program=version("lineside"), revision=migrating.HEAD, at=SystemClock().moment().wall)
    except (StoreError, CentreError, OSError) as error:
        print(f"lineside export: {error}. What is in {folder} is not whole.", file=sys.stderr)
        return Exit.ABSENT
    records = sum(said["records"].values())
    if options.json:
        print(json.dumps({"folder": str(folder), "files": len(files), "records": records, "entries": said["entries"]}))
    else:
        print(f"{folder}: {records:,} records and {said['entries']:,} journal entries in {len(files)} files.")
        print(f"Left out: {', '.join([*said['left_out'], *said['withheld']])}. MANIFEST.json has every file's SHA-256.")
    return Exit.DONE


def of_store(options: argparse.Namespace, shelf: Shelf, wanted: Wanted) -> dict[str, Any]:
    """Of a station's data folder."""
    reader = Reader(Path(options.store))
    said = reader.ask(export_records, shelf, wanted)
    if options.all and (Path(options.store) / SIGNALS_FILE).exists():
        said["curves"] = reader.ask_signals(lambda connection: export_curves(signal_store.every_curve(connection), shelf))
        said["samples"] = reader.ask_signals(
            lambda connection: export_signals(connection, reader.station_id, shelf, span(wanted), at_station=True)
        )
    return said


def of_centre(options: argparse.Namespace, shelf: Shelf, wanted: Wanted) -> dict[str, Any]:
    """Of one station, as a centre holds it."""
    centre = Centre.connect(options.store, password_of(options.password_file, os.environ), step_s=STEP_S)
    try:
        centre.require_same_release()
        with centre.reading() as connection:
            said = export_records(connection, options.station, shelf, wanted)
            if options.all:
                said["curves"] = export_curves(curves_there(connection, options.station), shelf)
                said["samples"] = export_signals(connection, options.station, shelf, span(wanted), at_station=False)
            return said
    finally:
        centre.close()


def span(wanted: Wanted) -> Span:
    """The time that is asked for."""
    return Span(wanted.since or Instant(0), wanted.until or FOREVER)
