"""A node that holds the newest block of samples: every block once, holes counted by the source's times, refusals said."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import opcua_counterpart
import pytest
from asyncua import ua
from hypothesis import given, settings
from hypothesis import strategies as st
from opcua_following import signal, stamp

from drivers.driver import DeviceSetup, MachineSetupError, WaveformSetup
from drivers.link import RemarkCode
from drivers.opcua.arrivals import OVERFLOW, Arrivals
from drivers.opcua.block_watch import BlockWatch
from drivers.opcua.blocks import block_channels
from drivers.opcua.driver import create
from drivers.opcua.published import Published
from drivers.reading import Remark, Waveform

RATE = 1000.0
ADDRESS = f"nsu={opcua_counterpart.URI};s=Block"
S = 1_000_000
BAD = 0x80000000


def setup_for(port, **more):
    wave = WaveformSetup("vib", more.pop("address", ADDRESS), RATE, "g", 0.5, **more)
    options = {"url": f"opc.tcp://127.0.0.1:{port}", "security": "none"}
    return DeviceSetup("m", options, (signal("Good", "uint16"),), {"normal": 100}, stamp, waveforms=(wave,))


def numbers(wave):
    return np.frombuffer(wave.samples, "<f4").tolist()


def channel():
    (made,) = block_channels(setup_for(1))
    return made


def told(made, blocks):
    """Blocks as (values, status, source time, arrival)."""
    found = []
    for values, status, source_us, at in blocks:
        samples = made.samples(values, status)
        if samples is not None:
            found.append(made.waveform(samples, status, source_us, at, at * 1000))
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=30), st.lists(st.integers(-24_000, 24_000), min_size=31, max_size=31))
def test_blocks_that_went_missing_are_counted_by_the_times_of_the_source(comes, jitters):
    """Times may be off by a quarter of a block each: less than half of one between two is no hole."""
    blocks = [
        ([float(n)] * 100, 0, n * S // 10 + jitter, n * S // 10)
        for n, (is_there, jitter) in enumerate(zip(comes, jitters, strict=False))
        if is_there
    ]
    found = told(channel(), blocks)
    for wave, block, before in zip(found, blocks, [None, *blocks], strict=False):
        expected = 0 if before is None else round(block[0][0] - before[0][0]) * 100 - 100
        assert abs(wave.lost - expected) <= 49 if expected else wave.lost == 0  # two times are off by less than half a block
    for before, wave in pairwise(found):
        assert wave.first == before.first + 100 + wave.lost


@pytest.mark.parametrize("odd", [None, 3.0, [], ["a"], [[1.0], [2.0]]])
def test_what_is_no_block_is_a_hole_behind_which_the_next_is_placed(odd):
    found = told(channel(), [([1.0] * 10, 0, None, 1), (odd, 0, None, 2), ([2.0] * 10, 0, None, 3)])
    assert [(wave.first, wave.lost) for wave in found] == [(0, 0), (20, 10)]


def test_a_bad_status_or_an_overflow_is_a_hole():
    found = told(channel(), [([1.0] * 10, 0, None, 1), ([9.0] * 10, BAD, None, 2), ([2.0] * 10, OVERFLOW, None, 3)])
    assert [(numbers(wave)[0], wave.lost) for wave in found] == [(0.5, 0), (1.0, 10)]


def test_a_source_that_dates_nothing_anew_is_followed_as_one_without_times():
    found = told(channel(), [([float(n)] * 100, 0, 5 * S, n * S // 10) for n in range(4)])
    assert [(wave.first, wave.lost) for wave in found] == [(0, 0), (100, 0), (200, 0), (300, 0)]


def test_a_message_that_never_came_is_a_hole_also_without_times():
    made, found = channel(), []

    async def hear():
        watch = BlockWatch(None, [made], stamp, found.append)
        for sequence in (7, 8, 10):
            watch.hear(1, Published(1, sequence, is_keep_alive=False, arrivals=Arrivals([0], [[1.0] * 100], [0], [None])))

    asyncio.run(hear())
    assert [(wave.first, wave.lost) for wave in found] == [(0, 0), (100, 0), (300, 100)]


def test_a_source_whose_clock_was_set_begins_anew_instead_of_losing_an_hour():
    hour = 3600 * S
    found = told(channel(), [([1.0] * 100, 0, 0, 0), ([1.0] * 100, 0, hour, S // 10), ([1.0] * 100, 0, S, 2 * S // 10)])
    assert [(wave.first, wave.lost) for wave in found] == [(0, 0)] * 3


@pytest.mark.parametrize(
    ("more", "says"),
    [({"capacity": 100}, "source is array"), ({"address": "holding:1"}, "nsu="), ({"address": ADDRESS + "[1]"}, "part")],
)
def test_what_can_not_be_a_block_is_refused_before_anything_is_sent(more, says):
    with pytest.raises(MachineSetupError, match=says) as caught:
        create(setup_for(1, **more))
    assert caught.value.tag == "vib"


@pytest.fixture
def block_node(opcua_server):
    """A node with blocks, for one test."""

    async def add():
        objects = opcua_server.server.nodes.objects
        return await objects.add_variable(ua.NodeId("Block", opcua_server.index), "Block", [0.0] * 4, ua.VariantType.Float)

    node = opcua_server.run(add())
    yield node
    opcua_server.run(node.delete())


@pytest.mark.xdist_group("opcua")
@pytest.mark.timeout(15)  # it connects to a whole server
def test_each_block_of_a_real_server_is_told_once_also_one_like_the_last(opcua_server, block_node):
    begun = datetime.now(UTC)  # noqa: TID251  # the server's own time
    blocks = [[float(n)] * 4 for n in (1, 1, 2, 3)]

    async def write():
        for n, block in enumerate(blocks):
            value = ua.DataValue(ua.Variant(block, ua.VariantType.Float), SourceTimestamp=begun + n * timedelta(milliseconds=4))
            await block_node.write_value(value)

    async def run():
        driver = create(setup_for(opcua_server.port))
        found = []
        async with aclosing(driver.events()) as events:
            async for event in events:
                if isinstance(event, Waveform):
                    found.append(event)
                    if len(found) == 1:
                        await asyncio.to_thread(opcua_server.run, write())
                    if len(found) == 1 + len(blocks):
                        break
        await driver.close()
        return found

    first, *rest = asyncio.run(run())
    assert numbers(first) == [0.0] * 4
    assert [numbers(wave) for wave in rest] == [[n / 2 for n in block] for block in blocks]
    assert [wave.lost for wave in rest[1:]] == [0, 0, 0]
    together = [(before, after) for before, after in pairwise(rest) if after.heard_ns == before.heard_ns]
    assert all(after.at - before.at == 4000 for before, after in together)


@pytest.mark.xdist_group("opcua")
@pytest.mark.timeout(15)  # it connects to a whole server
def test_a_node_the_server_does_not_have_is_said(opcua_server):
    async def run():
        driver = create(setup_for(opcua_server.port))
        async with aclosing(driver.events()) as events:
            async for event in events:
                if isinstance(event, Remark) and event.code == RemarkCode.CHANNEL_REFUSED:
                    break
        await driver.close()
        return event.reason

    assert "'vib': BadNodeIdUnknown" in asyncio.run(run())
