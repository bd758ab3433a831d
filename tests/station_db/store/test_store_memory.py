import os
import pkgutil

import pytest

from station_db.errors import CommitFailedError
from tests.faults.disk_in_memory import in_memory
from tests.invariants import store_is_sound
from tests.station_db.store import store_worker
from tests.station_db.store.store_cases import at, cycle_changes, open_store

tmp_path = in_memory
INJECTED = (
    "station_db.journal.entry_hash",
    "station_db.journal.to_payload",
    "station_db.projection.row_of",
    "station_db.writing.write_rows",
)
AT_CALLS = range(1, 8)
STEPS_KB = (0, 256, 512, 1024, 2048, 4096)


@pytest.mark.timeout(20)  # twenty-eight stores
@pytest.mark.parametrize("place", INJECTED)
def test_memory_that_runs_out_in_a_commit_is_a_refusal_and_leaves_nothing_half_there(tmp_path, monkeypatch, place):
    """Each of these is passed once a record; the batch has more of them than can be made."""
    for call in AT_CALLS:
        store = open_store(tmp_path / str(call))
        with monkeypatch.context() as patch:
            patch.setattr(place, _running_out(place, call))
            with pytest.raises(CommitFailedError):
                _record(store, len(AT_CALLS) + 1)
        number = store.position.seq
        store.commit([cycle_changes(number)], at(number))
        store.close()
        store_is_sound(tmp_path / str(call), [f"cycle-{each:06}" for each in range(1, number + 1)])


def _record(store, cycles):
    for number in range(1, cycles + 1):
        store.commit([cycle_changes(number)], at(number))


def _running_out(place, call):
    original, calls = pkgutil.resolve_name(place), [0]

    def work(*given, **named):
        calls[0] += 1
        if calls[0] == call:
            raise MemoryError
        return original(*given, **named)

    return work


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the workers are forked")
@pytest.mark.timeout(30)  # half a dozen workers
def test_a_worker_that_gets_no_more_memory_loses_nothing_it_said(tmp_path, record_property):
    refused = 0
    for step in STEPS_KB:
        folder = tmp_path / str(step)
        open_store(folder).close()
        end = store_worker.run(store_worker.record_with_little_memory(step), folder)
        saved = [each for each in end.saved if each != "refused"]
        refused += "refused" in end.saved
        store = open_store(folder, prefix="again")
        store.close()
        store_is_sound(folder, saved)
    record_property("workers_that_ran_out_of_memory", refused)
    assert refused >= 1
