"""What can't work is said before the network is touched, with the key or the tag in the sentence."""

import asyncio
from contextlib import aclosing

import pytest
from liar import liar

from drivers.driver import CurveSetup, MachineSetupError
from drivers.modbus.driver import create
from drivers.reading import Batch, LinkUp, Samples
from drivers.tag import DataType

CURVE = CurveSetup("holding:100", 58, ("position", "force"), ("mm", "kN"), (0.01, 0.01))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"hots": "x"}, "option 'hots' is not an option of this driver"),
        ({"host": 5}, "option 'host' must be a text"),
        ({"host": ""}, "option 'host' must be a text"),
        ({"host": "10.0.0.1:502"}, "option 'host' must be a name or an address alone"),
        ({"host": "tcp://10.0.0.1"}, "option 'host' must be a name or an address alone"),
        ({"host": "[fe80::1]"}, "option 'host' must be a name or an address alone"),
        ({"port": 70000}, "option 'port' must be a whole number from 1 to 65535"),
        ({"unit": True}, "option 'unit' must be a whole number"),
        ({"connections": 0}, "option 'connections' must be"),
        ({"timeout_ms": "fast"}, "option 'timeout_ms' must be"),
        ({"max_registers": 126}, "option 'max_registers' must be"),
        ({"max_bits": 2001}, "option 'max_bits' must be"),
        ({"order": "ACDB"}, "option 'order' must be one of ABCD, CDAB, BADC, DCBA"),
        ({"first_address": 2}, "option 'first_address' must be a whole number from 0 to 1"),
    ],
)
def test_a_wrong_option_is_named(options, why, tag, setup):
    with pytest.raises(MachineSetupError, match=why):
        create(setup([tag("a", "holding:5")], **options))


@pytest.mark.parametrize("host", ["plc-7.plant.local", "192.168.0.10", "::1", "fe80::1%eth0", "2001:db8::ff00:42:8329", "PLC_7"])
def test_a_host_is_a_name_or_an_address(host, tag, setup):
    create(setup([tag("a", "holding:5")], host=host))


def test_a_missing_host_a_tag_without_period_and_a_device_without_tags_are_named(tag, setup):
    with pytest.raises(MachineSetupError, match="option 'host' is missing"):
        create(setup([tag("a", "holding:5")], host=None))
    with pytest.raises(MachineSetupError, match="its group 'fast' has no period") as caught:
        create(setup([tag("a", "holding:5", group="fast")]))
    assert caught.value.tag == "a"
    with pytest.raises(MachineSetupError, match="no tags"):
        create(setup([]))


@pytest.mark.parametrize(
    ("curve", "why"),
    [
        (CurveSetup("coil:0", 58, ("a",), ("mm",), (1.0,)), "must be holding or input registers"),
        (CurveSetup("nowhere", 58, ("a",), ("mm",), (1.0,)), "is not like"),
        (CurveSetup("holding:9", 33000, ("a", "b"), ("mm", "kN"), (1.0, 1.0)), "66008 registers would reach beyond"),
        (CurveSetup("holding:0", 58, ("a",), ("mm",), (1.0,), DataType.FLOAT64), "samples are int16, int32, float32"),
        (CurveSetup("holding:0", 58, ("a", "b"), ("mm",), (1.0, 1.0)), "one unit and one scale"),
    ],
)
def test_a_curve_that_cannot_be_read_is_named(curve, why, tag, setup):
    with pytest.raises(MachineSetupError, match=f"curve: .*{why}"):
        create(setup([tag("a", "holding:5")], curve=curve))


def test_samples_come_before_the_batch_that_was_read_before_them(tag, setup):
    async def scenario():
        async with liar() as machine:
            machine.registers = {100: 0, 101: 3, 102: 0, 103: 9, 104: 0, 105: 1, 106: 20, 107: 1, 110: 150, 111: 0xFFFF}
            driver = create(setup([tag("cycle", "holding:3")], port=machine.port, curve=CURVE))
            async with aclosing(driver.events()) as events:
                return [await anext(events) for _ in range(3)]

    up, samples, batch = asyncio.run(scenario())
    assert isinstance(up, LinkUp)
    assert isinstance(samples, Samples)
    assert isinstance(batch, Batch)
    assert batch.at < samples.at
    assert (samples.cycle, samples.first, samples.lost) == (9, 0, 0)
    assert samples.columns == ([1.5, 1.12], [-0.01, 1.13])
