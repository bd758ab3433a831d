"""Modbus TCP frames: what goes out is numbered, and what comes in is matched by its number and by nothing else. Pure."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from drivers.modbus.pdu import LONGEST, SHORTEST, BadFrameError, Request, check_answer

HEADER = 7
_HEAD = struct.Struct(">HHHB")
HIGHEST_NUMBER = 65_535
"""The lowest is 1; 0 is what devices send that know no numbers."""
_REMEMBERED = 32_767
"""An older number could as well be one to come."""


class Transactions:
    """The numbers of one line's requests. They go on over new connections, so that a stale answer never fits a new request."""

    def __init__(self, first: int = 1) -> None:
        self._last = (first - 2) % HIGHEST_NUMBER + 1
        self._given = 0

    def take(self) -> int:
        """Return the next number."""
        self._last = self._last % HIGHEST_NUMBER + 1
        self._given += 1
        return self._last

    def was_given(self, number: int) -> bool:
        """Whether `number` belongs to a request of the past, so that its answer is late and not a lie."""
        return number > 0 and (self._last - number) % HIGHEST_NUMBER < min(self._given, _REMEMBERED)


class Mbap:
    """The frames of one connection; up to as many requests at once as are begun together. See `connection.Framing`."""

    def __init__(self, transactions: Transactions) -> None:
        self.can_resume = False
        self._transactions = transactions
        self._unit = 0
        self._waiting: dict[int, tuple[int, Request]] = {}
        self._answers: list[bytes] = []
        self._rest = b""

    def begin(self, unit: int, requests: Sequence[Request]) -> bytes:
        """Return the bytes that ask `unit`; whatever was asked before is given up."""
        self._unit = unit
        self._waiting.clear()
        self._answers = [b""] * len(requests)
        asked = b""
        for index, request in enumerate(requests):
            number = self._transactions.take()
            self._waiting[number] = index, request
            asked += _HEAD.pack(number, 0, len(request.pdu) + 1, unit) + request.pdu
        return asked

    def feed(self, data: bytes) -> int:
        """Take in what was received; return how many answers are missing. Raises `BadFrameError`."""
        if self._rest:
            data = self._rest + data
        at, end = 0, len(data)
        while end - at >= HEADER:
            number, protocol, length, unit = _HEAD.unpack_from(data, at)
            _check_header(protocol, length)
            stop = at + HEADER - 1 + length
            if stop > end:
                break
            self._take(number, unit, data[at + HEADER : stop])
            at = stop
        self._rest = data[at:]
        return len(self._waiting)

    @property
    def answers(self) -> list[bytes]:
        """Return the answers in the order of the requests, once all are there."""
        return self._answers

    def give_up(self) -> bool:
        """Forget what was asked, its answers will be late; whether the stream still stands between two frames."""
        self._waiting.clear()
        return not self._rest

    def _take(self, number: int, unit: int, answer: bytes) -> None:
        waiting = self._waiting.get(number)
        if waiting is None:
            self._pass_over(number)
            return
        if unit != self._unit:
            raise BadFrameError(f"unit {unit} answered in place of unit {self._unit}")
        index, request = waiting
        check_answer(answer, request)
        self._answers[index] = answer
        del self._waiting[number]

    def _pass_over(self, number: int) -> None:
        """Drop a late answer or the second of two; refuse what nobody ever asked."""
        if not self._transactions.was_given(number):
            raise BadFrameError(f"it answered request {number}, which was not asked")


def _check_header(protocol: int, length: int) -> None:
    if protocol:
        raise BadFrameError("what it sends is not Modbus TCP")
    if not SHORTEST < length <= LONGEST + 1:
        raise BadFrameError(f"it announced a frame of {length} bytes, which Modbus does not have")
