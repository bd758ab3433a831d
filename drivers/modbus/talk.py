"""How requests are exchanged over a connection: numbered ones together, others one by one with silences and fences."""

from __future__ import annotations

import asyncio
import secrets
from typing import Protocol

from drivers.link import LinkFault, LinkLostError
from drivers.modbus.connection import Connection, Framing, NoAnswerError, Windows
from drivers.modbus.fence import Fence, Passing
from drivers.modbus.mbap import HIGHEST_NUMBER, Mbap, Transactions
from drivers.modbus.pdu import BadFrameError, Request
from drivers.modbus.rtu import Rtu
from drivers.modbus.seat import Seat

_SHORTEST_SILENCE_S = 0.002
_SILENT_CHARACTERS = 3.5
_AFTER_NOISE_S = 0.05
"""Serial drivers hand bytes up in lumps as far apart as 16 ms."""
_NO_FRAME = 5
"""So few bytes are noise on the line, and no answer."""
_FRAME_BYTES = 12
"""What a request and its answer have beside the registers read."""


class Talk(Protocol):
    """A line's way of exchanging."""

    def framing(self) -> Framing:
        """Make the frames of a new connection."""
        ...

    async def exchange(self, connection: Connection, seat: Seat, windows: Windows, patience_s: float) -> list[bytes]:
        """Return the answers in order. Raises `NoAnswerError`, `LinkLostError`, of which `NotSentError` if nothing was sent."""
        ...


class NumberedTalk:
    """Modbus TCP: answers are told apart by their numbers."""

    def __init__(self) -> None:
        # a number of our last life, which a gateway may still answer, should not be one of this life
        self._transactions = Transactions(1 + secrets.randbelow(HIGHEST_NUMBER))

    def framing(self) -> Mbap:
        """Make the frames of a new connection; its numbers go on from the last one."""
        return Mbap(self._transactions)

    async def exchange(self, connection: Connection, seat: Seat, windows: Windows, patience_s: float) -> list[bytes]:
        """Ask each window at once; see `Talk`."""
        return await connection.receive(connection.send(seat.unit, windows, patience_s), seat.waits)


class FencedTalk:
    """Modbus RTU: answers are told apart by asking nothing else while one may still come."""

    def __init__(self, character_s: float) -> None:
        self._character_s = character_s
        self._silence_s = max(_SILENT_CHARACTERS * character_s, _SHORTEST_SILENCE_S)
        self._quiet_at = 0.0
        self._fences: dict[int, Fence] = {}
        self._last_unit = 0
        self._rtu = Rtu()

    def framing(self) -> Rtu:
        """Make the frames of a new connection. No unit is trusted yet: who knows what a gateway still holds from before."""
        for fence in self._fences.values():
            fence.raise_for()
        self._rtu = Rtu(owing=self)
        return self._rtu

    def __contains__(self, unit: object) -> bool:
        """Whether `unit` may still send an answer nobody waits for."""
        fence = self._fences.get(unit) if isinstance(unit, int) else None
        return fence is not None and fence.is_up

    async def exchange(self, connection: Connection, seat: Seat, windows: Windows, patience_s: float) -> list[bytes]:
        """Ask one after another; a read that was answered by noise is asked once more. See `Talk`."""
        return [await self._believed(connection, seat, request, patience_s) for window in windows for request in window]

    async def _believed(self, connection: Connection, seat: Seat, request: Request, patience_s: float) -> bytes:
        tries = 2 if request.is_read else 1
        while True:
            try:
                return await self._fenced(connection, seat, request, patience_s)
            except BadFrameError as bad:
                tries -= 1
                if not tries:
                    reason = f"{connection.name}: unit {seat.unit} can't be believed: {bad}"
                    raise LinkLostError(LinkFault.BAD_REPLY, reason) from bad

    async def _fenced(self, connection: Connection, seat: Seat, request: Request, patience_s: float) -> bytes:
        fence = self._fences.setdefault(seat.unit, Fence())
        try:
            await self._pass(fence, connection, seat, request, patience_s)
        except NoAnswerError as silent:
            silent.was_sent = False
            raise
        try:
            return await self._ask(connection, seat, request, patience_s)
        except BaseException:
            fence.raise_for(request)
            raise

    async def _pass(self, fence: Fence, connection: Connection, seat: Seat, near: Request, patience_s: float) -> None:
        while fence.is_up:
            answer = await self._ask(connection, seat, fence.ask(near), patience_s)
            if fence.pass_by(answer) is Passing.AFTER_SILENCE:
                await self._silence(connection, seat, seat.timeout_s)
                fence.clear()

    async def _ask(self, connection: Connection, seat: Seat, request: Request, patience_s: float) -> bytes:
        """Exchange one frame each; what comes besides it makes the unit that was asked suspect."""
        await self._silence(connection, seat, self._silence_s)
        self._note_dropped(self._last_unit)
        self._last_unit = seat.unit
        on_the_wire = self._character_s * (request.length + len(request.pdu) + _FRAME_BYTES)
        try:
            exchange = connection.send(seat.unit, iter([(request,)]), patience_s + on_the_wire)
            (answer,) = await connection.receive(exchange, seat.waits)
        except BadFrameError:
            await self._silence(connection, seat, _AFTER_NOISE_S)
            raise
        finally:
            self._quiet_at = asyncio.get_running_loop().time()
        return answer

    def _note_dropped(self, unit: int) -> None:
        if self._rtu.dropped >= _NO_FRAME and unit in self._fences:
            self._fences[unit].raise_for()

    async def _silence(self, connection: Connection, seat: Seat, seconds: float) -> None:
        """Wait until nothing was on the line for so long."""
        now = asyncio.get_running_loop().time
        while (left := max(self._quiet_at, connection.heard_at) + seconds - now()) > 0:
            await seat.waits.pause(left)
