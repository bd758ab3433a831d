"""What the sync's tests say often."""

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

from sqlalchemy import select

from station_db.reader import Reader
from station_db.store import Store
from station_db.sync.centre import Centre
from station_db.sync.founding import init
from station_db.sync.up import push
from station_db.tables import JOURNAL
from tests.station_db.store.store_cases import START, at, counting_ids, cycle_of, saying

PLANT = (resources.files("resources") / "demo" / "plant.json").read_text(encoding="utf-8")
STATIONS = ("ST-040", "ST-050")


@cache
def _founded() -> bytes:
    """The file of a founded centre: founding one for each test would take its time."""
    with tempfile.TemporaryDirectory() as made:
        init(f"sqlite:///{made}/centre.db", STATIONS, at=START, new_id=counting_ids("centre"))
        return (Path(made) / "centre.db").read_bytes()


def founded_sqlite(folder: Path) -> str:
    """The address of a SQLite centre in a folder."""
    (folder / "centre.db").write_bytes(_founded())
    return f"sqlite:///{folder / 'centre.db'}"


@contextmanager
def connected(url: str, **options: object) -> Iterator[Centre]:
    """A centre for the length of the block."""
    centre = Centre.connect(url, **options)
    try:
        yield centre
    finally:
        centre.close()


def record_cycles(store: Store, first: int, last: int) -> None:
    """Commit cycles by their numbers."""
    store.commit([saying(cycle_of(number)) for number in range(first, last + 1)], START)


def push_all(folder: Path, centre: Centre, limit: int = 500) -> int:
    """Push until nothing is unsent; how many entries went."""
    reader, sent = Reader(folder), 0
    while count := push(reader, centre, at=at(1), limit=limit).entries:
        sent += count
    return sent


def journal_of(centre: Centre, station: str = "ST-040") -> list[tuple[str, int, str]]:
    """Epoch, number and hash of every entry the centre has of a station."""
    with centre.reading() as connection:
        wanted = select(JOURNAL.c.epoch, JOURNAL.c.seq, JOURNAL.c.hash).where(JOURNAL.c.station_id == station)
        return [tuple(row) for row in connection.execute(wanted.order_by(JOURNAL.c.epoch, JOURNAL.c.seq))]


def local_journal(folder: Path) -> list[tuple[str, int, str]]:
    """The same of the station's own."""
    reader = Reader(folder)
    entries = (entry for tip in reader.epochs() for entry in reader.journal_after(tip.position.epoch, 0, 100_000))
    return sorted((entry.epoch, entry.seq, entry.hash) for entry in entries)


def document(**parts: object) -> str:
    """A load document."""
    return json.dumps(parts, indent=1)


def without_pins(text: str) -> str:
    """A load document whose PINs need no slow hashing."""
    return re.sub(r', "pin": "[0-9]+"', "", text)
