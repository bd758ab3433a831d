"""What one Modbus device is asked, over the line it sits at. Whatever ends the link raises `LinkLostError`, now and later."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from drivers.link import LinkFault, LinkLostError, NotSentError
from drivers.modbus.address import Table
from drivers.modbus.breaker import Breaker
from drivers.modbus.connection import Connection, NoAnswerError, Windows
from drivers.modbus.lane import Lane
from drivers.modbus.line import Line
from drivers.modbus.pdu import Request, exception_in, read_request, words_in, write_coil_request, write_registers_request
from drivers.modbus.replies import ASK_AGAIN, IS_SILENCE, ExceptionReplyError
from drivers.modbus.seat import Seat
from drivers.modbus.turns import Turns
from drivers.modbus.words import Words

_BUSY_PAUSE_S = 0.05
_LOOK_AGAIN_S = 0.5
_FREE_S = 0.05
"""An answer that comes so soon costs nobody anything."""
_READ_BACK_S = 1.0
"""So long after a write its device is read as promptly as it was written to: somebody waits to see what became of it."""
_OFTEN_SLOWER = 3
_GATEWAY_CHARACTER_S = 11 / 19_200
"""Behind a gateway there is a line of its own; what it needs for the registers is not the device's fault."""


class Wire:
    """One device on its line, until `close`. Reads and writes take turns; a write goes before the reads that wait."""

    def __init__(self, line: Line, unit: int, timeout_s: float, breaker: Breaker) -> None:
        self._line = line
        self._seat = Seat(unit, timeout_s)
        self._breaker = breaker
        self._used: dict[Lane, Connection] = {}
        self._read_back_until = float("-inf")
        self._loop = asyncio.get_running_loop()
        line.sit(self._seat)

    async def open(self) -> None:
        """Connect, where the line is not connected already; raises `LinkLostError`."""
        lane = self._line.reads
        since = self._loop.time()
        await lane.turns.take(self._seat.waits, is_write=False)
        try:
            await self._open(lane, since)
        finally:
            lane.turns.give_back()

    async def read(self, table: Table, start: int, count: int) -> Words:
        """Return `count` registers (or bits as 0 and 1); raises `ExceptionReplyError`, `LinkLostError`."""
        (reply,) = await self.read_all([(table, start, count)])
        if isinstance(reply, ExceptionReplyError):
            raise reply
        return reply

    async def read_all(self, reads: Sequence[tuple[Table, int, int]]) -> list[Words | ExceptionReplyError]:
        """Return what each (table, first place, count) holds, or how it was refused, in order. Raises `LinkLostError`.

        As many are under way at once as the line allows. A device that is busy is asked again within its timeout.
        """
        requests = [read_request(*each) for each in reads]
        answers: list[bytes] = []
        while len(answers) < len(requests):
            answers += await self._ask(self._line.reads, requests[len(answers) :])
        replies = [_reply(answer, request) for answer, request in zip(answers, requests, strict=True)]
        if any(_is_busy(reply) for reply in replies):
            await self._ask_again(requests, replies)
        return replies

    async def write_registers(self, start: int, words: Sequence[int]) -> None:
        """Write once; raises `ExceptionReplyError`, `LinkLostError` (it may or may not have happened), `NotSentError`."""
        await self._write(write_registers_request(start, words))

    async def write_coil(self, address: int, *, on: bool) -> None:
        """Write once; raises as `write_registers` does."""
        await self._write(write_coil_request(address, on=on))

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent."""
        return not self._seat.waits.are_over and all(connection.lost is None for connection in self._used.values())

    @property
    def is_on_trial(self) -> bool:
        """Whether the device should be asked little, because it was silent and others use its line."""
        return self._breaker.is_suspect and bool(self._line.others(self._seat, self._loop.time()))

    def close(self) -> None:
        """Leave the line; what is under way is given up. Nobody else on it notices."""
        here = LinkLostError(LinkFault.CLOSED, f"the connection to {self._line.options} was closed here")
        self._seat.waits.end(here)
        self._line.leave(self._seat, here)

    async def _write(self, request: Request) -> None:
        (answer,) = await self._ask(self._line.writes, (request,))
        code = exception_in(answer)
        if code is not None:
            raise ExceptionReplyError(code)
        self._read_back_until = self._loop.time() + _READ_BACK_S

    async def _ask_again(self, requests: Sequence[Request], replies: list[Words | ExceptionReplyError]) -> None:
        """Ask what was answered by "busy" once more now and then, as long as the timeout allows."""
        until = self._loop.time() + self._seat.timeout_s - _BUSY_PAUSE_S
        while self._loop.time() < until:
            busy = [at for at, reply in enumerate(replies) if _is_busy(reply)]
            if not busy:
                return
            await self._seat.waits.pause(_BUSY_PAUSE_S)
            for at in busy:
                (answer,) = await self._ask(self._line.reads, (requests[at],))
                replies[at] = _reply(answer, requests[at])

    async def _ask(self, lane: Lane, requests: Sequence[Request]) -> list[bytes]:
        """Take a turn and return the answers to as many as it is good for, at least one. Raises `LinkLostError`."""
        is_write = not requests[0].is_read
        since = self._loop.time()
        if not is_write:
            await self._rest()
        await lane.turns.take(self._seat.waits, is_write=is_write)
        try:
            connection = await self._connection_on(lane, since)
            return await self._exchange(connection, lane.turns, requests, is_write=is_write)
        finally:
            lane.turns.give_back()

    async def _rest(self) -> None:
        """Leave the line to the others for what this device used more than its share."""
        now = self._loop.time()
        while self._read_back_until < now < self._breaker.rests_until and self._line.others(self._seat, now):
            await self._seat.waits.pause(min(self._breaker.rests_until - now, _LOOK_AGAIN_S))
            now = self._loop.time()

    async def _connection_on(self, lane: Lane, since: float) -> Connection:
        """Return the lane's connection. One that was lost ends this link, unless somebody else on the line was the reason."""
        used = self._used.get(lane)
        if used is not None and used.lost is not None and used.ended_by in (None, self._seat.unit):
            raise NotSentError(used.lost.fault, used.lost.reason)
        try:
            return await self._open(lane, since)
        except LinkLostError as lost:
            raise NotSentError(lost.fault, lost.reason) from lost

    async def _open(self, lane: Lane, since: float) -> Connection:
        connection = await lane.open(self._seat.timeout_s, since)
        self._used[lane] = connection
        if self._seat.waits.are_over:
            self.close()  # nobody may sit here any more who would hang up
            self._seat.waits.check()
        return connection

    async def _exchange(
        self, connection: Connection, turns: Turns, requests: Sequence[Request], *, is_write: bool
    ) -> list[bytes]:
        seat, began = self._seat, self._loop.time()
        others, given_up = self._line.others(seat, began), self._line.given_up
        is_awaited = is_write or began < self._read_back_until
        patience = self._breaker.patience_s(began, in_full=is_awaited or not others)
        patience += given_up.timeout_s if given_up and given_up is not self._breaker else 0.0
        connection.asked_units.add(seat.unit)
        self._line.given_up = None
        try:
            answers = await self._line.talk.exchange(connection, seat, self._windows(turns, requests, others), patience)
        except NoAnswerError as silent:
            raise self._silent(connection, silent, patience, self._loop.time() - began) from silent
        except LinkLostError as lost:
            if connection.lost is lost:
                connection.ended_by = seat.unit
            raise
        if connection.silent_units:
            connection.silent_units.clear()
        self._note_time(requests[: len(answers)], answers, others, given_up, self._loop.time() - began)
        return answers

    def _windows(self, turns: Turns, requests: Sequence[Request], others: Sequence[Seat]) -> Windows:
        """Yield what is asked together, as long as nobody else wants the line."""
        depth = self._line.options.in_flight
        for first in range(0, len(requests), depth):
            if first and (others or turns.are_wanted):
                return
            yield requests[first : first + depth]

    def _note_time(
        self,
        requests: Sequence[Request],
        answers: Sequence[bytes],
        others: Sequence[Seat],
        given_up: Breaker | None,
        took_s: float,
    ) -> None:
        """Let whoever used the line too long pay for it."""
        breaker, now = self._breaker, self._loop.time()
        too_long_s = took_s - self._fair_s(requests, others) if others or given_up else 0.0
        if any(exception_in(answer) in IS_SILENCE for answer in answers):
            breaker.silent(took_s, now)
        elif given_up is not None and given_up is not breaker and too_long_s > 0:
            given_up.charge(too_long_s, now)
            breaker.answered(breaker.usual_s, now)
        else:
            breaker.answered(took_s / len(requests), now, too_long_s=too_long_s)
        self._seat.answered_at, self._seat.usual_s = now, breaker.usual_s

    def _fair_s(self, requests: Sequence[Request], others: Sequence[Seat]) -> float:
        """Return how long the requests may take for all that it matters to the others."""
        character_s = self._line.options.character_s or _GATEWAY_CHARACTER_S
        on_the_wire = character_s * sum(request.length + len(request.pdu) for request in requests)
        usual_s = min((other.usual_s for other in others), default=0.0)
        return on_the_wire + len(requests) * max(_FREE_S, _OFTEN_SLOWER * usual_s)

    def _silent(self, connection: Connection, silent: NoAnswerError, patience_s: float, waited_s: float) -> LinkLostError:
        """Note that nobody answered; where nobody at all does, the connection itself is dead."""
        unit = self._seat.unit
        self._breaker.silent(waited_s, self._loop.time())
        self._line.given_up = self._breaker
        who = f"{connection.name}: unit {unit}" if len(connection.asked_units) > 1 else connection.name
        lost = LinkLostError(LinkFault.SILENT, f"{who} did not answer within {patience_s * 1000:.0f} ms")
        connection.silent_units.add(unit)
        if connection.silent_units >= connection.asked_units:
            connection.ended_by = unit
            connection.lose(lost)
        return lost if silent.was_sent else NotSentError(lost.fault, lost.reason)


def _reply(answer: bytes, request: Request) -> Words | ExceptionReplyError:
    code = exception_in(answer)
    return words_in(answer, request) if code is None else ExceptionReplyError(code)


def _is_busy(reply: Words | ExceptionReplyError) -> bool:
    return isinstance(reply, ExceptionReplyError) and reply.code in ASK_AGAIN
