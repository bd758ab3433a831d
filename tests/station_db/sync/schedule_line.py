"""A line to a SQLite centre that fails as a script says: before, in and after a commit, with the answer lost, busy, slow."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import Connection, event

from station_db.sync.centre import Centre
from station_db.sync.errors import CentreBusyError, CentreLostError, CentreTimeoutError


class Fault(Enum):
    """What goes wrong with one transaction."""

    NONE = "none"
    CUT_BEFORE = "cut before"
    CUT_IN = "cut in"
    CUT_AT_COMMIT = "cut at commit"
    """The last statement went through, the commit did not."""
    REPLY_LOST = "reply lost"
    """It is committed, and nobody hears of it."""
    TIMED_OUT = "timed out"
    """Committed or not, after the whole deadline."""
    BUSY = "busy"
    SLOW = "slow"
    OTHER_FIRST = "other first"
    """Another uplink of the same station, thought dead, comes in between looking and writing."""


BREAKING = {Fault.CUT_BEFORE, Fault.CUT_IN, Fault.CUT_AT_COMMIT, Fault.REPLY_LOST, Fault.TIMED_OUT}


ON_READING = [kind for kind in Fault if kind not in (Fault.NONE, Fault.OTHER_FIRST)]
ON_WRITING = [*ON_READING, *(Fault.OTHER_FIRST,) * 4]


@dataclass
class Weather:
    """What the script has in store, in virtual seconds; `share` of the transactions meet a fault until it is healed."""

    dice: random.Random
    share: float = 0.0
    now_s: float = 0.0
    met: Counter[Fault] = field(default_factory=Counter)
    other: Callable[[], None] | None = None
    """Lets the other uplink take a step."""

    def next(self, *, writes: bool) -> Fault:
        """What the next transaction meets."""
        self.now_s += 0.01
        if self.dice.random() >= self.share:
            return Fault.NONE
        fault = self.dice.choice(ON_WRITING if writes else ON_READING)
        self.met[fault] += 1
        return fault


class FaultyLine(Centre):
    """A centre behind such weather. Once broken it stays so: whoever uses it connects anew."""

    weather: Weather
    is_broken = False
    cut_after: int | None = None

    @classmethod
    def through(cls, weather: Weather, url: str) -> FaultyLine:
        """Connect; the weather begins afterwards."""
        line = cls.dial(url, "", create=False)
        line.weather = weather
        event.listen(line._engine, "before_cursor_execute", line._count_down)
        return line

    def _count_down(self, *_: Any) -> None:
        if self.cut_after is None:
            return
        self.cut_after -= 1
        if self.cut_after < 0:
            raise sqlite3.OperationalError("the line was cut")

    @contextmanager
    def _transaction(self, *, writes: bool) -> Generator[Connection]:
        fault = Fault.CUT_BEFORE if self.is_broken else self.weather.next(writes=writes)
        self.is_broken |= fault in BREAKING
        self._before(fault)
        try:
            with super()._transaction(writes=writes) as connection:
                self.cut_after = self.weather.dice.randrange(6) if fault is Fault.CUT_IN else None
                yield connection
                self.cut_after = 0 if fault is Fault.CUT_AT_COMMIT else None
                if fault is Fault.CUT_AT_COMMIT:
                    raise CentreLostError(self.url, "the line was cut")
        finally:
            self.cut_after = None
        self._after(fault)

    def _before(self, fault: Fault) -> None:
        match fault:
            case Fault.CUT_BEFORE:
                raise CentreLostError(self.url, "the line is cut")
            case Fault.BUSY:
                raise CentreBusyError(self.url, "somebody else holds it")
            case Fault.SLOW:
                self.weather.now_s += 14
            case Fault.OTHER_FIRST if self.weather.other is not None:
                self.weather.other()
            case Fault.TIMED_OUT if self.weather.dice.random() < 0.5:
                self.weather.now_s += 15
                raise CentreTimeoutError(self.url, "no answer")
            case _:
                pass

    def _after(self, fault: Fault) -> None:
        if fault is Fault.TIMED_OUT:
            self.weather.now_s += 15
            raise CentreTimeoutError(self.url, "no answer")
        if fault is Fault.REPLY_LOST or self.is_broken:
            raise CentreLostError(self.url, "the answer was lost")
