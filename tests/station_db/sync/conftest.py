"""One PostgreSQL for all tests of the sync, one copied database a test; and a SQLite centre where it needs no rights."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from station_db.store import Store
from station_db.sync.founding import init
from tests.faults.postgres import Postgres, postgres
from tests.station_db.store.store_cases import START, counting_ids, open_store
from tests.station_db.sync.sync_cases import STATIONS, founded_sqlite


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first waits for the server to start, beside everything else that runs."""
    for item in items:
        if "station_db/sync" in item.path.as_posix() and "server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(20))


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A real PostgreSQL with one founded centre to copy."""
    with postgres() as running:
        running.create("founded")
        init(running.url("founded"), STATIONS, at=START, new_id=counting_ids("centre"))
        yield running


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
