"""What the press shows on Modbus, and which words it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drivers.simulation.modbus_pdu import Code, Image, RefusedError
from drivers.simulation.press import STATION, STATION_WORDS, Press


def image_of(press: Press, now_ms: Callable[[], float]) -> Image:
    """Serve `press`: all its words to read, the station's three to write."""

    def write(address: int, values: Sequence[int]) -> None:
        first = address - STATION
        if first < 0 or first + len(values) > len(STATION_WORDS):
            raise RefusedError(Code.ILLEGAL_ADDRESS)
        for word, value in zip(STATION_WORDS[first:], values, strict=False):
            press.machine.write(word, value, now_ms())

    return Image(press.words, lambda: press.alarms, write)
