"""A channel that another program writes into a folder, file by file, as stretches of samples."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

import numpy as np

from drivers.driver import Stamp
from drivers.link import RemarkCode
from drivers.reading import Remark, Waveform
from drivers.waveforms.formats import Piece, UnreadableFileError, opened
from drivers.waveforms.inbox import FileInbox, Look
from drivers.waveforms.setup import Channel, Folder

LOOK_S = 1.0
_LEAST_PATIENCE_S = 2.0
_LATE_S = 10.0
"""A file that waited longer than this, and than two others take, tells of the past."""
_RATE_TOLERANCE = 1e-3
_US = 1_000_000

Told = Waveform | Remark


class FileChannel:
    """Reads a folder for as long as the program runs; files are never changed."""

    def __init__(self, device: str, channel: Channel, folder: Folder, stamp: Stamp) -> None:
        self._device = device
        self._channel = channel
        self._folder = folder
        self._stamp = stamp
        self._look_s = min(LOOK_S, channel.every_s / 2)
        self._inbox = FileInbox(folder, max(_LEAST_PATIENCE_S, 2 * channel.every_s))
        self._complaint = ""

    async def stretches(self) -> AsyncGenerator[Told, None]:
        """Yield the samples of each file once, and what is wrong with those that are left out; for ever."""
        while True:
            try:
                look = await asyncio.to_thread(self._inbox.look, asyncio.get_running_loop().time())
            except OSError as error:
                for remark in self._complain(f"the folder can't be read: {error.strerror or error}"):
                    yield remark
                look = Look((), ())
            for name in look.late:
                for remark in self._complain(f"'{name}' came after a file of a later name, and is left out"):
                    yield remark
            for path in look.whole:
                async with aclosing(self._file(path)) as file:
                    async for told in file:
                        yield told
            if not look.whole:
                await asyncio.sleep(self._look_s)

    async def _file(self, path: Path) -> AsyncGenerator[Told, None]:
        """Tell one file; it counts as taken once all of it was."""
        try:
            found = await asyncio.to_thread(opened, path)
            self._check(found.count, found.rate_hz)
            ended_us = await asyncio.to_thread(self._ended_us, path)
            pieces, begin = found.pieces(), 0
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                yield self._stretch(
                    piece, begin, ended_us - round((found.count - begin - len(piece)) / self._channel.rate_hz * _US)
                )
                begin += len(piece)
        except (UnreadableFileError, OSError) as error:
            self._inbox.set_aside(path)
            for remark in self._complain(f"'{path.name}' is left out: {error}"):
                yield remark
            return
        for remark in await asyncio.to_thread(self._taken, path):
            yield remark

    def _taken(self, path: Path) -> list[Remark]:
        """Write down that a file was told; where that can't be, it is told once more after a restart only."""
        try:
            self._inbox.took(path)
        except OSError as error:
            return list(self._complain(f"how far files were taken can't be written down: {error.strerror or error}"))
        return list(self._content())

    def _ended_us(self, path: Path) -> int:
        """When the last sample of a file was taken: when it was written, but never later than now, whatever clock wrote it."""
        now, _ = self._stamp()
        return min(path.stat().st_mtime_ns // 1000, now)

    def _check(self, samples: int, rate_hz: float | None) -> None:
        """What the file says of itself must fit what station.toml says of the channel."""
        wanted = self._channel.rate_hz
        if rate_hz is not None and abs(rate_hz - wanted) > _RATE_TOLERANCE * wanted:
            raise UnreadableFileError(f"it has {rate_hz:g} samples a second, {wanted:g} are set")
        if samples < self._channel.features.window_s * wanted:
            raise UnreadableFileError(f"its {samples} samples are less than one window")

    def _stretch(self, piece: Piece, first: int, at: int) -> Waveform:
        now, heard_ns = self._stamp()
        with np.errstate(over="ignore"):  # what float32 can't hold is infinite, and no window with it has features
            samples = (piece * self._folder.scale).astype("<f4").tobytes()
        is_past = now - at > _US * max(_LATE_S, 3 * self._channel.every_s + 2 * self._look_s)
        name, unit, rate_hz = self._channel.name, self._channel.unit, self._channel.rate_hz
        return Waveform(self._device, name, unit, rate_hz, first, samples, 0, at, heard_ns, is_past)

    def _complain(self, reason: str) -> Iterator[Remark]:
        if reason != self._complaint:
            self._complaint = reason
            yield Remark(self._device, RemarkCode.FILES_LEFT_OUT, f"'{self._channel.name}': {reason}", *self._stamp())

    def _content(self) -> Iterator[Remark]:
        if self._complaint:
            self._complaint = ""
            yield Remark(self._device, RemarkCode.FILES_LEFT_OUT, "", *self._stamp(), is_over=True)
