"""2,000 random histories of machine and recorder against an oracle that knows every part (RELIABILITY A3-13, I4)."""

import pytest

from tests.hmi.station.counter_oracle import live

SEED = 20_260_921


@pytest.mark.timeout(20)  # 250 histories each, on two cores that others use too
@pytest.mark.parametrize("part", range(8))
def test_parts_are_counted_once_or_left_open_by_a_gap_in_every_history(part):
    lives = [live(SEED + part * 250 + number) for number in range(250)]
    assert sum(one.twin.made for one in lives) > 10_000


@pytest.mark.parametrize("seed", [40_070_574])
def test_histories_that_once_lost_a_part_no_longer_do(seed):
    """Found by the long run: a restart while counters that contradicted each other were waited for."""
    live(seed)
