"""How whole numbers in a row are packed: by the smallest of three predictions, in planes of equal bytes, by zstd.

`squeezed` and `expanded` are the zstd of all blocks.
"""

from __future__ import annotations

import struct
import threading
from enum import IntEnum
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Bits = NDArray[Any]
"""Unsigned, of 1, 2, 4 or 8 bytes."""

_HEAD = struct.Struct("<BBqq")
_LEVEL = 3


class Method(IntEnum):
    """What is kept of each number."""

    CONSTANT = 0
    """Nothing: all are the first."""
    OFFSET = 1
    """How far it is above the least."""
    DELTA = 2
    """How far it is from the one before."""
    DELTA_OF_DELTA = 3
    """How far that differs from the difference before."""
    PLAIN = 4
    """All its bits."""
    XOR = 5
    """The bits in which it differs from the one before."""


class _Zstd(threading.local):
    """One of each a thread: making them anew costs as much as a block."""

    def __init__(self) -> None:
        self.squeeze = zstandard.ZstdCompressor(level=_LEVEL).compress
        self.expand = zstandard.ZstdDecompressor().decompress


_ZSTD = _Zstd()


def squeezed(octets: bytes) -> bytes:
    """Compress."""
    return _ZSTD.squeeze(octets)


def expanded(octets: bytes) -> bytes:
    """Undo `squeezed`."""
    return _ZSTD.expand(octets)


def packed(numbers: Whole) -> bytes:
    """Pack numbers; unsigned ones as the signed ones of the same bits. Differences wrap, so all of them come back."""
    if not len(numbers) or (numbers == numbers[0]).all():
        return _HEAD.pack(Method.CONSTANT, 0, numbers[0] if len(numbers) else 0, 0)
    least = numbers.min()
    steps = np.diff(numbers)
    candidates = (
        _candidate(Method.OFFSET, (numbers - least).view(np.uint64), int(least), 0),
        _candidate(Method.DELTA, _zigzag(steps), int(numbers[0]), 0),
        _candidate(Method.DELTA_OF_DELTA, _zigzag(np.diff(steps)), int(numbers[0]), int(steps[0])),
    )
    return min(candidates, key=len)


def unpacked(octets: bytes, count: int) -> Whole:
    """So many numbers."""
    method, width, first, second = _HEAD.unpack_from(octets)
    if method == Method.CONSTANT:
        return np.full(count, first, np.int64)
    kept = _from_planes(octets[_HEAD.size :], width)
    if method == Method.OFFSET:
        return kept.astype(np.int64) + first
    numbers = np.empty(count, np.int64)
    numbers[0] = first
    if method == Method.DELTA:
        numbers[1:] = _signed(kept)
    else:
        numbers[1] = second
        numbers[2:] = _signed(kept)
        np.cumsum(numbers[1:], out=numbers[1:])
    return np.cumsum(numbers, out=numbers)


def packed_bits(bits: Bits) -> bytes:
    """Pack the bits of floats."""
    changed = bits.copy()
    changed[1:] ^= bits[:-1]
    whole, differing = _whole_width(Method.PLAIN, bits), _whole_width(Method.XOR, changed)
    return min(whole, differing, key=len)


def unpacked_bits(octets: bytes, count: int, width: int) -> Bits:
    """So many bit patterns of `width` bytes."""
    method = octets[0]
    if not count:
        return np.empty(0, f"<u{width}")
    kept = _from_planes(octets[_HEAD.size :], width)
    return kept if method == Method.PLAIN else np.bitwise_xor.accumulate(kept)


def _candidate(method: Method, kept: NDArray[np.uint64], first: int, second: int) -> bytes:
    most = int(kept.max()) if len(kept) else 0
    width = next(width for width in (1, 2, 4, 8) if most < 1 << 8 * width)
    return _HEAD.pack(method, width, first, second) + squeezed(_planes(kept.astype(f"<u{width}"), width))


def _whole_width(method: Method, bits: Bits) -> bytes:
    return _HEAD.pack(method, bits.dtype.itemsize, 0, 0) + squeezed(_planes(bits, bits.dtype.itemsize))


def _planes(kept: Bits, width: int) -> bytes:
    octets = np.ascontiguousarray(kept).view(np.uint8)
    return octets.tobytes() if width == 1 else octets.reshape(-1, width).T.tobytes()


def _from_planes(octets: bytes, width: int) -> Bits:
    planes = np.frombuffer(expanded(octets), np.uint8)
    if width == 1:
        return planes
    return np.ascontiguousarray(planes.reshape(width, -1).T).view(f"<u{width}").reshape(-1)


def _zigzag(numbers: Whole) -> NDArray[np.uint64]:
    return ((numbers << 1) ^ (numbers >> 63)).view(np.uint64)


def _signed(kept: Bits) -> NDArray[np.signedinteger]:
    return ((kept >> 1) ^ -(kept & 1)).view(f"<i{kept.dtype.itemsize}")
