"""Which lines there are in this process: devices that name the same port or host share one, and must agree on it."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, fields
from typing import Any

from drivers.driver import MachineSetupError
from drivers.modbus.line import Line
from drivers.modbus.line_options import LineOptions

KEY = "modbus"
"""Where the lines are kept in `DeviceSetup.shared`."""


@dataclass(slots=True)
class _Held:
    line: Line
    devices: list[str]


class Lines:
    """The lines of one process; a line is forgotten with the last device that lets go of it."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    @classmethod
    def of(cls, shared: MutableMapping[str, Any]) -> Lines:
        """Return those all drivers share."""
        lines: Lines = shared.setdefault(KEY, cls())
        return lines

    def hold(self, options: LineOptions, device: str) -> Line:
        """Return the line for one more device. Raises `MachineSetupError` where it contradicts one that is there."""
        held = self._held.get(str(options))
        if held is None:
            held = self._held[str(options)] = _Held(Line(options), [])
        _check_agreement(held, options, device)
        held.devices.append(device)
        return held.line

    def let_go(self, line: Line, device: str) -> None:
        """Give it back."""
        held = self._held.get(str(line.options))
        if held is None or held.line is not line or device not in held.devices:
            return
        held.devices.remove(device)
        if not held.devices:
            del self._held[str(line.options)]


def _check_agreement(held: _Held, options: LineOptions, device: str) -> None:
    for each in fields(LineOptions):
        theirs, ours = getattr(held.line.options, each.name), getattr(options, each.name)
        if theirs != ours:
            other = held.devices[0]
            why = f"option '{each.name}' is {ours}, but '{other}' on the same line {options} says {theirs}"
            raise MachineSetupError(device, why, option=each.name)
