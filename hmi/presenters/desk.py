"""Where the screen's picture is kept and its wishes go out: one at a time, pending until answered, refused with words."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from hmi.channel.facts import LiveCurve, LiveValues, Pulse
from hmi.clock import Clock, Moment, Monotonic
from hmi.presenters.curves import CurveBook
from hmi.presenters.picture import Picture
from hmi.presenters.words import say
from hmi.station.commands import Answer, Body
from hmi.station.topics import CycleTopic, Topic

log = logging.getLogger(__name__)

TICK_MS = 200
DOUBLE_NS = 400_000_000
NOTICE_NS = 10_000_000_000
LONG_NS = 1_000_000_000
READABLE_NS = 500_000_000
"""Numbers change at most twice a second, so that they can be read (C03)."""


class Wishes(Protocol):
    """Where commands go: the link, or a test's own."""

    def send(self, body: Body) -> str:
        """Send once; returns the command's id."""
        ...


@dataclass(frozen=True, slots=True)
class Pending:
    """A wish that waits for its answer."""

    id: str
    body: Body
    sent_ns: Monotonic


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence to be shown near the action, for ten seconds."""

    text: str
    shown_ns: Monotonic


class Desk(QObject):
    """The screen's one truth. It believes what it is told and nothing it only wished."""

    changed = Signal()
    """A topic is new."""
    answered = Signal(object)
    """An answer to any wish, the desk's own or not."""
    ticked = Signal()
    """Ages are to be judged again (every 200 ms, or when a pulse came)."""
    curve_changed = Signal(str)
    pending_changed = Signal()
    notice_changed = Signal()
    succeeded = Signal(object)
    """The body of a command that is done and saved."""
    refused = Signal(object, str)
    """The body of a command that was not done, and the code of why."""

    def __init__(self, wishes: Wishes, clock: Clock) -> None:
        super().__init__()
        self.picture = Picture()
        self.values: dict[tuple[str, str], float | None] = {}
        """Device and tag to the value shown now."""
        self.curves = CurveBook()
        self.away_code = "screen.engine_away"
        """Why touches are refused while the engine is away."""
        self.pending: Pending | None = None
        self.notice: Notice | None = None
        self._wishes = wishes
        self._clock = clock
        self._fresh: dict[tuple[str, str], float | None] = {}
        self._values_ns = 0
        self._last: tuple[str, Monotonic] = ("", 0)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Judge ages every 200 ms from now on."""
        self._timer.start()

    def stop(self) -> None:
        """Judge no more."""
        self._timer.stop()

    def now(self) -> Moment:
        """The host's time."""
        return self._clock.moment()

    @property
    def is_heard(self) -> bool:
        """Whether the engine lives, as far as this screen knows."""
        return self.picture.hearing.of_engine(self.now().mono).is_live

    def waits_long(self) -> bool:
        """Whether a wish has waited for its answer for more than a second."""
        return self.pending is not None and self.now().mono - self.pending.sent_ns > LONG_NS

    def ask(self, body: Body, key: str) -> bool:
        """Send a wish from the control `key`; says whether it went out. A double tap is one wish."""
        now = self.now().mono
        if self._last[0] == key and now - self._last[1] < DOUBLE_NS:
            return False
        if not self.is_heard:
            return self._refuse(self.away_code)
        if self.pending:
            return self._refuse("screen.one_moment")
        self._last = (key, now)
        self._show_notice("")
        self.pending = Pending(self._wishes.send(body), body, now)
        self.pending_changed.emit()
        return True

    def tell(self, text: str) -> None:
        """Show a sentence near the action."""
        log.info("told: %s", text)
        self._show_notice(text)

    @Slot(object)
    def take_topic(self, topic: Topic) -> None:
        """A topic arrived."""
        self.picture = self.picture.with_topic(topic)
        if isinstance(topic, CycleTopic):
            self.curves.close(topic)
            self.curve_changed.emit(topic.machine)
        self.changed.emit()

    @Slot(object)
    def take_pulse(self, pulse: Pulse) -> None:
        """The engine was heard."""
        self.picture = self.picture.with_hearing(self.picture.hearing.hear(pulse))

    @Slot(str)
    def lose_engine(self, code: str) -> None:
        """The channel broke: nothing is live any more until a pulse comes."""
        log.info("the engine is away: %s", code)
        self.away_code = code
        self.picture = self.picture.with_hearing(self.picture.hearing.lost())
        self.ticked.emit()

    @Slot(object)
    def take_values(self, live: LiveValues) -> None:
        """Live values arrived."""
        self._fresh.update({(live.device, tag): value for tag, value in zip(live.tags, live.values, strict=True)})

    @Slot(object)
    def take_curve(self, live: LiveCurve) -> None:
        """A stretch of a running cycle arrived."""
        self.curves.take(live)
        self.curve_changed.emit(live.machine)

    @Slot(object)
    def take_answer(self, answer: Answer) -> None:
        """What came of a wish; the pending one is over."""
        self.answered.emit(answer)
        if self.pending is None or answer.id != self.pending.id:
            return
        body, self.pending = self.pending.body, None
        self.pending_changed.emit()
        if answer.done:
            self.succeeded.emit(body)
        else:
            self.tell(say(answer.code, answer.args) if answer.known else say("screen.not_done"))
            self.refused.emit(body, answer.code)

    @Slot()
    def tick(self) -> None:
        """Judge what time alone changes."""
        now = self.now().mono
        if self.notice and now - self.notice.shown_ns > NOTICE_NS:
            self._show_notice("")
        if now - self._values_ns >= READABLE_NS:
            self.values, self._values_ns = dict(self._fresh), now
        self.ticked.emit()

    def _refuse(self, code: str) -> bool:
        self.tell(say(code))
        return False

    def _show_notice(self, text: str) -> None:
        self.notice = Notice(text, self.now().mono) if text else None
        self.notice_changed.emit()
