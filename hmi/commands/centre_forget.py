"""`lineside centre forget`: a leaver's name, initials, badge and PIN leave the record; the id stays, and so does the chain."""

from __future__ import annotations

import argparse
import json
import os
from importlib.metadata import version
from pathlib import Path

from hmi.clock import SystemClock, new_id
from hmi.exits import Exit
from station_db.reader import Reader
from station_db.store import Store
from station_db.sync import forgetting
from station_db.sync.centre import Centre
from station_db.sync.forgetting import Leaver


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `forget`."""
    parser.add_argument("--person", required=True, metavar="ID", help="who has left; signed in nowhere")
    parser.add_argument("--reason", required=True, help="why, as it shall stand in the record")


def run(options: argparse.Namespace, password: str) -> int:
    """Redact at a centre, or at a station without one while it does not run."""
    leaver = Leaver(options.person, options.reason, os.environ.get("USER", "") or "planner")
    redacted = at_centre(options.url, password, leaver) if "://" in options.url else at_station(Path(options.url), leaver)
    if options.json:
        print(json.dumps({"person": leaver.person, "redacted": redacted}))
    else:
        print(f"{leaver.person}: {redacted} entries hold no personal data any more. Stations follow when they next hear the")
        print("centre; backups made before still hold them until they age out (`keep` x `every_min` of each station).")
    return Exit.DONE


def at_centre(url: str, password: str, leaver: Leaver) -> int:
    """For all stations of a centre."""
    centre = Centre.connect(url, password)
    try:
        centre.require_same_release()
        return forgetting.forget(centre, leaver, at=SystemClock().moment().wall, new_id=new_id)
    finally:
        centre.close()


def at_station(folder: Path, leaver: Leaver) -> int:
    """For one station that has no centre, while it does not run."""
    now = SystemClock().moment().wall
    reader = Reader(folder)
    feed = forgetting.feed_of(reader, leaver, at=now, new_id=new_id)
    store = Store.open(folder, reader.station_id, at=now, app_version=version("lineside"), new_id=new_id)
    try:
        store.apply_feed(feed, now)
    finally:
        store.close()
    return len(feed)
