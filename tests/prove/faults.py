"""How each fault begins and how it is healed."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from tests.faults.proxy import Mode
from tests.prove.cell import HARDLY_ANY, Station
from tests.prove.schedule import Event, Fault
from tests.prove.server import Server

LINES = {
    Fault.CUT: Mode.CUT,
    Fault.HALF_OPEN: Mode.HALF_OPEN,
    Fault.DEAF: Mode.DEAF,
    Fault.LATE: Mode.LATE,
    Fault.SLOW: Mode.SLOW,
}


def begin(event: Event, stations: Sequence[Station], server: Server) -> None:
    """Make it go wrong."""
    if event.station is None:
        server.stop() if event.fault is Fault.SERVER_RESTART else server.kill_backends()
        return
    station = stations[event.station]
    match event.fault:
        case Fault.KILL:
            station.kill()
        case Fault.KILL_UPLINK:
            station.kill_uplink()
        case Fault.PAUSE:
            station.signal(signal.SIGSTOP)
        case Fault.DISK_FULL:
            station.limit_files(HARDLY_ANY)
        case Fault.CLOCK:
            station.shift_clock(event.amount)
        case _:
            station.line.set_mode(LINES[event.fault])


def heal(event: Event, stations: Sequence[Station], server: Server) -> None:
    """Make it good again."""
    if event.station is None:
        if event.fault is Fault.SERVER_RESTART:
            server.start()
        return
    station = stations[event.station]
    match event.fault:
        case Fault.KILL:
            station.start()
        case Fault.PAUSE:
            station.signal(signal.SIGCONT)
        case Fault.DISK_FULL:
            station.limit_files(None)
        case Fault.CLOCK:
            station.shift_clock(0)
        case Fault.KILL_UPLINK:
            pass
        case _:
            station.line.set_mode(Mode.PASS)
