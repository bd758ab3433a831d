"""What the devices of one line must agree on: where it is and how it is spoken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_BITS_A_CHARACTER = 11


class Transport(StrEnum):
    """How frames travel."""

    TCP = "tcp"
    RTU = "rtu"
    RTU_OVER_TCP = "rtu_over_tcp"


class Parity(StrEnum):
    """The check bit of a serial character."""

    NONE = "none"
    EVEN = "even"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class LineOptions:
    """What the devices of one line must agree on. `serial` is the port's path, empty for a line over TCP."""

    transport: Transport
    host: str = ""
    port: int = 0
    serial: str = ""
    baud: int = 9600
    parity: Parity = Parity.NONE
    stop_bits: int = 1
    data_bits: int = 8
    connections: int = 1
    in_flight: int = 1

    def __str__(self) -> str:
        return self.serial or f"{self.host}:{self.port}"

    @property
    def character_s(self) -> float:
        """Return how long one byte takes; 0 where we don't know the line behind a gateway."""
        return _BITS_A_CHARACTER / self.baud if self.transport is Transport.RTU else 0.0
