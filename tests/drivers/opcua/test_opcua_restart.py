"""A real server that freezes, is killed and comes back with another address space: told once each way, and nothing doubled."""

import asyncio
import os
import signal as signals
import subprocess
import sys
import time
from pathlib import Path

import opcua_counterpart
import pytest
from opcua_following import believed, follow, free_port, signal, told, until

from drivers.driver import UnreachableError
from drivers.link import RemarkCode
from drivers.reading import Batch, Heard, LinkDown, LinkUp

pytestmark = [pytest.mark.timeout(60), pytest.mark.xdist_group("opcua")]  # making an address space takes seconds

STALE_S = 2.0
LIVE_AGAIN_S = 5.0
TAGS = (
    signal("Good", "uint16"),
    signal("State", "int32"),
    signal("Result/Torque", "float64"),
    signal("Last/Number", "int64"),
    signal("Last/Screw/Torque", "float64"),
    signal("Last/Curve[1]", "float32"),
    signal("Last/Worker", "string"),
    signal("Last/State", "int32"),
    signal("Screws[1]/Screw", "uint16"),
    signal("Screws[2]/Screw", "uint16"),
    signal("Setpoint", "float64", writable=True),
)
FIRST = {
    "Good": 0,
    "State": 1,
    "Result/Torque": 4.0,
    "Last/Number": 2**53 + 1,
    "Last/Screw/Torque": 4.5,
    "Last/Curve[1]": 1.5,
    "Last/Worker": None,
    "Last/State": 2,
    "Screws[1]/Screw": 2,
    "Screws[2]/Screw": None,
    "Setpoint": 0.0,
}


class Process:
    """A counterpart in a process of its own, made at once and listening when told to."""

    def __init__(self, port, pki):
        script = Path(opcua_counterpart.__file__)
        command = [sys.executable, str(script), str(port), str(pki)]
        environment = {**os.environ, "PYTHONPATH": str(script.parents[3])}
        self._running = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )

    def listen(self):
        assert self._running.stdout.readline() == "made\n"
        self._running.stdin.write("listen\n")
        self._running.stdin.flush()
        assert self._running.stdout.readline() == "ready\n"

    def freeze(self):
        self._running.send_signal(signals.SIGSTOP)

    def kill(self):
        self._running.kill()
        self._running.wait(10)

    def end(self):
        self.kill()
        self._running.stdin.close()
        self._running.stdout.close()


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    port, pki = free_port(), tmp_path_factory.mktemp("pki")
    opcua_counterpart.identity(pki)  # made once: two processes at once would make two
    first = Process(port, pki)
    second = opcua_counterpart.Standby(port, pki, earlier_namespaces=3)
    first.listen()
    yield port, first, second
    second.end()
    first.end()


def test_frozen_then_killed_then_restarted_is_one_gap_and_all_values_are_right_again(servers):
    port, first, second = servers

    async def scenario(driver, events):
        before = await until(events, lambda event: isinstance(event, Heard))
        first.freeze()
        stopped_at = time.monotonic()
        down = await until(events, lambda event: isinstance(event, LinkDown))
        stale_s = time.monotonic() - stopped_at
        with pytest.raises(UnreachableError, match="did not answer"):
            await driver.write(TAGS[-1], 9)
        await asyncio.to_thread(first.kill)
        await asyncio.to_thread(second.listen)
        able_at = time.monotonic()
        back = await until(events, lambda event: isinstance(event, Batch))
        live_s = time.monotonic() - able_at
        after = await until(events, lambda event: isinstance(event, Heard))
        return before, down + back + after, stale_s, live_s

    before, since, stale_s, live_s = follow(port, TAGS, scenario)
    assert believed(before) == FIRST
    assert believed(since) == FIRST
    links = [event for event in since if isinstance(event, LinkDown | LinkUp)]
    assert [type(event) for event in links if isinstance(event, LinkUp) or event.code == "silent"] == [LinkDown, LinkUp]
    assert stale_s < STALE_S
    assert live_s < LIVE_AGAIN_S
    assert "'Screws[2]/Screw': its value has no such part" in told(before)[RemarkCode.ADDRESS_REFUSED]
