"""The PackML states a simulated machine can be in, with the numbers of OPC 30060 (StateEnumeration)."""

from __future__ import annotations

from enum import IntEnum


class PackML(IntEnum):
    """A machine's state."""

    STOPPED = 0
    RESETTING = 1
    IDLE = 2
    STARTING = 3
    EXECUTE = 4
    COMPLETING = 5
    COMPLETE = 6
    ABORTING = 7
    ABORTED = 8
    STOPPING = 9
    CLEARING = 10
    SUSPENDING = 11
    SUSPENDED = 12
    UNSUSPENDING = 13
    HOLDING = 14
    HELD = 15
    UNHOLDING = 16


class Fault(IntEnum):
    """Why a machine stands still; the number is its fault code."""

    NONE = 0
    JAM = 1
    GUARD = 2
    """The press's light curtain; at the screwdriver an empty screw feeder."""
    DRIVE = 3
    """The press's hydraulics; at the screwdriver the tool itself."""
