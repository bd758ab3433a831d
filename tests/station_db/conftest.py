"""One PostgreSQL for all tests of the record and its sync."""

from collections.abc import Iterator

import pytest

from station_db.sync.founding import init
from tests.faults.postgres import Postgres, postgres
from tests.station_db.store.store_cases import START, counting_ids
from tests.station_db.sync.sync_cases import STATIONS


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups, also where only a folder was asked for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker starts one server for all; whichever test comes first waits for it, beside everything else that runs."""
    for item in items:
        if "station_db" in item.path.as_posix() and needs_server(item):
            item.add_marker(pytest.mark.timeout(20))
            item.add_marker(pytest.mark.xdist_group("postgresql"))


def needs_server(item: pytest.Item) -> bool:
    """By name, or as the kind of a centre."""
    asked = getattr(item, "fixturenames", ())
    return "server" in asked or ("centre_url" in asked and "postgresql" in item.name)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A real PostgreSQL with one founded centre to copy."""
    with postgres() as running:
        running.create("founded")
        init(running.url("founded"), STATIONS, at=START, new_id=counting_ids("centre"))
        yield running
