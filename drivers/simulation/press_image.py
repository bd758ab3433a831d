"""What the press shows on Modbus, and which words it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from drivers.simulation.modbus_pdu import Code, Image, RefusedError
from drivers.simulation.press import SETTINGS, STATION, STATION_WORDS, Press
from drivers.simulation.press_settings import PressSetting


def image_of(press: Press, now_ms: Callable[[], float]) -> Image:
    """Serve `press`: all its words to read, the station's three and the setter's to write."""

    def write_station(first: int, values: Sequence[int]) -> None:
        for word, value in zip(STATION_WORDS[first:], values, strict=False):
            press.machine.write(word, value, now_ms())

    def write_settings(first: int, values: Sequence[int]) -> None:
        asked = list(zip(list(PressSetting)[first:], values, strict=False))
        if not all(press.settings.takes(setting, value) for setting, value in asked):
            raise RefusedError(Code.ILLEGAL_VALUE)
        for setting, value in asked:
            press.write_setting(setting, value)

    def write(address: int, values: Sequence[int]) -> None:
        for start, count, take in ((STATION, len(STATION_WORDS), write_station), (SETTINGS, len(PressSetting), write_settings)):
            if start <= address and address + len(values) <= start + count:
                return take(address - start, values)
        raise RefusedError(Code.ILLEGAL_ADDRESS)

    return Image(press.words, lambda: press.alarms, write)
