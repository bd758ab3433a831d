"""Modbus requests and answers as bytes, without their socket (Modbus Application Protocol 1.1b3, chapter 6)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

MAX_READ_WORDS, MAX_READ_BITS, MAX_WRITE_WORDS = 125, 2000, 123
ALARM_BITS = 16


class Code(IntEnum):
    """Why a request is refused."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3


class RefusedError(Exception):
    """A request the machine refuses; nothing was changed."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code


@dataclass(frozen=True, slots=True)
class Image:
    """What a server serves: one consistent picture a request, and a way to write that raises `RefusedError`.

    Input registers mirror the holding registers; coils and discrete inputs are the bits of `alarms`.
    """

    words: Callable[[], Sequence[int]]
    alarms: Callable[[], int]
    write: Callable[[int, Sequence[int]], None]


def answer(pdu: bytes, image: Image) -> bytes:
    """Answer one request: function code and data in, function code and data (or an exception) out."""
    try:
        return pdu[:1] + _ANSWERS.get(pdu[0], _unknown)(pdu[1:], image)
    except RefusedError as refused:
        return bytes((pdu[0] | 0x80, refused.code))
    except struct.error:
        return bytes((pdu[0] | 0x80, Code.ILLEGAL_VALUE))


def _unknown(_: bytes, __: Image) -> bytes:
    raise RefusedError(Code.ILLEGAL_FUNCTION)


def _read_bits(data: bytes, image: Image) -> bytes:
    address, count = _range(data, MAX_READ_BITS, ALARM_BITS)
    bits = image.alarms() >> address & ((1 << count) - 1)
    size = (count + 7) // 8
    return bytes((size,)) + bits.to_bytes(size, "little")


def _read_words(data: bytes, image: Image) -> bytes:
    words = image.words()
    address, count = _range(data, MAX_READ_WORDS, len(words))
    return struct.pack(f">B{count}H", 2 * count, *words[address : address + count])


def _write_word(data: bytes, image: Image) -> bytes:
    address, value = struct.unpack(">HH", data)
    image.write(address, (value,))
    return data


def _write_words(data: bytes, image: Image) -> bytes:
    address, count, size = struct.unpack(">HHB", data[:5])
    if not 1 <= count <= MAX_WRITE_WORDS or size != 2 * count:
        raise RefusedError(Code.ILLEGAL_VALUE)
    image.write(address, struct.unpack(f">{count}H", data[5:]))
    return data[:4]


def _range(data: bytes, most: int, end: int) -> tuple[int, int]:
    address, count = struct.unpack(">HH", data)
    if not 1 <= count <= most:
        raise RefusedError(Code.ILLEGAL_VALUE)
    if address + count > end:
        raise RefusedError(Code.ILLEGAL_ADDRESS)
    return address, count


_ANSWERS: dict[int, Callable[[bytes, Image], bytes]] = {
    1: _read_bits,
    2: _read_bits,
    3: _read_words,
    4: _read_words,
    6: _write_word,
    16: _write_words,
}
