import sys

import pytest

from tests.faults.disk_in_memory import in_memory
from tests.faults.power_cut_work import FOLDER, careless, end_cleanly, history_of, look_at, migrate, record_shifts, same_disk
from tests.station_db.store.store_cases import at, cycle_changes, open_store
from tests.station_db.store.test_store_migration import to_first_schema

tmp_path = in_memory
pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files are told apart by /proc"),
    pytest.mark.timeout(90),  # dozens of images, each opened as a store and verified
]
RUNNING, SHARE, STARTING, MIGRATING, CARELESS = 150, 30, 25, 25, 20


@pytest.fixture(autouse=True)
def _same_disk():
    with same_disk():
        yield


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "disk"
    root.mkdir()
    return root


@pytest.mark.parametrize("seed", range(2024, 2024 + RUNNING // SHARE))
def test_what_was_saved_survives_a_power_cut_at_any_moment(root, tmp_path, seed, record_property):
    log = history_of(root, record_shifts)
    cuts = look_at(log, SHARE, tmp_path / "image", seed=seed, since=log.saved[0][0])
    assert cuts.faults == []
    record_property("power_cut_images", cuts.looked_at)
    assert cuts.looked_at == SHARE
    assert len(cuts.moments) > SHARE // 2


def test_a_power_cut_in_a_first_start_leaves_one_that_can_be_made_again(root, tmp_path, record_property):
    log = history_of(root, record_shifts)
    cuts = look_at(log, STARTING, tmp_path / "image", seed=2025, until=log.saved[0][0])
    assert cuts.faults == []
    record_property("power_cut_images", cuts.looked_at)
    assert cuts.looked_at == STARTING


def test_the_suite_looks_at_as_many_images_as_it_says():
    assert RUNNING + STARTING + MIGRATING == 200


def test_a_power_cut_in_a_migration_leaves_the_old_schema_or_the_new_one(root, tmp_path, record_property):
    store = open_store(root / FOLDER)
    for number in range(1, 6):
        store.commit([cycle_changes(number)], at(number))
    store.close()
    to_first_schema(root / FOLDER / "record.db")
    end_cleanly(root / FOLDER)
    log = history_of(root, migrate)
    saved = tuple(f"cycle-{number:06}" for number in range(1, 6))
    cuts = look_at(log, MIGRATING, tmp_path / "image", seed=2026, saved=saved)
    assert cuts.faults == []
    record_property("power_cut_images", cuts.looked_at)
    assert cuts.looked_at == MIGRATING


def test_without_waiting_for_the_disk_at_every_commit_these_images_lose_records(root, tmp_path, record_property):
    """The control run: proves that the images bite."""
    with careless():
        log = history_of(root, record_shifts)
    cuts = look_at(log, CARELESS, tmp_path / "image", seed=2024, since=log.saved[0][0])
    losing = [fault for fault in cuts.faults if "I1" in fault]
    record_property("careless_images_that_lose_records", f"{len(losing)} of {cuts.looked_at}")
    assert len(losing) > CARELESS // 2
