"""Modbus RTU frames: no number, only a unit and a checksum, so what may come late decides what may be believed. Pure.

One request at a time. A frame of another unit is dropped where that unit still owes an answer, and ends the request where it
owes none. While a fence is awaited (see `fence`) everything else is dropped.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from drivers.modbus.library import checksum
from drivers.modbus.pdu import EXCEPTION, BadFrameError, Request, check_answer

_CHECKSUM = 2
_SHORTEST = 5
"""An exception: unit, function, code and checksum."""
_READS = range(1, 5)
_ECHOED_WRITES = frozenset({5, 6, 15, 16})
_WRITE_ANSWER = 8


class Rtu:
    """The frames of one connection; `owing` are the units that may still send an answer we no longer wait for.

    See `connection.Framing`.
    """

    def __init__(self, owing: Container[int] = ()) -> None:
        self.can_resume = True
        self._owing = owing
        self._unit = 0
        self._request: Request | None = None
        self._echo = b""
        self._received = b""
        self._answers: list[bytes] = []
        self._has_echo = False
        self.dropped = 0
        """Bytes nobody asked for, since the last request began."""

    def begin(self, unit: int, requests: Sequence[Request]) -> bytes:
        """Return the bytes that ask `unit` its one request; what was received before is dropped."""
        (self._request,) = requests
        self._unit = unit
        self._received, self._answers, self.dropped = b"", [], 0
        frame = bytes((unit,)) + self._request.pdu
        frame += checksum(frame)
        self._echo = frame if self._request.is_read or self._has_echo else b""
        return frame

    def feed(self, data: bytes) -> int:
        """Take in what was received; return how many answers are missing. Raises `BadFrameError`."""
        if self._request is None:
            self.dropped += len(data)
            return 0
        self._received += data
        if not self._skip_echo():
            return 1
        answer = self._find_fence(self._request) if self._request.is_fence else self._next_answer(self._request)
        if answer is None:
            return 1
        self._answers = [answer]
        self._request = None
        self.dropped, self._received = len(self._received), b""
        return 0

    @property
    def answers(self) -> list[bytes]:
        """Return the answer, once it is there."""
        return self._answers

    def give_up(self) -> bool:
        """Forget what was asked; a stream of RTU frames can always be taken up again after a silence."""
        self._request = None
        self._received = b""
        return True

    def _skip_echo(self) -> bool:
        """Drop our own words where the line sends them back (two-wire adapters do); False while they may still be coming.

        Only a read shows that a line does so: the right answer to a write looks the same.
        """
        if not self._echo:
            return True
        if len(self._received) < len(self._echo) and self._echo.startswith(self._received):
            return False
        if self._received.startswith(self._echo):
            self._has_echo = True
            self._received = self._received[len(self._echo) :]
        self._echo = b""
        return True

    def _next_answer(self, request: Request) -> bytes | None:
        while (size := _frame_size(self._received)) and len(self._received) >= size:
            frame, self._received = self._received[:size], self._received[size:]
            if checksum(frame[:-_CHECKSUM]) != frame[-_CHECKSUM:]:
                raise BadFrameError("the checksum of its answer is wrong")
            if frame[0] == self._unit:
                check_answer(frame[1:-_CHECKSUM], request)
                return frame[1:-_CHECKSUM]
            if frame[0] not in self._owing:
                raise BadFrameError(f"unit {frame[0]} answered in place of unit {self._unit}")
        return None

    def _find_fence(self, request: Request) -> bytes | None:
        """Return the fence's answer or a refusal of it, wherever in the noise it stands."""
        for start in range(len(self._received) - _SHORTEST + 1):
            for size in (request.length + 1 + _CHECKSUM, _SHORTEST):
                frame = self._received[start : start + size]
                if len(frame) == size and self._is_answer(frame, request):
                    self._received = self._received[start + size :]
                    return frame[1:-_CHECKSUM]
        return None

    def _is_answer(self, frame: bytes, request: Request) -> bool:
        answer = frame[1:-_CHECKSUM]
        return frame[0] == self._unit and _fits(answer, request) and checksum(frame[:-_CHECKSUM]) == frame[-_CHECKSUM:]


def _fits(answer: bytes, request: Request) -> bool:
    try:
        check_answer(answer, request)
    except BadFrameError:
        return False
    return True


def _frame_size(received: bytes) -> int:
    """Return how long the frame is that begins here, 0 while too little of it is there."""
    if len(received) < _SHORTEST:
        return 0
    function = received[1]
    if function & EXCEPTION:
        return _SHORTEST
    if function in _READS:
        return received[2] + _SHORTEST
    if function in _ECHOED_WRITES:
        return _WRITE_ANSWER
    raise BadFrameError("what it sends is not Modbus RTU")
