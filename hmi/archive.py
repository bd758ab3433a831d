"""The screen's read-only door to the station's store: questions are answered by one thread, in pieces, as facts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from hmi.channel.messages import StoreGeneration
from station_db import queries
from station_db.errors import StoreError
from station_db.queries import Place, Span
from station_db.reader import Reader
from station_db.records.base import Digest

log = logging.getLogger(__name__)

PAGE = 50
"""Rows a question: far below a second on any panel."""


@dataclass(frozen=True, slots=True)
class AskShifts:
    """The shifts that touch a time, newest first."""

    span: Span


@dataclass(frozen=True, slots=True)
class AskCycles:
    """A page of one machine's cycles, newest first."""

    span: Span
    machine: str
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class AskChecks:
    """A page of checks, newest first."""

    span: Span
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class AskStates:
    """One machine's states, oldest first."""

    span: Span
    machine: str


@dataclass(frozen=True, slots=True)
class AskCurve:
    """One curve."""

    digest: Digest


@dataclass(frozen=True, slots=True)
class AskGoodCurves:
    """The last good cycles' curves of a machine, oldest first."""

    machine: str
    limit: int


@dataclass(frozen=True, slots=True)
class AskSamples:
    """Every sample of a machine's tags; for spans of minutes to an hour or two."""

    span: Span
    machine: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskOverview:
    """The extremes of a machine's tags in at most so many buckets of whole minutes; for hours and days."""

    span: Span
    machine: str
    tags: tuple[str, ...]
    pixels: int


Question = AskShifts | AskCycles | AskChecks | AskStates | AskCurve | AskGoodCurves | AskSamples | AskOverview


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found: records, newest first where pages go backwards, or one `Samples` or `Overview`.

    A page of `PAGE` rows may go on.
    """

    question: Question
    rows: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """The store could not be read; `reason` is a plain sentence."""

    question: Question
    reason: str


class Archive(QObject):
    """Answers by `found` or `not_found`, never in the caller's own time. `stop` waits for what is being read."""

    found = Signal(object)
    not_found = Signal(object)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._reader: Reader | None = None
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(1)

    def ask(self, question: Question) -> None:
        """Put a question to the store."""
        self._pool.start(_Job(lambda: self._answer(question)))

    @Slot(object)
    def open_again(self, generation: StoreGeneration) -> None:
        """The engine opened the store anew: the next question opens it too."""
        self._pool.start(_Job(lambda: self._forget(Path(generation.folder))))

    def stop(self) -> None:
        """Let the thread end."""
        self._pool.clear()
        self._pool.waitForDone(2000)

    def _forget(self, folder: Path) -> None:
        self._reader, self._folder = None, folder

    def _answer(self, question: Question) -> None:
        try:
            self._reader = self._reader or Reader(self._folder)
            rows = _read(self._reader, question)
        except StoreError as error:
            log.info("history can't be read: %s", error)
            self._reader = None
            self.not_found.emit(NotFound(question, error.reason))
        else:
            self.found.emit(Found(question, rows))


class _Job(QRunnable):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        self._work()


def _read(reader: Reader, question: Question) -> tuple[Any, ...]:
    match question:
        case AskShifts():
            return reader.ask(queries.shifts, question.span)
        case AskCycles():
            return reader.ask(queries.cycles, question.span, machine=question.machine, before=question.before, limit=PAGE)
        case AskChecks():
            return reader.ask(queries.checks, question.span, before=question.before, limit=PAGE)
        case AskStates():
            return reader.ask(queries.states, question.span, machine=question.machine)
        case AskCurve():
            curve = reader.curve(question.digest)
            return () if curve is None else (curve,)
        case AskSamples():
            return (reader.samples(question.machine, question.tags, question.span),)
        case AskOverview():
            return (reader.overview(question.machine, question.tags, question.span, question.pixels),)
        case AskGoodCurves():
            digests = reader.ask(queries.last_good_curves, question.machine, question.limit)
            curves = (reader.curve(digest) for digest in reversed(digests))
            return tuple(curve for curve in curves if curve is not None)
