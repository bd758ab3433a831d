"""A fault that holds a machine where it stands, for a while or until a person clears it."""

from __future__ import annotations

from drivers.simulation.disturbances import Halt
from drivers.simulation.packml import Fault, PackML


class Standstill:
    """The fault that stands now, if any."""

    def __init__(self) -> None:
        self._halt: Halt | None = None
        self._scans = 0

    @property
    def fault(self) -> Fault:
        """Why the machine stands; NONE while it does not."""
        return Fault.NONE if self._halt is None else self._halt.fault

    @property
    def state(self) -> PackML | None:
        """The state it forces on the machine: without its drive it is aborted, else held."""
        if self._halt is None:
            return None
        return PackML.ABORTED if self._halt.fault is Fault.DRIVE else PackML.HELD

    def begin(self, halt: Halt) -> None:
        """Stand from now."""
        self._halt, self._scans = halt, 0

    def clear(self) -> None:
        """Stand no longer."""
        self._halt = None

    def holds(self) -> bool:
        """Let one scan pass; True if the machine stood still in it."""
        if self._halt is None:
            return False
        self._scans += 1
        if self._halt.scans is not None and self._scans >= self._halt.scans:
            self._halt = None
        return True
