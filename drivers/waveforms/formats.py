"""Files of samples, read in pieces that fit the memory: WAV (16, 24, 32 bits or float), raw float32, a column of text."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

PIECE = 1 << 20
"""Samples read at once."""
TEXT_BYTES_MAX = 64_000_000
"""A file of text is read at once, and takes many times its room meanwhile."""
_WAV_FORM_MAX = 64
"""Bytes of the largest description of samples there is; a header may claim more."""

Piece = NDArray[np.float64]
"""Raw numbers as they stand in the file, before the channel's scale."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")


class UnreadableFileError(Exception):
    """A file is not what its name promises; the text says why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that can be read: how many samples it holds, and its own rate where it names one."""

    path: Path
    count: int
    rate_hz: float | None
    data_at: int = 0
    kind: str = "<f4"
    width: int = 4

    def pieces(self) -> Iterator[Piece]:
        """Yield all samples in order. Raises `UnreadableFileError`, `OSError`."""
        with self.path.open("rb") as file:
            file.seek(self.data_at)
            for begin in range(0, self.count, PIECE):
                size = min(PIECE, self.count - begin) * self.width
                body = file.read(size)
                if len(body) < size:
                    raise UnreadableFileError("it became shorter while it was read")
                yield _numbers(body, self.kind)


@dataclass(frozen=True, slots=True)
class Column:
    """A text file of one number a line, after a line of words if there is one."""

    path: Path
    count: int
    numbers: Piece
    rate_hz: None = None

    def pieces(self) -> Iterator[Piece]:
        """Yield all samples in order."""
        for begin in range(0, self.count, PIECE):
            yield self.numbers[begin : begin + PIECE]


SUFFIXES = (".wav", ".f32", ".csv")


def opened(path: Path) -> Recording | Column:
    """Look what a file holds. Raises `UnreadableFileError`, `OSError`."""
    match path.suffix.lower():
        case ".wav":
            return _wav(path)
        case ".csv":
            return _column(path)
        case _:
            size = path.stat().st_size
            if size % 4:
                raise UnreadableFileError(f"its {size} bytes are no whole number of float32")
            return Recording(path, size // 4, None)


def _wav(path: Path) -> Recording:
    with path.open("rb") as file:
        try:
            return _wav_parts(path, file)
        except struct.error as error:
            raise UnreadableFileError("it ends in the middle of its header") from error


def _wav_parts(path: Path, file: BinaryIO) -> Recording:
    """Walk through the parts of a RIFF file until its samples."""
    riff, _size = _CHUNK.unpack(file.read(8))
    if riff != b"RIFF" or file.read(4) != b"WAVE":
        raise UnreadableFileError("it is no WAV file")
    form: tuple[str, int, float] | None = None
    while True:
        name, size = _CHUNK.unpack(file.read(8))
        begin = file.tell()
        if name == b"fmt ":
            form = _wav_form(file.read(min(size, _WAV_FORM_MAX)))
        elif name == b"data":
            return _wav_data(path, form, begin, size)
        file.seek(begin + size + size % 2)


def _wav_form(body: bytes) -> tuple[str, int, float]:
    """Return how samples stand there: numpy's name, bytes each, and the rate."""
    code, channels, rate, _bytes_a_second, _block, bits = _FORMAT.unpack(body[:16])
    if code == _EXTENSIBLE:
        (code,) = struct.unpack("<H", body[24:26])
    if channels != 1:
        raise UnreadableFileError(f"it has {channels} channels; one file holds one")
    kinds = {(_PCM, 16): "<i2", (_PCM, 24): "i3", (_PCM, 32): "<i4", (_FLOAT, 32): "<f4", (_FLOAT, 64): "<f8"}
    if (code, bits) not in kinds:
        raise UnreadableFileError(f"format {code} with {bits} bits can't be read; use PCM of 16, 24 or 32 bits, or float")
    return kinds[code, bits], bits // 8, float(rate)


def _wav_data(path: Path, form: tuple[str, int, float] | None, begin: int, size: int) -> Recording:
    if form is None:
        raise UnreadableFileError("its samples come before their format")
    kind, width, rate = form
    there = path.stat().st_size - begin
    if size > there or size % width:
        raise UnreadableFileError(f"it should hold {size} bytes of samples and has {there}")
    return Recording(path, size // width, rate, begin, kind, width)


def _numbers(body: bytes, kind: str) -> Piece:
    if kind != "i3":
        return np.frombuffer(body, kind).astype(np.float64)
    parts = np.frombuffer(body, np.uint8).reshape(-1, 3).astype(np.int32)
    return ((parts[:, 0] << 8 | parts[:, 1] << 16 | parts[:, 2] << 24) >> 8).astype(np.float64)


def _column(path: Path) -> Column:
    if (size := path.stat().st_size) > TEXT_BYTES_MAX:
        raise UnreadableFileError(
            f"its {size} bytes of text are more than {TEXT_BYTES_MAX}; write such measurements as WAV or .f32"
        )
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    has_head = bool(lines) and not _is_number(lines[0])
    numbers = [line for line in lines[has_head:] if line.strip()]
    try:
        found = np.array([_number(line) for line in numbers])
    except ValueError as error:
        raise UnreadableFileError(f"a line is no number: {error}") from error
    return Column(path, len(found), found)


def _number(line: str) -> float:
    """Return the number of a line; Python's own `1_000` is none."""
    if "_" in line:
        raise ValueError(f"'{line}'")
    return float(line)


def _is_number(text: str) -> bool:
    try:
        _number(text)
    except ValueError:
        return False
    return True
