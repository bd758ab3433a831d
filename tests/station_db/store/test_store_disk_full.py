import os
import shutil
import sqlite3
import subprocess
import sys
from collections import namedtuple
from contextlib import closing, contextmanager

import pytest

from station_db import connecting, reserve
from station_db.errors import CommitFailedError
from station_db.notices import DISK_ALMOST_FULL, DISK_FULL
from station_db.reserve import RESERVE_FILE
from station_db.signals import Frame, Layout
from tests.faults.disk_full import ROOM, fill, recorded
from tests.invariants import store_is_sound
from tests.station_db.store import store_worker
from tests.station_db.store.store_cases import at, cycle_changes, cycle_of, open_store, saying

PAGE = 4096
RESERVE = 400 * 1024
FRAME = Frame(1, Layout("press", ("force",), ("float64",)), at(1), 1, (1.5,))
Usage = namedtuple("Usage", "total used free")


@pytest.mark.timeout(30)  # twelve stores, filled to the brim
def test_a_database_that_may_not_grow_refuses_and_is_whole_and_goes_on_when_it_may(tmp_path, monkeypatch, record_property):
    """The first face: SQLite itself says FULL."""
    for pages in ROOM:
        folder = tmp_path / str(pages)
        open_store(folder).close()
        most = f"max_page_count={(folder / 'record.db').stat().st_size // PAGE + pages}"
        with monkeypatch.context() as patch:
            patch.setattr(connecting, "WRITER_PRAGMAS", (*connecting.WRITER_PRAGMAS, most))
            store = open_store(folder, prefix="full")
            saved = fill(store, cause="full")
            store.close()
        assert recorded(folder) == len(saved)
        store = open_store(folder, prefix="room")
        store.commit([saying(cycle_of(9001))], at(9001))
        store.close()
        store_is_sound(folder, [*saved, "cycle-009001"])
    record_property("disk_sizes", len(ROOM))
    assert len(ROOM) == 12


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the workers are forked")
@pytest.mark.timeout(20)  # workers are forked
def test_a_file_that_may_not_grow_refuses_and_is_whole(tmp_path):
    """The second face: the system refuses to write, which SQLite calls an I/O error."""
    end = store_worker.run(store_worker.record_with_little_room, tmp_path)
    assert "refused" in end.saved
    saved = [each for each in end.saved if each != "refused"]
    assert saved
    assert recorded(tmp_path) == len(saved)
    store_is_sound(tmp_path, saved)
    store = open_store(tmp_path, prefix="room")
    store.commit([cycle_changes(9001)], at(9001))
    store.close()
    store_is_sound(tmp_path, [*saved, "cycle-009001"])


@contextmanager
def _small_disk(folder, kilobytes):
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can't be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="only root mounts a small disk")
@pytest.mark.timeout(20)  # a disk is mounted and filled
def test_on_a_full_disk_records_go_into_the_reserve_and_signals_do_not(tmp_path):
    """The third face: a real disk without room."""
    disk = tmp_path / "disk"
    with _small_disk(disk, 4096):
        store = open_store(disk, reserve_bytes=RESERVE)
        (disk / "filler").write_bytes(bytes(shutil.disk_usage(disk).free - 200 * 1024))
        saved = []
        while not store._reserve.is_spent:
            store.commit([saying(cycle_of(len(saved) + 1))], at(len(saved) + 1))
            saved.append(f"cycle-{len(saved) + 1:06}")
        assert not (disk / RESERVE_FILE).exists()
        assert DISK_FULL in [notice.code for notice in store.notices]
        with pytest.raises(CommitFailedError, match="kept for records"):
            store.append_frames([FRAME])
        into_reserve = fill(store, first=len(saved) + 1, cause="full|disk I/O")
        assert len(into_reserve) >= 10
        (disk / "filler").unlink()
        store.checkpoint(at(0))
        assert (disk / RESERVE_FILE).stat().st_size == RESERVE
        assert DISK_FULL not in [notice.code for notice in store.notices]
        store.append_frames([FRAME])
        store.commit([saying(cycle_of(9001))], at(9001))
        store.close()
        assert recorded(disk) == len(saved) + len(into_reserve) + 1
        store_is_sound(disk, [*saved, *into_reserve, "cycle-009001"])


def test_a_disk_that_fills_up_is_said_with_numbers_as_long_as_it_does(tmp_path, monkeypatch):
    usage = Usage(1000 * 1024**2, 850 * 1024**2, 150 * 1024**2)
    monkeypatch.setattr(reserve.shutil, "disk_usage", lambda _: usage)
    store = open_store(tmp_path, reserve_bytes=RESERVE)
    assert [(notice.code, notice.args) for notice in store.notices] == [(DISK_ALMOST_FULL, ("85", "150"))]
    usage = Usage(1000 * 1024**2, 500 * 1024**2, 500 * 1024**2)
    store.checkpoint(at(0))
    assert store.notices == ()
    store.close()


def test_a_reserve_is_not_made_where_it_would_take_the_last_room(tmp_path, monkeypatch):
    monkeypatch.setattr(reserve.shutil, "disk_usage", lambda _: Usage(1000 * RESERVE, 990 * RESERVE, RESERVE))
    store = open_store(tmp_path, reserve_bytes=RESERVE)
    assert not (tmp_path / RESERVE_FILE).exists()
    store.close()


def test_an_error_that_is_not_for_want_of_room_leaves_the_reserve(tmp_path):
    store = open_store(tmp_path, reserve_bytes=RESERVE)
    with closing(sqlite3.connect(tmp_path / "record.db")) as record:
        record.execute("CREATE TRIGGER no BEFORE INSERT ON cycle BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(CommitFailedError):
        store.commit([saying(cycle_of(1))], at(1))
    assert (tmp_path / RESERVE_FILE).exists()
    store.close()
