"""The uplink's end of the pipe to its engine: a thread hears, everybody may speak, and whoever waits is woken."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from hmi.engine import uplink_messages as words
from hmi.engine.uplink_door import Comparison
from station_db.feed import Snapshot
from station_db.journal import FeedEntry

APPLY_PATIENCE_S = 30.0
LAST_WORDS_S = 1.5
"""How long the centre may take to answer once we are to end; then its connection is cut."""


class NotAppliedError(Exception):
    """Our own record could not take it now; it is fetched again."""


class BadFeedError(Exception):
    """What the centre sent can't be applied: a person has to look at it."""


@dataclass(frozen=True, slots=True)
class Pipe:
    """How bytes come and go. `read` returns some, none at the end; `write` takes all."""

    read: Callable[[], bytes]
    write: Callable[[bytes], None]


def pipe_of(reading: int, writing: int) -> Pipe:
    """The pipe behind two file descriptors."""

    def write(data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(writing, left) :]

    return Pipe(lambda: os.read(reading, 1 << 16), write)


class Line:
    """Made over a pipe; `begin` gives the first message, `listen` hears the rest in a thread."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._pending = bytearray()
        self._news = threading.Condition()
        self._speaking = threading.Lock()
        self._answers: dict[int, words.Applied] = {}
        self._number = 0
        self._is_recorded = self._is_called = self._is_retry = self._is_export = self.has_ended = False
        self._ended = threading.Event()
        self.order = ""
        """The order under way here."""
        self.at_end: Callable[[], None] = _nothing
        """Cuts whatever the centre keeps waiting, some time after the end was asked for; called from another thread."""

    def close(self) -> None:
        """The last words are said: nothing need be cut any more."""
        self.at_end = _nothing
        self._ended.set()

    def begin(self) -> words.Begin | None:
        """Wait for the first message; None where the engine is gone before it."""
        first = self._next()
        return first if isinstance(first, words.Begin) else None

    def listen(self) -> None:
        """Hear the engine until it ends us or is gone."""
        threading.Thread(target=self._hear, name="uplink line", daemon=True).start()

    def say(self, message: words.FromUplink) -> None:
        """Tell the engine; one that is gone hears nothing."""
        with self._speaking, suppress(OSError):
            self._pipe.write(words.encode(message))

    def apply(self, entries: Sequence[FeedEntry]) -> None:
        """Hand over what the centre sent and wait until it is in the record. Raises `NotAppliedError`, `BadFeedError`."""
        self._hand_over(lambda number: words.Fetched(number, tuple(entries)))

    def apply_snapshot(self, snapshot: Snapshot) -> None:
        """The same for what stands for all of the centre's history."""
        self._hand_over(lambda number: words.FetchedAnew(number, snapshot))

    def note_days(self, found: Comparison) -> None:
        """Hand over the days that were compared and wait until that is written. Raises `NotAppliedError`."""
        self._hand_over(lambda number: words.Compared(number, tuple(found.days), found.wrong, found.first))

    def wait(self, seconds: float, *, for_records: bool) -> bool:
        """Wait at most so long for the end, for a person, and (`for_records`) for a new record; whether one of them came."""
        with self._news:
            return self._news.wait_for(lambda: self._is_woken(for_records=for_records), seconds)

    @property
    def has_news(self) -> bool:
        """Whether anything came that must not wait: a new record, a person, the end."""
        return self._is_woken(for_records=True)

    def take_retry(self) -> bool:
        """Whether a person asked for a try since the last one began; what was recorded until now is in this try too."""
        with self._news:
            asked, self._is_retry, self._is_called, self._is_recorded = self._is_retry, False, False, False
            return asked

    def take_export(self) -> bool:
        """Whether a person wants what is set aside as a file."""
        with self._news:
            asked, self._is_export = self._is_export, False
            return asked

    def _is_woken(self, *, for_records: bool) -> bool:
        return self.has_ended or self._is_called or (for_records and self._is_recorded)

    def _hand_over(self, message: Callable[[int], words.Fetched | words.FetchedAnew | words.Compared]) -> None:
        self._number += 1
        number = self._number
        self.say(message(number))
        with self._news:
            self._news.wait_for(lambda: number in self._answers or self.has_ended, APPLY_PATIENCE_S)
            answer = self._answers.pop(number, None)
        if answer is None:
            raise NotAppliedError("the recorder gave no answer")
        if answer.reason:
            raise BadFeedError(answer.reason) if answer.is_feed_bad else NotAppliedError(answer.reason)

    def _hear(self) -> None:
        while not self.has_ended:
            message = self._next()
            if isinstance(message, words.Ping):
                self.say(words.Pong())
            with self._news:
                self._take(message)
                self._news.notify_all()
        self._ended.wait(LAST_WORDS_S)
        self.at_end()

    def _take(self, message: words.ToUplink | None) -> None:
        match message:
            case words.Recorded():
                self._is_recorded = True
            case words.TryNow():
                self._is_retry = self._is_called = True
            case words.ExportAside():
                self._is_export = self._is_called = True
            case words.UnderWay(order):
                self.order = order
            case words.Applied(number):
                self._answers[number] = message
            case words.End() | None:
                self.has_ended = True
            case _:
                pass

    def _next(self) -> words.ToUplink | None:
        """The next message; None where the pipe is closed."""
        head = self._exactly(words.HEAD.size)
        if head is None:
            return None
        number, length = words.body_length(head)
        body = self._exactly(length)
        return None if body is None else words.decode(number, body)

    def _exactly(self, size: int) -> bytes | None:
        while len(self._pending) < size:
            more = self._more()
            if not more:
                return None
            self._pending += more
        taken = bytes(self._pending[:size])
        del self._pending[:size]
        return taken

    def _more(self) -> bytes:
        try:
            return self._pipe.read()
        except OSError:
            return b""


def _nothing() -> None:
    """Nothing is open yet."""
