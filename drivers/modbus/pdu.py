"""What is asked of a Modbus device and what its answer must look like, the same on every transport. Pure."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from drivers.modbus.address import Table
from drivers.modbus.words import Words

EXCEPTION = 0x80
"""Added to the function code by a device that says no."""
SHORTEST, LONGEST = 2, 253
"""Bytes of an answer, from its function code on."""

_READS = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
_BITS = frozenset({1, 2})
_WRITE_COIL, _WRITE_REGISTER, _WRITE_REGISTERS = 5, 6, 16
_COIL_ON, _COIL_OFF = 0xFF00, 0
_KNOWN_REQUESTS = 16_384
_THREE = struct.Struct(">BHH")
_WRITE_ANSWER = 5
_BITS_IN_FIVE_BYTES = 3
"""A request is five bytes long; so is an answer with three bytes of bits, and its second byte is a 3."""
_LIKE_NO_ANSWER = 25
"""So many bits take four bytes."""


class BadFrameError(Exception):
    """What came is no answer to what was asked; the sentence says how."""


@dataclass(frozen=True, slots=True)
class Request:
    """`pdu` is what is sent; an answer begins with `head` and is `length` bytes long. `count` registers or bits are read.

    While the answer to a fence is awaited, everything else is dropped (see `fence`).
    """

    pdu: bytes
    head: bytes
    length: int
    count: int = 0
    is_fence: bool = False

    @property
    def function(self) -> int:
        """Return the function code."""
        return self.pdu[0]

    @property
    def is_read(self) -> bool:
        """Whether asking twice changes nothing."""
        return self.count > 0


@lru_cache(maxsize=_KNOWN_REQUESTS)
def read_request(table: Table, start: int, count: int) -> Request:
    """Ask for `count` registers or bits."""
    return read_by_function(_READS[table], start, count)


def read_by_function(function: int, start: int, count: int) -> Request:
    """Ask for `count` registers or bits with one of the functions 1 to 4."""
    asked = _LIKE_NO_ANSWER if _looks_like_an_answer(function, start, count) else count
    size = (asked + 7) // 8 if function in _BITS else 2 * asked
    return Request(_THREE.pack(function, start, asked), bytes((function, size)), 2 + size, count)


def _looks_like_an_answer(function: int, start: int, count: int) -> bool:
    """Whether the request itself, sent back by a line or a gateway, would be three bytes of bits."""
    return function in _BITS and start >> 8 == _BITS_IN_FIVE_BYTES and (count + 7) // 8 == _BITS_IN_FIVE_BYTES


def write_registers_request(start: int, words: Sequence[int]) -> Request:
    """Ask to write registers; a single one by the function for one, which every device has."""
    if len(words) == 1:
        return _echoed(_THREE.pack(_WRITE_REGISTER, start, words[0]))
    head = _THREE.pack(_WRITE_REGISTERS, start, len(words))
    return Request(head + struct.pack(f">B{len(words)}H", 2 * len(words), *words), head, len(head))


def write_coil_request(address: int, *, on: bool) -> Request:
    """Ask to set or clear a coil."""
    return _echoed(_THREE.pack(_WRITE_COIL, address, _COIL_ON if on else _COIL_OFF))


def _echoed(pdu: bytes) -> Request:
    return Request(pdu, pdu, _WRITE_ANSWER)


def check_answer(answer: bytes, request: Request) -> None:
    """Raise `BadFrameError` for what is neither the answer to `request` nor a refusal of it."""
    if len(answer) == request.length and answer.startswith(request.head):
        return
    asked = request.pdu[0]
    if answer[0] not in (asked, asked | EXCEPTION):
        raise BadFrameError(f"it answered function {asked} with function {answer[0]}")
    if answer[0] == asked or len(answer) != SHORTEST:
        raise BadFrameError("its answer does not fit what was asked")


def exception_in(answer: bytes) -> int | None:
    """Return the exception code of a checked answer, None for one that says yes."""
    return answer[1] if answer[0] & EXCEPTION else None


def words_in(answer: bytes, request: Request) -> Words:
    """Return what a checked answer to a read holds: registers, or a 0 or 1 for each bit."""
    if answer[0] in _BITS:
        bits = np.unpackbits(np.frombuffer(answer, np.uint8, offset=2), count=request.count, bitorder="little")
        return bits.astype(np.uint16)
    return np.frombuffer(answer, ">u2", offset=2).astype(np.uint16)
