"""Whatever becomes of the line, and in whatever order: once it is well, both ends hold the same, each entry once."""

from collections.abc import Callable

import pytest

from tests.station_db.sync.schedule_line import Fault
from tests.station_db.sync.schedules import IN_A_ROW, run_rows, told_of

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
