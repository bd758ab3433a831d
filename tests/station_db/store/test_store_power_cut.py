import sys

import pytest

from tests.faults.power_cut_work import FOLDER, careless, history_of, look_at, migrate, record_shifts, same_disk
from tests.station_db.store.store_cases import at, cycle_changes, open_store
from tests.station_db.store.test_store_migration import to_first_schema

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files are told apart by /proc"),
    pytest.mark.timeout(60),  # hundreds of images, each opened as a store and verified
]
RUNNING, STARTING, MIGRATING, CARELESS = 150, 25, 25, 30


@pytest.fixture(autouse=True)
def _same_disk():
    with same_disk():
        yield


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "disk"
    root.mkdir()
    return root


def test_what_was_saved_survives_a_power_cut_at_any_moment(root, tmp_path, record_property):
    log = history_of(root, record_shifts)
    first_saved = log.saved[0][0]
    running = look_at(log, RUNNING, tmp_path / "image", seed=2024, since=first_saved)
    starting = look_at(log, STARTING, tmp_path / "image", seed=2025)
    assert running.faults + starting.faults == []
    images = running.looked_at + starting.looked_at
    record_property("power_cut_images", images)
    assert images == RUNNING + STARTING
    assert len(running.moments) > RUNNING // 2


def test_a_power_cut_in_a_migration_leaves_the_old_schema_or_the_new_one(root, tmp_path, record_property):
    store = open_store(root / FOLDER)
    for number in range(1, 6):
        store.commit([cycle_changes(number)], at(number))
    store.close()
    to_first_schema(root / FOLDER / "record.db")
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
