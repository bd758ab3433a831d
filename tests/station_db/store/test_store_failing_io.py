import itertools
import sys

import pytest

from station_db.errors import CommitFailedError
from station_db.store import Store
from tests.faults.disk_in_memory import in_memory
from tests.faults.io_failing import endure
from tests.faults.io_faults import FailingDisk, Failure
from tests.faults.power_cut import logged
from tests.faults.power_cut_work import FOLDER, same_disk
from tests.station_db.store.store_cases import at, cycle_changes, cycle_of, open_store, saying

tmp_path = in_memory
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files are told apart by /proc")
CALLS, SHARE = 150, 30
"""Each of the first so many calls fails once; which way, and for how long, takes turns."""
WAYS = list(itertools.product(Failure, (False, True)))


@pytest.fixture(autouse=True)
def _same_disk():
    with same_disk():
        yield


@pytest.mark.timeout(90)  # thirty stations, each with a power cut at its end
@pytest.mark.parametrize("first", range(1, CALLS + 1, SHARE))
def test_no_failing_call_to_the_disk_loses_or_halves_anything(tmp_path, record_property, first):
    outcomes = [_endure(tmp_path / str(n), n) for n in range(first, first + SHARE)]
    record_property("failing_calls", sum(outcome.failed > 0 for outcome in outcomes))
    assert all(outcome.failed for outcome in outcomes)
    assert len(outcomes) == SHARE
    assert first == 1 or sum(outcome.refused > 0 for outcome in outcomes) > SHARE // 2


def _endure(place, n):
    """The Nth call fails, or for what is called more rarely one as far on."""
    failure, lasts = WAYS[n % len(WAYS)]
    return endure(place, failure, 1 + n // 4 if failure is Failure.FSYNC else n, lasts=lasts)


def _disk(disks):
    def make(log):
        disks.append(FailingDisk(log, Failure.FSYNC, 10**9, lasts=False))
        return disks[0]

    return make


def test_what_was_saved_is_looked_for_in_the_file_after_a_failure(tmp_path, monkeypatch):
    """A disk that forgot: the station refuses to go on rather than record on top of a hole."""
    root = tmp_path / "disk"
    root.mkdir()
    open_store(root / FOLDER).close()
    disks = []
    with logged(root, _disk(disks)):
        store: Store = open_store(root / FOLDER, prefix="on")
        store.commit([cycle_changes(1)], at(1))
        disks[0].at = disks[0].asked + 1
        with pytest.raises(CommitFailedError, match="fsync"):
            store.commit([saying(cycle_of(2))], at(2))
        monkeypatch.setattr("station_db.record_file.journal.entries_after", lambda *_: ())
        with pytest.raises(CommitFailedError, match="lost entry 2, which was saved"):
            store.commit([saying(cycle_of(2))], at(2))
        monkeypatch.undo()
        store.commit([saying(cycle_of(2))], at(2))
        store.close()
