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
from hmi.commands import centre_forget, centre_request, centre_status
from hmi.commands.secrets import password_of
from hmi.exits import Exit
from station_db.errors import StoreError
from station_db.reader import Reader
from station_db.records.equipment import EpochOpened
from station_db.store import Store
from station_db.sync import founding, loading, logins
from station_db.sync.centre import Centre
from station_db.sync.dialling import remarks
from station_db.sync.documents import DocumentError
from station_db.sync.errors import CentreError
from station_db.sync.loading import Loaded
from station_db.sync.rights import role_of

PLACES = "sqlite:///centre.db, postgresql://user@host/database; for load also the data folder of a station without a centre"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `centre`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="init|load|status|request|requests|forget")
    init = actions.add_parser("init", help="create or migrate the centre, register stations; may be run again")
    init.add_argument("--station", action="append", default=[], metavar="ID", help="a station to register; may be given often")
    init.add_argument("--restored", action="store_true", help="the centre was put back from a backup: open a new epoch")
    init.add_argument("--new-password", action="append", default=[], metavar="ID", help="another password for a station")
    init.add_argument("--remove-station", action="append", default=[], metavar="ID", help="let it in no more; its records stay")
    load = actions.add_parser("load", help="load orders and master data from JSON: all of it or nothing")
    status_of = actions.add_parser("status", help="each station's watermark, age and backlog; exit 1 if one needs somebody")
    centre_status.arguments(status_of)
    request = actions.add_parser("request", help="ask a station to pause or go on with an order, or to settle a count")
    requests = actions.add_parser("requests", help="how each request stands; with --subjects what can be asked for")
    centre_request.arguments(request, requests)
    leaver = actions.add_parser("forget", help="take a leaver's personal data out of every entry, at the centre and all stations")
    centre_forget.arguments(leaver)
    for action in (init, load, status_of, request, requests, leaver):
        action.add_argument(
            "url", metavar="URL", help="sqlite:///centre.db, postgresql://user@host/database; load and forget also: a data folder"
        )
        action.add_argument("--password-file", type=Path, metavar="FILE", help="the password (else LINESIDE_PASSWORD)")
        action.add_argument("--json", action="store_true", help="print what was done or found as JSON")
    load.add_argument("document", type=Path, metavar="FILE.json")


def run(options: argparse.Namespace) -> int:
    """Do one action; a centre that can't be used is a sentence and exit code 4."""
    try:
        password = password_of(options.password_file, os.environ)
        return ACTIONS[options.action](options, password)
    except (CentreError, StoreError, OSError) as error:
        print(f"lineside centre {options.action}: {error}", file=sys.stderr)
        return Exit.ABSENT


def init(options: argparse.Namespace, password: str) -> int:
    """Create or migrate; a new role's password is printed this once."""
    now = SystemClock().moment().wall
    # First what may be refused: a password that was made and then not printed would be lost.
    for station in options.remove_station:
        logins.remove(options.url, station, password=password)
    renewed = {role_of(station): logins.renew(options.url, station, password=password) for station in options.new_password}
    founded = founding.init(options.url, options.station, at=now, new_id=new_id, password=password, restored=options.restored)
    secrets = {**founded.passwords, **renewed}
    for remark in remarks(options.url):
        print(f"lineside centre init: {remark}.", file=sys.stderr)
    if options.json:
        print(json.dumps({"stations": founded.stations, "passwords": secrets, "removed": options.remove_station}))
        return Exit.DONE
    print(f"The centre is ready. New stations: {', '.join(founded.stations) or 'none'}.")
    for station in options.remove_station:
        print(f"  {station} is let in no more; its records stay.")
    for role, secret in secrets.items():
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
        centre.require_same_release()
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


ACTIONS = {
    "init": init,
    "load": load,
    "status": centre_status.show,
    "forget": centre_forget.run,
    "request": centre_request.send,
    "requests": centre_request.show,
}
