"""What an engineer may write of a Modbus device, over a real socket: each key has its effect on what is told and written."""

import asyncio
from contextlib import aclosing

from liar import liar

from drivers.driver import CurveSetup
from drivers.modbus.driver import create
from drivers.reading import Batch, Quality, Samples
from drivers.tag import DataType, Role, Tag


def told(setup, machine, tags, kind=Batch, **more):
    """Return the first event of a kind."""

    async def scenario():
        async with liar() as device:
            machine(device)
            driver = create(setup(tags, port=device.port, **more))
            async with aclosing(driver.events()) as events:
                async for event in events:
                    if isinstance(event, kind):
                        await driver.close()
                        return event

    return asyncio.run(scenario())


def values(setup, registers, tags, **more):
    batch = told(setup, lambda device: device.registers.update(registers), tags, **more)
    return dict(zip(batch.tags, batch.values, strict=True))


def test_addresses_of_all_kinds_are_read_where_they_stand(tag, setup):
    tags = [
        tag("plain", "holding:7"),
        tag("modicon", "40007"),
        tag("long_modicon", "300007"),
        tag("element", "holding:101[3]", "uint32"),
        tag("coil", "coil:2", "bool"),
        tag("bit", "holding:3.1", "bool"),
    ]
    right = {"plain": 6, "modicon": 6, "long_modicon": 6, "element": 106 << 16 | 107, "coil": True, "bit": True}
    assert values(setup, {}, tags, first_address=1) == right
    assert values(setup, {}, [tag("plain", "holding:7"), tag("modicon", "40007")]) == {"plain": 7, "modicon": 6}


def test_a_device_has_an_order_and_a_tag_may_have_another(tag, setup):
    tags = [tag("low_first", "holding:5", "uint32"), tag("high_first", "holding:5", "uint32", options={"order": "ABCD"})]
    assert values(setup, {}, tags, order="CDAB") == {"low_first": 6 << 16 | 5, "high_first": 5 << 16 | 6}


def test_digits_and_texts_are_read_and_wrong_ones_are_bad(tag, setup):
    registers = {10: 0x1234, 11: 0x12A4, 20: 0x4F69, 21: 0x6CF6, 22: 0x0000, 30: 0xFFFE}
    tags = [
        tag("digits", "holding:10", "bcd16", scale=0.1),
        tag("no_digits", "holding:11", "bcd16"),
        tag("text", "holding:20", "string", options={"length": 6, "encoding": "cp1252"}),
        tag("no_text", "holding:30", "string", options={"length": 2, "encoding": "utf-8"}),
    ]
    batch = told(setup, lambda device: device.registers.update(registers), tags)
    found = dict(zip(batch.tags, zip(batch.values, batch.qualities, strict=True), strict=True))
    assert found == {
        "digits": (123.4, Quality.GOOD),
        "no_digits": (None, Quality.BAD),
        "text": ("Oilö", Quality.GOOD),
        "no_text": (None, Quality.BAD),
    }


def test_a_value_outside_of_its_span_is_bad(tag, setup):
    tags = [tag("broken_wire", "holding:500", span=(0.0, 400.0)), tag("pressure", "holding:300", span=(0.0, 400.0))]
    batch = told(setup, lambda device: None, tags)
    assert dict(zip(batch.tags, batch.qualities, strict=True)) == {"broken_wire": Quality.BAD, "pressure": Quality.GOOD}


def test_a_text_and_a_long_number_are_written_in_one_piece(setup):
    order = Tag("order", "holding:20", DataType.STRING, Role.SETPOINT, writable=True, options={"length": 6})
    target = Tag("target", "holding:30", DataType.UINT32, Role.SETPOINT, writable=True)

    async def scenario():
        async with liar() as device:
            driver = create(setup([order, target], port=device.port, order="CDAB"))
            await driver.write(order, "A-7")
            await driver.write(target, 1 << 16 | 2)
            await driver.close()
            return device.writes

    text, number = asyncio.run(scenario())
    assert text == bytes.fromhex("10 0014 0003 06") + b"A-7\0\0\0"
    assert number == bytes.fromhex("10 001e 0002 04 0002 0001")


def test_a_block_is_no_longer_than_the_device_allows(tag, setup):
    asked = {1: set(), 3: set()}

    def watch(device):
        answer = device.body

        def watched(pdu):
            asked[pdu[0]].add(int.from_bytes(pdu[3:5], "big"))
            return answer(pdu)

        device.body = watched

    tags = [*(tag(f"r{at}", f"holding:{at}") for at in range(100)), *(tag(f"c{at}", f"coil:{at}", "bool") for at in range(100))]
    told(setup, watch, tags, max_registers=30, max_bits=50)
    assert (max(asked[3]), max(asked[1])) == (30, 50)


def test_a_long_ring_is_followed_over_the_wire(tag, setup):
    def fill(device):
        device.registers = {100: 0, 101: 300, 102: 0, 103: 9, 104: 0, 105: 0, 106: 1, 107: 1}

    curve = CurveSetup("holding:100", 1000, ("force",), ("kN",), (0.1,))
    samples = told(setup, fill, [tag("cycle", "holding:3")], Samples, curve=curve)
    assert (samples.cycle, samples.first, samples.lost) == (9, 0, 0)
    assert samples.columns == ([(108 + slot) / 10 for slot in range(300)],)
