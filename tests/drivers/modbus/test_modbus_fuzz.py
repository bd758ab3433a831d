"""5,000 replies made wrong at random, and no wrong value; `tests.faults.modbus_mutations` says what is claimed."""

import asyncio

import pytest

from tests.faults.modbus_frame_fuzz import FrameFuzz
from tests.faults.modbus_framing import Framing
from tests.faults.modbus_fuzz import fuzz

THROUGH_THE_DRIVER = 500
THROUGH_THE_FRAMING = 2000
SEED = 20_26

FRAMINGS = pytest.mark.parametrize("framing", Framing)


@FRAMINGS
@pytest.mark.timeout(20)
def test_no_wrong_reply_is_believed_by_the_driver(framing, record_property):
    tally = asyncio.run(fuzz(framing, THROUGH_THE_DRIVER, SEED))
    record_property("fuzzed", str(tally))
    assert not tally.wrong, str(tally)
    assert tally.frames == THROUGH_THE_DRIVER, str(tally)
    assert tally.told > 50, str(tally)
    assert tally.refused > THROUGH_THE_DRIVER // 2, str(tally)


@FRAMINGS
def test_no_wrong_reply_is_believed_by_the_framing(framing, record_property):
    tally = FrameFuzz(framing, SEED).run(THROUGH_THE_FRAMING)
    record_property("fuzzed", str(tally))
    assert not tally.wrong, str(tally)
    assert tally.frames == THROUGH_THE_FRAMING, str(tally)
    assert tally.told > 100, str(tally)
