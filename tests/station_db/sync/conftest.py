"""One copied database a test; and a SQLite centre where it needs no rights."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from station_db.store import Store
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import open_store
from tests.station_db.sync.sync_cases import founded_sqlite

_numbers = itertools.count(1)


@pytest.fixture
def plant(server: Postgres) -> Iterator[str]:
    """The name of a database that is a founded centre, of this test alone."""
    name = f"plant{next(_numbers)}"
    server.create(name, template="founded")
    yield name
    server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A founded SQLite centre."""
    return founded_sqlite(tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def centre_url(request: pytest.FixtureRequest) -> str:
    """A founded centre of either kind, as the station ST-040 reaches it."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server: Postgres = request.getfixturevalue("server")
    return server.url(request.getfixturevalue("plant"), "station_ST-040")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store of ST-040."""
    folder = tmp_path / "station"
    folder.mkdir()
    opened = open_store(folder)
    yield opened
    opened.close()
