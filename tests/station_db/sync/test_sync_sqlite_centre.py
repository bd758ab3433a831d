"""A SQLite centre for one host: many stations at once, locks, a kill in the middle, and places where it must not be."""

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from station_db.records.base import CENTRE
from station_db.sync import dialling, network_share
from station_db.sync.centre import Centre
from station_db.sync.errors import (
    CentreBusyError,
    CentreFullError,
    CentreOnShareError,
    CentreReadOnlyError,
    CentreUnreachableError,
    NotInitialisedError,
    TransientCentreError,
)
from station_db.sync.founding import init
from station_db.verify import verify_origin
from tests.station_db.store.store_cases import START, counting_ids, open_store
from tests.station_db.sync.sync_cases import connected, journal_of, local_journal, push_all, record_cycles

STATIONS = tuple(f"ST-{number:03}" for number in range(1, 9))
CYCLES, AT_ONCE = 30, 5

needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="the other stations are made by fork, which is fastest")


@pytest.fixture
def cell(tmp_path: Path) -> str:
    """A centre of eight stations; each has its store beside it with something to send."""
    url = f"sqlite:///{tmp_path / 'cell.db'}"
    init(url, STATIONS, at=START, new_id=counting_ids("centre"))
    for station in STATIONS:
        (tmp_path / station).mkdir()
        store = open_store(tmp_path / station, station=station)
        record_cycles(store, 1, CYCLES)
        store.close()
    return url


def in_a_process(work: Callable[[], None]) -> int:
    """Start a station of its own; its process ends with 0 where the work was done."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:  # a child must not return into pytest
        os._exit(1)
    os._exit(0)


def send_all(url: str, folder: Path) -> None:
    """As an uplink does: what is busy is tried again, anything else is a mistake."""
    while True:
        try:
            with connected(url) as centre:
                push_all(folder, centre, limit=AT_ONCE)
                return
        except CentreBusyError:
            continue


@needs_fork
@pytest.mark.timeout(30)  # eight processes on two cores, each write on the disk
def test_eight_stations_at_once_are_all_heard_and_only_ever_told_to_wait(cell: str, tmp_path: Path) -> None:
    children = [in_a_process(lambda folder=tmp_path / station: send_all(cell, folder)) for station in STATIONS]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * len(STATIONS)
    with connected(cell) as centre:
        for station in STATIONS:
            assert journal_of(centre, station) == local_journal(tmp_path / station)
            with centre.reading() as connection:
                assert verify_origin(connection, station, is_whole=True).problems == []


@needs_fork
@pytest.mark.timeout(30)  # the same
def test_a_station_killed_while_it_writes_leaves_a_journal_that_the_next_one_rolls_back(cell: str, tmp_path: Path) -> None:
    """Its half of a transaction lies in the file already, with more pages than its memory may hold."""
    path = tmp_path / "cell.db"

    def half_a_transaction() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            for statement in ("PRAGMA cache_size=1", "PRAGMA cache_spill=1", "BEGIN IMMEDIATE"):
                writer.execute(statement).fetchall()
            writer.execute("UPDATE station SET app_version = 'half'")
            for number in range(400):
                writer.execute("INSERT INTO set_aside VALUES ('ST-001', 'e', ?, 'x', ?, 1, NULL)", (number, "y" * 900))
            os.kill(os.getpid(), signal.SIGKILL)

    killed = in_a_process(half_a_transaction)
    assert os.waitpid(killed, 0)[1] == signal.SIGKILL
    hot = path.with_name("cell.db-journal")
    assert hot.stat().st_size > 0
    with connected(cell) as centre:
        assert journal_of(centre, "ST-001") == []
        push_all(tmp_path / "ST-001", centre)
        assert journal_of(centre, "ST-001") == local_journal(tmp_path / "ST-001")
        with centre.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM set_aside").scalar() == 0
            assert connection.exec_driver_sql("SELECT count(*) FROM station WHERE app_version = 'half'").scalar() == 0
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert not hot.exists()


def test_who_finds_it_locked_is_told_to_wait_and_goes_on_when_it_is_free(
    cell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialling, "SQLITE_BUSY_S", 0.05)
    with closing(sqlite3.connect(tmp_path / "cell.db", isolation_level=None)) as other, connected(cell) as centre:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        with pytest.raises(CentreBusyError):
            push_all(tmp_path / "ST-001", centre)
        assert time.monotonic() - began < 2
        other.execute("COMMIT")
        push_all(tmp_path / "ST-001", centre)
        assert journal_of(centre, "ST-001") == local_journal(tmp_path / "ST-001")


def test_a_file_that_may_not_be_written_and_a_disk_that_is_full_are_told_apart(cell: str, tmp_path: Path) -> None:
    for pragma, wanted in (("query_only = 1", CentreReadOnlyError), ("max_page_count = 1", CentreFullError)):
        with connected(cell) as centre:
            with centre.reading() as connection:
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            with pytest.raises(wanted) as error:
                push_all(tmp_path / "ST-002", centre)
            assert error.value.remedy in str(error.value)
            assert isinstance(error.value, TransientCentreError) == (wanted is CentreFullError)
    with connected(cell) as centre:
        push_all(tmp_path / "ST-002", centre)
        assert journal_of(centre, "ST-002") == local_journal(tmp_path / "ST-002")


def test_a_folder_in_the_place_of_the_file_and_a_path_below_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(CentreUnreachableError):
        Centre.connect(f"sqlite:///{tmp_path / 'folder.db'}")
    with pytest.raises(CentreUnreachableError):
        Centre.connect(f"sqlite:///{tmp_path / 'file' / 'centre.db'}")
    with pytest.raises(NotInitialisedError):
        Centre.connect(f"sqlite:///{tmp_path / 'other.db'}")


MOUNTS = r"""22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/plant rw - nfs4 server:/plant rw
31 22 0:41 / /mnt/office rw shared:5 - cifs //server/office rw
32 22 0:42 / /home/anna/far\040away rw - fuse.sshfs anna@server: rw
33 30 8:2 / /mnt/plant/local rw - xfs /dev/sdb rw
34 22 0:43 / /secret rw - fuse.gocryptfs /crypt rw
35 22 0:44 / /over rw - ext4 /dev/sdc rw
36 22 0:45 / /over rw - smb3 //server/over rw
"""


@pytest.mark.parametrize(
    ("folder", "share"),
    [
        ("/data", None),
        ("/mnt/plant", "nfs4"),
        ("/mnt/plant/deep/er", "nfs4"),
        ("/mnt/plants", None),
        ("/mnt/plant/local/centre", None),
        ("/mnt/office", "cifs"),
        ("/home/anna/far away", "fuse.sshfs"),
        ("/secret", None),
        ("/over", "smb3"),
    ],
)
def test_a_share_is_known_by_its_mount(folder: str, share: str | None) -> None:
    assert network_share.in_mounts(MOUNTS, Path(folder)) == share


def test_a_centre_on_a_share_is_refused_with_the_reason_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"{MOUNTS}40 22 0:50 / {tmp_path.resolve()} rw - cifs //server/plant rw\n")
    monkeypatch.setattr(network_share, "MOUNTS", mounts)
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    with pytest.raises(CentreOnShareError, match=r"network share \(cifs\).*use PostgreSQL"):
        init(url, STATIONS, at=START, new_id=counting_ids())
    (tmp_path / "centre.db").touch()
    with pytest.raises(CentreOnShareError):
        Centre.connect(url)
    assert (tmp_path / "centre.db").stat().st_size == 0


def test_where_nobody_can_tell_a_disk_of_this_computer_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_share, "MOUNTS", tmp_path / "gone")
    assert network_share.of(tmp_path) is None
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    init(url, STATIONS, at=START, new_id=counting_ids())
    with connected(url) as centre:
        assert len(journal_of(centre, CENTRE)) == 1
