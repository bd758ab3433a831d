"""How the samples of a kept waveform are packed: they come back to the bit, from half the room or less.

Codec 1: float32, each of a sample's four bytes in a row of its own. Codec 2, where every sample is a 16-bit number times one
scale: the differences of these numbers, low bytes before high bytes. Both are then compressed by zstd.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import zstandard
from numpy.typing import NDArray

from station_db.waveforms import KeptWaveform, PackedWaveform, waveform_digest

FLOATS, SCALED = 1, 2
_LEVEL = 3
_INT16 = np.iinfo(np.int16)


def packed(head: KeptWaveform, samples: bytes, scale: float, budget_bytes: int) -> PackedWaveform:
    """Pack `samples` (little-endian float32) under their digest; `scale` is what the source multiplied its numbers by."""
    head = replace(head, digest=waveform_digest(head, samples))
    floats: NDArray[np.float32] = np.frombuffer(samples, "<f4")
    numbers = _numbers(floats, scale)
    planes = _planes(floats.view(np.uint8), 4) if numbers is None else _planes(_differences(numbers).view(np.uint8), 2)
    data = zstandard.ZstdCompressor(level=_LEVEL).compress(planes)
    return PackedWaveform(head, FLOATS if numbers is None else SCALED, scale, data, budget_bytes)


def unpacked(codec: int, scale: float, data: bytes) -> bytes:
    """The samples as they were given. Raises `ValueError` for a codec this version does not know."""
    if codec not in (FLOATS, SCALED):
        raise ValueError(f"codec {codec} is not known")
    planes = zstandard.ZstdDecompressor().decompress(data)
    width = 4 if codec == FLOATS else 2
    whole = np.frombuffer(planes, np.uint8).reshape(width, -1).T.tobytes()
    if codec == FLOATS:
        return whole
    numbers = np.cumsum(np.frombuffer(whole, "<u2"), dtype=np.uint16).view(np.int16)
    return _scaled(numbers, scale).tobytes()


def _numbers(floats: NDArray[np.float32], scale: float) -> NDArray[np.int16] | None:
    """The 16-bit numbers the samples were made from; None where they were not made so, to the bit."""
    with np.errstate(all="ignore"):
        raw = np.rint(floats.astype(np.float64) / scale)
        if not np.all((raw >= _INT16.min) & (raw <= _INT16.max)):
            return None
    numbers = raw.astype(np.int16)
    is_exact = np.array_equal(_scaled(numbers, scale).view(np.uint32), floats.view(np.uint32))
    return numbers if is_exact else None


def _scaled(numbers: NDArray[np.int16], scale: float) -> NDArray[np.float32]:
    return (numbers.astype(np.float64) * scale).astype("<f4")


def _differences(numbers: NDArray[np.int16]) -> NDArray[np.uint16]:
    return np.diff(numbers.view(np.uint16), prepend=np.uint16(0)).astype("<u2")


def _planes(octets: NDArray[np.uint8], width: int) -> bytes:
    return np.ascontiguousarray(octets.reshape(-1, width).T).tobytes()
