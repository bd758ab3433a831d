"""The pages of a database and of its log, read without SQLite: for files that it will not open, or would only make worse.

The formats are SQLite's (sqlite.org/fileformat2.html): a file of equal pages; a log with a header of 32 bytes and frames
of 24 bytes and a page each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DEFAULT_SIZE = 4096
"""What all our databases have; used where the header does not say something possible."""
SMALLEST, LARGEST = 512, 65536
WAL_HEADER, FRAME_HEADER = 32, 24


@dataclass(frozen=True, slots=True)
class Frame:
    """A page as the log has it."""

    number: int
    content: bytes


class Pages:
    """All versions of the pages of a database and, where one is given, of its log."""

    def __init__(self, database: Path | None, log: Path | None = None) -> None:
        self._content = _bytes_of(database)
        self.size = page_size(self._content)
        self._frames = _committed(_bytes_of(log), self.size)
        self._newest = {frame.number: frame.content for frame in self._frames}

    def of_database(self) -> Iterator[tuple[int, bytes]]:
        """The whole pages of the file, numbered from 1."""
        for number in range(1, len(self._content) // self.size + 1):
            yield number, self._page(number)

    def of_log(self) -> Iterator[tuple[int, bytes]]:
        """The pages of the log in the order they were written; what was never committed is left out."""
        for frame in self._frames:
            yield frame.number, frame.content

    def versions(self, number: int) -> Iterator[bytes]:
        """What a page may hold, the newest first."""
        if number in self._newest:
            yield self._newest[number]
        if 0 < number <= len(self._content) // self.size:
            yield self._page(number)

    def _page(self, number: int) -> bytes:
        return self._content[(number - 1) * self.size : number * self.size]


def page_size(database: bytes) -> int:
    """The size that a file's header states, or ours where it cannot be true."""
    stated = int.from_bytes(database[16:18], "big")
    stated = LARGEST if stated == 1 else stated
    return stated if SMALLEST <= stated <= LARGEST and stated & (stated - 1) == 0 else DEFAULT_SIZE


def _bytes_of(path: Path | None) -> bytes:
    return path.read_bytes() if path is not None and path.exists() else b""


def _committed(log: bytes, size: int) -> list[Frame]:
    """The frames of the log's present round, up to the last one that ends a transaction."""
    step = FRAME_HEADER + size
    places = range(WAL_HEADER, len(log) - step + 1, step)
    salts, frames, end = _salts(log, places), list[Frame](), 0
    for at in places:
        if log[at + 8 : at + 16] != salts:
            continue
        frames.append(Frame(int.from_bytes(log[at : at + 4], "big"), log[at + FRAME_HEADER : at + step]))
        if any(log[at + 4 : at + 8]):
            end = len(frames)
    return frames[:end]


def _salts(log: bytes, places: range) -> bytes:
    """What the frames of the present round carry: the header's own salts, or most frames' where the header is damaged."""
    carried = [log[at + 8 : at + 16] for at in places]
    own = log[16:24]
    return own if own in carried or not carried else max(set(carried), key=carried.count)
