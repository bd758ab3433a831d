import os
import random
import signal
import subprocess
import sys

import pytest

from station_db.crashpoints import CRASHPOINTS, VARIABLE, crashpoint
from station_db.reader import Reader
from station_db.store import Store
from tests.invariants import store_is_sound
from tests.station_db.store import store_worker
from tests.station_db.store.store_cases import (
    MACHINE_ID,
    START,
    STATION,
    at,
    counting_ids,
    cycle_changes,
    feed_of,
    open_store,
    person,
)
from tests.station_db.store.test_store_migration import MIGRATION_POINTS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the workers are forked")
FIRST_START = ("during_create", "during_migration", "before_swap", "after_swap", "after_epoch")
COMMITTING = (
    "before_curves",
    "after_curves",
    "after_journal",
    "after_projection",
    "before_commit",
    "after_commit",
    "during_checkpoint",
)
FEEDING = ("after_feed_rows", "after_feed_cursor", "after_feed_commit")
CLOSING = ("before_close",)
KILLS = 8


@pytest.mark.timeout(20)
def test_what_was_saved_survives_kills_at_random_instants(tmp_path):
    chance = random.Random(2024)
    saved: list[str] = []
    for _ in range(KILLS):
        end = store_worker.run(store_worker.record, tmp_path, kill_after=chance.randint(1, 12), delay_s=chance.uniform(0, 0.012))
        assert end.was_killed
        saved += end.saved
        store_is_sound(tmp_path, saved)
    assert len(Reader(tmp_path).epochs()) == 1
    assert len(saved) == len(set(saved))


@pytest.mark.parametrize("point", COMMITTING)
def test_what_was_saved_survives_a_death_while_committing(tmp_path, point):
    end = store_worker.run(store_worker.record, tmp_path, crash=f"{point}:2")
    assert end.was_killed
    store_is_sound(tmp_path, end.saved)
    again = store_worker.run(store_worker.record, tmp_path, kill_after=2)
    store_is_sound(tmp_path, end.saved + again.saved)


@pytest.mark.parametrize("point", FIRST_START)
def test_a_first_start_that_died_is_simply_done_again(tmp_path, point):
    def start(folder, tell):
        Store.open(folder, STATION, at=START, app_version="1.0", new_id=counting_ids("first"), machine=MACHINE_ID)

    assert store_worker.run(start, tmp_path / "new", crash=point).was_killed
    store = Store.open(tmp_path / "new", STATION, at=START, app_version="1.0", new_id=counting_ids("next"), machine=MACHINE_ID)
    store.commit([cycle_changes(1)], at(1))
    store.close()
    store_is_sound(tmp_path / "new", ["cycle-000001"])


@pytest.mark.parametrize("point", FEEDING)
def test_a_feed_is_applied_whole_or_not_and_never_twice(tmp_path, point):
    assert store_worker.run(store_worker.take_feed, tmp_path, crash=point).was_killed
    is_applied = point == "after_feed_commit"
    assert len(Reader(tmp_path).resume().people) == (3 if is_applied else 0)
    store = open_store(tmp_path, prefix="next")
    brought = store.apply_feed(feed_of([person(number) for number in (1, 2, 3)]), at(2))
    store.close()
    assert len(brought) == (0 if is_applied else 3)
    assert len(Reader(tmp_path).resume().people) == 3
    store_is_sound(tmp_path)


def test_a_death_before_closing_loses_nothing(tmp_path):
    def start_and_end(folder, tell):
        store = open_store(folder)
        store.commit([cycle_changes(1)], at(1))
        tell("cycle-000001")
        store.close()

    end = store_worker.run(start_and_end, tmp_path, crash="before_close")
    assert end.was_killed
    store_is_sound(tmp_path, end.saved)


def test_the_variable_kills_a_real_process(tmp_path):
    environment = {**os.environ, VARIABLE: "after_commit:3"}
    worker = subprocess.run(
        [sys.executable, "-m", store_worker.__name__, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
    )
    assert worker.returncode == -signal.SIGKILL, worker.stderr
    assert worker.stdout.split() == ["cycle-000001", "cycle-000002"]
    store_is_sound(tmp_path, worker.stdout.split())


def test_every_crash_point_was_died_at():
    assert set(CRASHPOINTS) == {*FIRST_START, *COMMITTING, *FEEDING, *CLOSING, *MIGRATION_POINTS}


def test_a_crash_point_must_have_a_name_we_know():
    with pytest.raises(ValueError, match="no crash point"):
        crashpoint("somewhere")
