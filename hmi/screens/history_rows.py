"""The lists of the history: which question each asks, and its rows as they come in, page by page."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from PySide6.QtCore import QCoreApplication

from hmi.archive import PAGE, Archive, AskChecks, AskCycles, AskStates, Found, Question
from hmi.presenters.history import check_row, cycle_row, empty_sentence, state_row, stop_row, stops, was_seen
from station_db.queries import Place, Span
from widgets.display import RowText

translate = QCoreApplication.translate


class Kind(StrEnum):
    """What is listed."""

    CYCLES = "cycles"
    CHECKS = "checks"
    STATES = "states"
    STOPS = "stops"


def columns_of(kind: Kind) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The titles of a list's columns and their shares of its width."""
    time, verdict = translate("history", "time"), translate("history", "result")
    match kind:
        case Kind.CYCLES:
            cycle, lasted, end = translate("history", "cycle"), translate("history", "lasted"), translate("history", "end value")
            return (time, cycle, lasted, end, verdict), (1.3, 1.0, 1.2, 1.3, 1.3)
        case Kind.CHECKS:
            return (time, translate("history", "check"), translate("history", "value"), verdict), (1.0, 2.4, 1.6, 1.2)
        case Kind.STATES:
            return (time, translate("history", "state"), translate("history", "lasted")), (1, 1.5, 1.5)
        case Kind.STOPS:
            return (time, translate("history", "lasted"), translate("history", "why")), (1, 1.2, 2)


class Rows:
    """One list as far as it was read. An answer to an older question is let go."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._kind = Kind.CYCLES
        self._question: Question | None = None
        self._records: list[Any] = []
        self.has_more = False

    def ask(self, kind: Kind, span: Span, machine: str) -> None:
        """Begin a list anew."""
        self._kind, self._records, self.has_more = kind, [], False
        self._put(_question(kind, span, machine))

    def go_on(self) -> None:
        """Ask for the page behind the last row."""
        last = self._records[-1]
        match self._question:
            case AskCycles(span=span, machine=machine):
                self._put(AskCycles(span, machine, Place(last.ended_at, last.id)))
            case AskChecks(span=span):
                self._put(AskChecks(span, Place(last.at, last.id)))

    def take(self, found: Found) -> bool:
        """Add what was found; False where it answers something else."""
        if found.question is not self._question:
            return False
        newest_first = found.rows if isinstance(found.question, AskCycles | AskChecks) else tuple(reversed(found.rows))
        self._records.extend(newest_first)
        self.has_more = isinstance(found.question, AskCycles | AskChecks) and len(found.rows) == PAGE
        return True

    def texts(self, zone: str, now: int) -> tuple[RowText, ...]:
        """The rows as they are shown."""
        match self._kind:
            case Kind.CYCLES:
                return tuple(cycle_row(cycle, zone) for cycle in self._records)
            case Kind.CHECKS:
                return tuple(check_row(check, zone) for check in self._records)
            case Kind.STATES:
                return tuple(state_row(state, zone, now) for state in self._records)
            case Kind.STOPS:
                return tuple(stop_row(state, zone, now) for state in stops(self._records, now))

    def empty_sentence(self) -> str:
        """What an empty list means."""
        return empty_sentence(self._kind, was_seen=self._kind is not Kind.STOPS or was_seen(self._records))

    def record(self, key: str) -> Any:
        """The record of a row; None for none."""
        return next((record for record in self._records if record.id == key), None)

    def _put(self, question: Question) -> None:
        self._question = question
        self._archive.ask(question)


def _question(kind: Kind, span: Span, machine: str) -> Question:
    match kind:
        case Kind.CYCLES:
            return AskCycles(span, machine)
        case Kind.CHECKS:
            return AskChecks(span)
        case _:
            return AskStates(span, machine)
