"""The central store: create or migrate it, load orders and master data, see how each station stands."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from hmi.clock import SystemClock, new_id
from hmi.commands.ages import ago
from hmi.commands.secrets import password_of
from hmi.exits import Exit
from station_db.errors import StoreError
from station_db.reader import Reader
from station_db.records.equipment import EpochOpened
from station_db.store import Store
from station_db.sync import founding, loading
from station_db.sync.centre import Centre
from station_db.sync.documents import DocumentError
from station_db.sync.errors import CentreError
from station_db.sync.loading import Loaded
from station_db.sync.status import CentreStands, StationStands, status

PLACES = "sqlite:///centre.db, postgresql://user@host/database; for load also the data folder of a station without a centre"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `centre`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="init|load|status")
    init = actions.add_parser("init", help="create or migrate the centre, register stations; may be run again")
    init.add_argument("--station", action="append", default=[], metavar="ID", help="a station to register; may be given often")
    init.add_argument("--restored", action="store_true", help="the centre was put back from a backup: open a new epoch")
    load = actions.add_parser("load", help="load orders and master data from JSON: all of it or nothing")
    status_of = actions.add_parser("status", help="each station's watermark, age and backlog")
    for action in (init, load, status_of):
        action.add_argument(
            "url", metavar="URL", help="sqlite:///centre.db, postgresql://user@host/database; load also: a data folder"
        )
        action.add_argument("--password-file", type=Path, metavar="FILE", help="the password (else LINESIDE_PASSWORD)")
        action.add_argument("--json", action="store_true", help="print what was done or found as JSON")
    load.add_argument("document", type=Path, metavar="FILE.json")


def run(options: argparse.Namespace) -> int:
    """Do one action; a centre that can't be used is a sentence and exit code 4."""
    try:
        password = password_of(options.password_file, os.environ)
        return {"init": init, "load": load, "status": show}[options.action](options, password)
    except (CentreError, StoreError, OSError) as error:
        print(f"lineside centre {options.action}: {error}", file=sys.stderr)
        return Exit.ABSENT


def init(options: argparse.Namespace, password: str) -> int:
    """Create or migrate; a new role's password is printed this once."""
    now = SystemClock().moment().wall
    founded = founding.init(options.url, options.station, at=now, new_id=new_id, password=password, restored=options.restored)
    if options.json:
        print(json.dumps({"stations": founded.stations, "passwords": dict(founded.passwords)}))
        return Exit.DONE
    print(f"The centre is ready. New stations: {', '.join(founded.stations) or 'none'}.")
    for role, secret in founded.passwords.items():
        print(f"  {role}: {secret}   (told this once; put it into a file that only its user may read)")
    return Exit.DONE


def load(options: argparse.Namespace, password: str) -> int:
    """Load a document; every mistake is printed at its line, and then nothing is loaded."""
    try:
        text = options.document.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        print(f"{options.document}: the file is not UTF-8 text. Save it as UTF-8. Nothing was changed.", file=sys.stderr)
        return Exit.USAGE
    try:
        loaded = load_at_centre(options.url, password, text) if "://" in options.url else load_at_station(Path(options.url), text)
    except DocumentError as error:
        for mistake in error.mistakes:
            print(f"{options.document}: {mistake}", file=sys.stderr)
        print(error.remedy, file=sys.stderr)
        return Exit.USAGE
    if options.json:
        print(json.dumps(asdict(loaded)))
    else:
        print(f"Loaded: {loaded.appended} new or changed, {loaded.unchanged} as they were.")
    return Exit.DONE


def load_at_centre(url: str, password: str, text: str) -> Loaded:
    """For all stations of a centre."""
    centre = Centre.connect(url, password)
    try:
        return loading.load(centre, text, at=SystemClock().moment().wall)
    finally:
        centre.close()


def load_at_station(folder: Path, text: str) -> Loaded:
    """For one station that has no centre, while it does not run; a centre that comes later takes over."""
    now = SystemClock().moment().wall
    reader = Reader(folder)
    feed = loading.feed_of(reader, text, at=now, new_id=new_id)
    store = Store.open(folder, reader.station_id, at=now, app_version=version("lineside"), new_id=new_id)
    try:
        applied = store.apply_feed(feed, now)
        return Loaded(sum(not isinstance(record, EpochOpened) for record in applied), 0)
    finally:
        store.close()


def show(options: argparse.Namespace, password: str) -> int:
    """How things stand."""
    centre = Centre.connect(options.url, password)
    try:
        stands = status(centre)
    finally:
        centre.close()
    print(json.dumps(asdict(stands)) if options.json else as_text(stands))
    return Exit.DONE


def as_text(stands: CentreStands) -> str:
    """A line for the centre, one a station."""
    head = f"Centre: schema {stands.schema}, {stands.last_seq} entries of its own, {len(stands.stations)} stations."
    return "\n".join([head, *(station_line(station) for station in stands.stations)])


def station_line(station: StationStands) -> str:
    """`ST-040  1,204 entries  heard 2 s ago  0 waiting  0 set aside`."""
    now = SystemClock().moment().wall
    heard = f"heard {ago(now - station.last_heard_at)}" if station.last_heard_at else "not heard yet"
    waiting = "waiting: unknown" if station.backlog is None else f"{station.backlog:,} waiting"
    oldest = f", oldest {ago(now - station.oldest_unsent_at)}" if station.oldest_unsent_at and station.backlog else ""
    return f"  {station.station_id:<12} {station.entries:,} entries  {heard}  {waiting}{oldest}  {station.set_aside:,} set aside"
