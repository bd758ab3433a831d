"""What a unit without transaction numbers may still owe us, and how we make sure that it owes nothing any more. Pure.

RTU answers carry no number. After a request without an answer, that answer may come while the next one is waited for, and look
right. So before the unit is asked anything else it is asked a *fence*: a read whose answer has another length than any that
may still come. Devices answer in order: once the fence is answered, nothing from before it can come any more. A fence that
was itself sent twice leaves one answer of its own, so another length follows it. A refusal proves nothing (the late answer may be
one too) and is followed by a silence as long as the longest answer takes.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto

from drivers.modbus.pdu import Request, exception_in, read_by_function

_BITS_MORE = 8
_READS = range(1, 5)
_READ_HOLDING = 3
_MOST_TRIED = 8


class Passing(Enum):
    """What the answer to a fence says."""

    CLEAR = auto()
    """Nothing is owed."""
    AGAIN = auto()
    """The fence's own answers may still come: another one is needed."""
    AFTER_SILENCE = auto()
    """It refused: nothing is owed once it was silent for its whole timeout."""


class Fence:
    """One unit of one line. It begins owing: who knows what was asked before we came."""

    def __init__(self) -> None:
        self._owed: set[tuple[int, int]] = set()
        self._request: Request | None = None
        self._sent = 0
        self.is_up = True
        """Whether the unit may owe an answer, so that it must be asked the fence before anything else."""

    def raise_for(self, lost: Request | None = None) -> None:
        """Note that an answer may come late: to `lost`, or one that nobody can name."""
        self.is_up = True
        if lost is not None:
            self._owed.add(_shape(lost))

    def ask(self, near: Request) -> Request:
        """Return the fence to send: a read like `near`, which the unit is to be asked next, but of another length."""
        if self._request is None:
            self._request = _fence(near, self._owed | {_shape(near)})
        self._sent += 1
        return self._request

    def pass_by(self, answer: bytes) -> Passing:
        """Judge the fence's own answer."""
        assert self._request is not None
        if exception_in(answer) is not None:
            return Passing.AFTER_SILENCE
        if self._sent > 1:
            self._owed = {_shape(self._request)}
            self._request, self._sent = None, 0
            return Passing.AGAIN
        self.clear()
        return Passing.CLEAR

    def clear(self) -> None:
        """Note that nothing is owed."""
        self._owed.clear()
        self._request, self._sent = None, 0
        self.is_up = False


def _shape(request: Request) -> tuple[int, int]:
    return request.function, request.length


def _fence(near: Request, owed: set[tuple[int, int]]) -> Request:
    """Return a read from where `near` begins, shorter where it can be: what is known to exist is answered, not refused."""
    function, start, count = _range(near)
    step = _BITS_MORE if function <= 2 else 1
    shorter = [count - step * i for i in range(1, _MOST_TRIED) if count - step * i > 0]
    longer = [count + step * i for i in range(1, _MOST_TRIED)]
    tried = (read_by_function(function, start, each) for each in shorter + longer)
    return replace(next(each for each in tried if _shape(each) not in owed), is_fence=True)


def _range(near: Request) -> tuple[int, int, int]:
    if near.function in _READS:
        return near.function, int.from_bytes(near.pdu[1:3], "big"), near.count
    return _READ_HOLDING, int.from_bytes(near.pdu[1:3], "big"), 1
