"""Looks at what a device sends before the library does: a frame that can't be an answer ends the connection.

pymodbus takes a short reply, another function's reply and transaction 0 for success, waits in vain behind a wrong length,
and lets its decoder's errors escape into the event loop. So the header and the byte count are judged here, strictly; a late
answer to an earlier request is the one thing that is dropped and forgiven. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

HEADER = 7
_LONGEST = 254
"""Unit, function and data of the longest frame the protocol allows."""
_EXCEPTION = 0x80
_READS_OF_BITS = (1, 2)
_READS_OF_WORDS = (3, 4)


class BadFrameError(Exception):
    """What came is no answer to what was asked; the sentence says how."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer to a request must look like; `body` is all that may follow the function code, or its first byte."""

    transaction: int
    unit: int
    function: int
    body: bytes
    length: int

    @classmethod
    def of(cls, request: bytes) -> Asked:
        """Read it off the request's frame: a read is answered by a byte count and so many, a write by its first 4 bytes."""
        transaction, unit, function = int.from_bytes(request[:2], "big"), request[6], request[7]
        count = int.from_bytes(request[10:12], "big")
        if function in _READS_OF_BITS or function in _READS_OF_WORDS:
            size = (count + 7) // 8 if function in _READS_OF_BITS else 2 * count
            return cls(transaction, unit, function, bytes([size]), 1 + size)
        return cls(transaction, unit, function, request[8:12], 4)


def answer_in(received: bytes, asked: Asked) -> bytes:
    """Return the whole frame that answers, or nothing yet; raises `BadFrameError`."""
    while len(received) >= HEADER + 1:
        length = _length(received)
        frame, received = received[: 6 + length], received[6 + length :]
        transaction = int.from_bytes(frame[:2], "big")
        if _is_late(transaction, asked.transaction):
            continue
        _check_header(frame, transaction, asked)
        if len(frame) < 6 + length:
            return b""
        _check_body(frame, asked)
        return frame
    return b""


def _length(received: bytes) -> int:
    if received[2:4] != b"\x00\x00":
        raise BadFrameError("what it sends is not Modbus TCP")
    length = int.from_bytes(received[4:6], "big")
    if not 3 <= length <= _LONGEST:
        raise BadFrameError(f"it announced a frame of {length} bytes, which Modbus does not have")
    return length


def _is_late(transaction: int, asked: int) -> bool:
    return 0 < transaction < asked


def _check_header(frame: bytes, transaction: int, asked: Asked) -> None:
    if transaction != asked.transaction:
        raise BadFrameError(f"it answered request {transaction}, which was not asked")
    if frame[6] != asked.unit:
        raise BadFrameError(f"unit {frame[6]} answered in place of unit {asked.unit}")
    if frame[7] not in (asked.function, asked.function | _EXCEPTION):
        raise BadFrameError(f"it answered function {asked.function} with function {frame[7]}")


def _check_body(frame: bytes, asked: Asked) -> None:
    body = frame[HEADER + 1 :]
    expected = (b"", 1) if frame[7] & _EXCEPTION else (asked.body, asked.length)
    if not body.startswith(expected[0]) or len(body) != expected[1]:
        raise BadFrameError("its answer does not fit what was asked")
