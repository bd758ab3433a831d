"""A PostgreSQL centre on servers of its own: founded by a plain owner, kept and put back as the manual says, and failed over."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from station_db.store import Store
from station_db.sync.errors import CentreBusyError, CentreUnreachableError
from station_db.sync.founding import init
from tests.faults.postgres import BIN, Postgres, postgres
from tests.faults.postgres_replica import cut_off, replica
from tests.station_db.store.store_cases import START, counting_ids
from tests.station_db.sync.sync_cases import connected, journal_of, local_journal, push_all, record_cycles


@pytest.fixture(scope="module")
def fresh() -> Iterator[Postgres]:
    """A server that has never heard of Lineside, with an owner who is no superuser and one who keeps backups."""
    with postgres() as server, server.admin() as admin:
        admin.execute("CREATE ROLE plant_owner LOGIN CREATEROLE")
        admin.execute("CREATE ROLE keeper LOGIN BYPASSRLS IN ROLE pg_read_all_data")
        admin.execute("CREATE DATABASE plant OWNER plant_owner")
        yield server


def tool(server: Postgres, name: str, *words: object, user: str) -> subprocess.CompletedProcess[str]:
    """One of PostgreSQL's own programs."""
    command = [BIN / name, "--host", server.folder, "--username", user, *words]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


@pytest.mark.timeout(30)  # a server of its own
def test_a_centre_founded_by_a_plain_owner_is_kept_and_put_back_as_the_manual_says(
    fresh: Postgres, store: Store, tmp_path: Path
) -> None:
    folder, kept, owner = tmp_path / "station", tmp_path / "centre.dump", fresh.url("plant", "plant_owner")
    founded = init(owner, ["ST-040"], at=START, new_id=counting_ids())
    assert founded.passwords.keys() == {"lead", "planner", "station_ST-040"}
    record_cycles(store, 1, 3)
    with connected(fresh.url("plant", "station_ST-040")) as centre:
        push_all(folder, centre)
    refused = tool(fresh, "pg_dump", "--format=custom", "--file", kept, "plant", user="plant_owner")
    assert "affected by row-level security" in refused.stderr
    done = tool(fresh, "pg_dump", "--format=custom", "--file", kept, "plant", user="keeper")
    assert (done.returncode, done.stderr) == (0, "")
    record_cycles(store, 4, 6)
    with connected(fresh.url("plant", "station_ST-040")) as centre:
        push_all(folder, centre)
    with fresh.admin() as admin:
        admin.execute("CREATE DATABASE again OWNER plant_owner")
    words = ("--exit-on-error", "--single-transaction", "--dbname", "again", kept)
    assert tool(fresh, "pg_restore", *words, user="postgres").returncode == 0
    init(fresh.url("again", "plant_owner"), ["ST-040"], at=START, new_id=counting_ids("again"), restored=True)
    with connected(fresh.url("again", "station_ST-040")) as centre:
        assert push_all(folder, centre) == 3
        assert journal_of(centre) == local_journal(folder)


@pytest.mark.timeout(30)  # a second server that copies the first
def test_what_a_replica_had_not_heard_when_it_took_over_is_sent_again(fresh: Postgres, store: Store, tmp_path: Path) -> None:
    with fresh.admin() as admin:
        admin.execute("CREATE DATABASE followed")
    init(fresh.url("followed"), ["ST-040"], at=START, new_id=counting_ids())

    def send(number: int, url: str) -> int:
        record_cycles(store, number, number + 2)
        with connected(url) as centre:
            return push_all(tmp_path / "station", centre)

    with replica(fresh) as second:
        either = f"postgresql://station_ST-040@/followed?host={fresh.folder},{second.folder}&target_session_attrs=read-write"
        assert send(1, either) == 4
        with pytest.raises(CentreBusyError, match=r"standby, which only reads"):
            send(11, second.url("followed", "station_ST-040"))
        cut_off(second)
        assert send(21, either) == 6
        fresh.control("stop", "-m", "immediate")
        with pytest.raises(CentreUnreachableError):
            send(31, either)
        second.control("promote")
        assert send(41, either) >= 12
        with connected(either) as centre:
            assert journal_of(centre) == local_journal(tmp_path / "station")
    fresh.control("start")
