"""A line: one serial port, or one host and port, and the devices that share it."""

from __future__ import annotations

from drivers.link import LinkLostError
from drivers.modbus.breaker import Breaker
from drivers.modbus.connection import Connection
from drivers.modbus.dial import dial
from drivers.modbus.lane import Lane
from drivers.modbus.line_options import LineOptions, Transport
from drivers.modbus.seat import Seat
from drivers.modbus.talk import FencedTalk, NumberedTalk, Talk

_RECENT_S = 2.0
"""A device that answered within this time uses the line."""


class Line:
    """Its lanes, and who sits at it. Writes have a lane of their own where the device allows a second connection."""

    def __init__(self, options: LineOptions) -> None:
        self.options = options
        self.talk: Talk = NumberedTalk() if options.transport is Transport.TCP else FencedTalk(options.character_s)
        self.reads = Lane(self._dial)
        self.writes = Lane(self._dial) if options.connections > 1 else self.reads
        self.given_up: Breaker | None = None
        """Whose request was given up last, if nothing was asked since: a gateway may still be busy with it."""
        self._seats: set[Seat] = set()

    def sit(self, seat: Seat) -> None:
        """Take a place."""
        self._seats.add(seat)

    def leave(self, seat: Seat, why: LinkLostError) -> None:
        """Give it up; the last one hangs up."""
        self._seats.discard(seat)
        if not self._seats:
            for lane in {self.reads, self.writes}:
                lane.close(why)

    def others(self, seat: Seat, now: float) -> list[Seat]:
        """Return who else uses the line just now, and is answered."""
        if len(self._seats) == 1:
            return []
        return [other for other in self._seats if other is not seat and other.answered_at > now - _RECENT_S]

    async def _dial(self, timeout_s: float) -> Connection:
        return await dial(self.options, self.talk.framing(), timeout_s)
