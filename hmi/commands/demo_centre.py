"""The demo's centre: founded where it is not, with an order left to work, and the station's own way into it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from hmi.clock import SystemClock, new_id
from hmi.commands.demo_plant import DemoFolderError, plant_document
from station_db.errors import MissingStoreError
from station_db.reader import Reader
from station_db.records.orders import JobState
from station_db.sync import founding, loading
from station_db.sync.centre import Centre

STATION = "ST-040"
FIRST_ORDER = 24117
PASSWORD_FILE = "centre-password"  # noqa: S105  a file's name
OVER = (JobState.ENDED, JobState.ABORTED)


@dataclass(frozen=True, slots=True)
class CentreAccess:
    """How the demo reaches its centre as its owner, and the `[centre]` table by which the station does."""

    url: str
    password: str
    station_table: Mapping[str, str]


def prepare_centre(folder: Path, url: str, password: str, units: int) -> CentreAccess:
    """Found it, load the plant and an order that is not finished. Raises `CentreError`, `DemoFolderError`."""
    url = url or f"sqlite:///{folder / 'centre.db'}"
    now = SystemClock().moment().wall
    founded = founding.init(url, [STATION], at=now, new_id=new_id, password=password)
    table = station_table(folder, url, founded.passwords)
    document = plant_document(units, f"WO-{FIRST_ORDER + finished_orders(folder / 'data')}")
    centre = Centre.connect(url, password)
    try:
        loading.load(centre, json.dumps(document), at=now)
    finally:
        centre.close()
    return CentreAccess(url, password, table)


def station_table(folder: Path, url: str, passwords: Mapping[str, str]) -> Mapping[str, str]:
    """`[centre]` of the station: on PostgreSQL its own role, with the password in a file only we may read."""
    if url.startswith("sqlite:"):
        return {"url": url}
    role = f"station_{STATION}"
    file = folder / PASSWORD_FILE
    if role in passwords:
        keep_secret(file, passwords[role])
    elif not file.exists():
        raise DemoFolderError(f"The centre knows {role} already and {file} is gone. Give the role a new password there.")
    parts = urlsplit(url)
    at_host = parts.netloc.rpartition("@")[2]
    return {"url": urlunsplit(parts._replace(netloc=f"{quote(role)}@{at_host}")), "password_file": PASSWORD_FILE}


def keep_secret(file: Path, secret: str) -> None:
    """Write a file that nobody else may read, from its first byte on."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as text:
        text.write(secret)


def finished_orders(data: Path) -> int:
    """How many orders this demo's station has behind it."""
    try:
        responses = Reader(data).resume().responses
    except MissingStoreError:
        return 0
    return sum(response.state in OVER for response in responses)
