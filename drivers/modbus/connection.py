"""One open connection: bytes out, bytes in, one exchange at a time, ended by its answers, its time or the first bad frame.

The next window of an exchange is asked where the answers to the last one come in: to wake a task for it would cost more
processor time than all the rest of a request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Protocol

from drivers.link import LinkFault, LinkLostError, NotSentError
from drivers.modbus.pdu import BadFrameError, Request
from drivers.modbus.waits import Waits

Windows = Iterator[Sequence[Request]]
"""What is asked one after the other, each window at once; each is taken when the one before it is answered."""


class Framing(Protocol):
    """How requests become bytes and bytes become answers; pure."""

    can_resume: bool
    """Whether a bad frame ends only the exchange; otherwise it ends the connection."""

    def begin(self, unit: int, requests: Sequence[Request]) -> bytes:
        """Return the bytes that ask `unit`."""
        ...

    def feed(self, data: bytes) -> int:
        """Take in what was received; return how many answers are missing. Raises `BadFrameError`."""
        ...

    @property
    def answers(self) -> list[bytes]:
        """Return the answers in the order of the requests."""
        ...

    def give_up(self) -> bool:
        """Forget what was asked; whether the next request may be sent on this stream."""
        ...


class NoAnswerError(Exception):
    """Nothing that could be believed came in time; the connection still stands."""

    was_sent = True
    """Whether the request itself was sent, and not only a fence before it."""


class Connection(asyncio.Protocol):
    """A TCP connection or a serial port. Whatever ends it is kept in `lost` and raised at every later request."""

    def __init__(self, name: str, framing: Framing) -> None:
        self.name = name
        self.lost: LinkLostError | None = None
        self.ended_by: int | None = None
        """The unit that was asked when it was lost, or that made us hang up."""
        self.asked_units: set[int] = set()
        self.silent_units: set[int] = set()
        """Who was asked without an answer since anybody answered."""
        self.heard_at = 0.0
        """When bytes came last, in seconds of the loop's clock."""
        self._framing = framing
        self._transport: asyncio.WriteTransport | None = None
        self._exchange: asyncio.Future[None] | None = None
        self._unit = 0
        self._windows: Windows = iter(())
        self._answers: list[bytes] = []
        self._deadline = 0.0
        self._patience = 0.0
        self._missing = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport that was opened for us."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the other end hung up, or the port is gone."""
        self.lose(LinkLostError(LinkFault.CLOSED, f"{self.name} {self._how_it_ended(exc)}"))

    def data_received(self, data: bytes) -> None:
        """Take in what the other end sends."""
        self.heard_at = self._loop.time()
        try:
            missing = self._framing.feed(data)
        except BadFrameError as bad:
            self._refuse(bad)
            return
        if missing == 0:
            self._go_on()
        elif missing < self._missing:
            self._missing = missing
            self._deadline = self.heard_at + self._patience

    def send(self, unit: int, windows: Windows, patience_s: float) -> asyncio.Future[None]:
        """Ask; `receive` what is returned. The patience is for each answer. Raises `NotSentError`."""
        if self.lost is not None or self._transport is None:
            raise self._not_sent()
        self._exchange = self._loop.create_future()
        self._unit, self._windows, self._answers = unit, windows, []
        self._patience = patience_s
        self._ask(next(windows), self._loop.time())
        if self._alarm is None or self._alarm.when() > self._deadline:
            self._set_alarm()
        return self._exchange

    async def receive(self, exchange: asyncio.Future[None], waits: Waits) -> list[bytes]:
        """Return the answers; raises `NoAnswerError`, `LinkLostError`, and `BadFrameError` where the connection still stands."""
        try:
            await waits.of(exchange)
        except BaseException:
            if not self._framing.give_up():
                self._refuse(BadFrameError("it sent half a frame and then nothing"))
            raise
        finally:
            self._exchange = None
        return self._answers

    def lose(self, lost: LinkLostError) -> None:
        """Hang up, keep the first reason and end the exchange that waits, at once."""
        if self.lost is not None:
            return
        self.lost = lost
        if self._alarm is not None:
            self._alarm.cancel()
        if self._transport is not None:
            self._transport.close()
        self._fail(lost)

    def _how_it_ended(self, exc: Exception | None) -> str:
        if exc is not None and not isinstance(exc, ConnectionError):
            return f"is gone: {exc}"
        if not self.heard_at:
            return "took the connection and closed it without a word; another program may have the only one it allows"
        return "closed the connection"

    def _not_sent(self) -> NotSentError:
        assert self.lost is not None
        return NotSentError(self.lost.fault, self.lost.reason)

    def _refuse(self, bad: BadFrameError) -> None:
        """End what can't be believed: the exchange, or the connection where nobody knows where the next frame begins."""
        if self._framing.can_resume:
            self._fail(bad)
        else:
            self.lose(LinkLostError(LinkFault.BAD_REPLY, f"{self.name} can't be believed: {bad}"))

    def _ask(self, window: Sequence[Request], now: float) -> None:
        assert self._transport is not None
        self._missing = len(window)
        self._deadline = now + self._patience
        self._transport.write(self._framing.begin(self._unit, window))

    def _go_on(self) -> None:
        """Ask the next window, or end the exchange after the last one."""
        if self._exchange is None or self._exchange.done():
            return
        self._answers += self._framing.answers
        window = next(self._windows, None)
        if window is None:
            self._exchange.set_result(None)
        else:
            self._ask(window, self.heard_at)

    def _fail(self, error: Exception) -> None:
        if self._exchange is not None and not self._exchange.done():
            self._exchange.set_exception(error)

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_at(self._deadline, self._ring)

    def _ring(self) -> None:
        """Look at the time now and then: a timer for each request would cost more than the request."""
        self._alarm = None
        if self._exchange is None or self._exchange.done():
            return
        if self._loop.time() < self._deadline:
            self._set_alarm()
        else:
            self._fail(NoAnswerError())
