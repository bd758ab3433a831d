"""Whatever becomes of the line, and in whatever order: once it is well, both ends hold the same, each entry once."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from station_db.reader import Reader
from station_db.store import Store
from station_db.sync.centre import Centre
from station_db.sync.errors import TransientCentreError
from station_db.sync.lanes import push_signals
from station_db.sync.up import balance, push
from tests.faults.postgres import Postgres
from tests.faults.proxy import Mode, Proxy, proxy
from tests.station_db.store.store_cases import at, cycle_changes
from tests.station_db.sync.schedule_line import Fault
from tests.station_db.sync.schedules import IN_A_ROW, run_rows, told_of
from tests.station_db.sync.sync_cases import connected, journal_of, local_journal

RUNS, ROWS = 8, 10
"""400 schedules in all."""
REPLAYED: tuple[int, ...] = ()
"""Seeds that failed once; first for ever."""


@pytest.mark.parametrize("run", range(RUNS))
@pytest.mark.timeout(60)  # 50 schedules
def test_after_any_schedule_of_faults_each_entry_is_there_once(run: int, record_property: Callable[[str, object], None]) -> None:
    told = run_rows(range(run * ROWS, (run + 1) * ROWS))
    record_property("network_schedules", told.schedules)
    print(told_of(told))
    assert told.schedules == ROWS * IN_A_ROW
    assert set(told.faults) == set(Fault) - {Fault.NONE}
    assert told.entries > 5 * ROWS * IN_A_ROW
    assert RUNS * ROWS * IN_A_ROW >= 400


def test_what_failed_once_stays_well() -> None:
    for seed in REPLAYED:
        run_rows(range(seed, seed + 1))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.timeout(30)  # a server that never answers is given up after its deadline, several times
def test_the_same_holds_on_a_real_line_to_a_real_server(
    server: Postgres, plant: str, store: Store, tmp_path: Path, seed: int
) -> None:
    dice, folder = random.Random(seed), tmp_path / "station"
    with proxy(server.socket, delay_s=0.01) as line:
        for number in range(6):
            store.commit([cycle_changes(number * 3 + each) for each in range(dice.randint(0, 3))], at(number))
            line.set_mode(dice.choice([Mode.CUT, Mode.SLOW, Mode.PASS]))
            send_until_it_breaks(folder, server.url(plant, "station_ST-040", port=line.port), line, dice)
    with connected(server.url(plant, "station_ST-040")) as centre:
        reader = Reader(folder)
        while push(reader, centre, at=at(99)).entries or push_signals(reader, centre, at=at(99)):
            pass
        assert journal_of(centre) == local_journal(folder)
        assert balance(reader, centre).sent == store.position.seq


def send_until_it_breaks(folder: Path, url: str, line: Proxy, dice: random.Random) -> None:
    """Connect and send; the line may become well, or worse, in the middle of it."""
    try:
        centre = Centre.connect(url, step_s=0.3)
    except TransientCentreError:
        line.set_mode(Mode.PASS)
        return
    try:
        push(Reader(folder), centre, at=at(1), limit=2)
        line.set_mode(dice.choice([Mode.CUT, Mode.DEAF, Mode.HALF_OPEN]))
        push(Reader(folder), centre, at=at(1), limit=2)
    except TransientCentreError:
        pass
    finally:
        line.set_mode(Mode.PASS)
        centre.close()
