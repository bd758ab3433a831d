"""One exchange with the centre, in the order of importance: records up, news down, clocks, whole days, and signals last."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hmi.engine import uplink_messages as words
from hmi.engine.acknowledged import Acknowledged, keep_acknowledged
from hmi.engine.uplink_door import SHOWN_MOST, CentreDoor, ClockOffset, Said
from hmi.engine.uplink_line import Line
from hmi.station.topics import SetAsideView, SyncTopic
from station_db import aside_here
from station_db.blocks import SignalsSent
from station_db.reader import Reader
from station_db.records.base import RecordId
from station_db.sync.errors import CentreError

EXPORTS = "exports"


class Visit:
    """What the uplink knows of the centre, and when it asks for what. Everything here raises what its door raises."""

    def __init__(self, begin: words.Begin, line: Line, reader: Reader, known: Acknowledged, sending: Callable[[], None]) -> None:
        self._folder = Path(begin.folder)
        self._pace = begin.pace
        self._line = line
        self._reader = reader
        self._sending = sending
        self.known = known
        """How far the centre had our records when it was last heard."""
        self.address = ""
        """The centre's, without a password, once it was tried."""
        self._items: tuple[SetAsideView, ...] = ()
        self._here: tuple[SetAsideView, ...] = ()
        self._signals = 0
        self._signals_sent = SignalsSent()
        self._clock: ClockOffset | None = None
        self._fetch_due_s = self._compare_due_s = 0.0
        self._is_following = False

    def picture(self, topic: SyncTopic) -> SyncTopic:
        """The topic with what the last visits brought."""
        items = sorted((*self._items, *self._here), key=lambda item: -item.at)[:SHOWN_MOST]
        return replace(topic, items=tuple(items), signals_waiting=self._signals, centre=self.address)

    def due_in_s(self) -> float:
        """How long the centre need not be asked, if nothing is recorded."""
        return max(0.0, self._fetch_due_s - time.monotonic())

    def arrive(self, door: CentreDoor) -> None:
        """A new connection: look where the centre stands, and ask for everything."""
        self.address = door.shown
        self._fetch_due_s = self._compare_due_s = 0.0
        self._is_following = False
        self._acknowledge(door)

    def exchange(self, door: CentreDoor, *, is_asked: bool) -> None:
        """All there is, until something more important comes; `is_asked`: a person wants it now."""
        if is_asked:
            self._fetch_due_s = 0.0
            if self.known.set_aside:
                door.retry_aside()
        self.send(door)
        if time.monotonic() >= self._fetch_due_s:
            self._ask(door)
            self._fetch_due_s = time.monotonic() + self._pace.fetch_s
        if self._line.take_export():
            self._export(door)
        self._compare(door)
        self._send_signals(door)

    def send(self, door: CentreDoor, *, is_last: bool = False) -> None:
        """Send until nothing is unsent."""
        said = Said(None if self._clock is None else self._clock.offset_us, self._signals)
        while (is_last or not self._line.has_ended) and door.send(self._reader, said):
            self._acknowledge(door)
            if not is_last:
                self._sending()

    def _acknowledge(self, door: CentreDoor) -> None:
        known = door.acknowledged(self._reader)
        if min(known.set_aside, SHOWN_MOST) != len(self._items):
            self._items = door.set_aside()
        if known != self.known:
            self.known = known
            keep_acknowledged(self._folder, known)

    def _ask(self, door: CentreDoor) -> None:
        """What is new there, until there is nothing; the empty answer is handed over too: the centre was heard."""
        self._acknowledge(door)
        self._measure(door)
        self._note_signals(door)
        if self.known.set_aside:
            self._items = door.set_aside()
        self._look_at_order(door)
        self._begin_feed(door)
        while not self._line.has_ended:
            entries = door.fetch(self._reader.feed_cursor())
            self._line.apply(entries)
            if not entries:
                break
        found = self._reader.ask(aside_here.newest, SHOWN_MOST)
        self._here = tuple(SetAsideView(f"{one.epoch}/{one.seq}", one.kind, one.reason, one.at, is_ours=False) for one in found)

    def _begin_feed(self, door: CentreDoor) -> None:
        """Once a connection: a station that is new or far behind begins with a snapshot."""
        if self._is_following:
            return
        snapshot = door.snapshot(self._reader.feed_cursor())
        if snapshot is not None:
            self._line.apply_snapshot(snapshot)
        self._is_following = True

    def _look_at_order(self, door: CentreDoor) -> None:
        """Who else works on the order under way here."""
        order = self._line.order
        if order:
            self._line.say(words.Shared(order, door.others_on(RecordId(order))))

    def _measure(self, door: CentreDoor) -> None:
        self._clock = door.clock()
        if self._clock is not None:
            self._line.say(words.ClockRead(self._clock.offset_us, self._clock.within_us))

    def _export(self, door: CentreDoor) -> None:
        """A file a lead can hand on; one that can't be written is told and holds nothing up."""
        path = self._folder / EXPORTS / f"set-aside-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.jsonl"
        try:
            door.export_aside(path)
        except OSError as error:
            self._line.say(words.Exported(f"{path}: {error.strerror or error}"))
        except CentreError as error:
            self._line.say(words.Exported(str(error)))
            raise
        else:
            self._line.say(words.Exported())

    def _compare(self, door: CentreDoor) -> None:
        """Whole days, now and then, and only when no record waits for it."""
        if time.monotonic() < self._compare_due_s or self._line.has_news:
            return
        found = door.compare(self._reader)
        self._line.note_days(found)
        self._compare_due_s = time.monotonic() + self._pace.reconcile_s

    def _send_signals(self, door: CentreDoor) -> None:
        """The second lane, a piece at a time; a record that comes in between goes first."""
        while not self._line.has_news and door.send_signals(self._reader):
            self._note_signals(door)

    def _note_signals(self, door: CentreDoor) -> None:
        """How many wait, and to the engine how far the centre has them."""
        marks = door.signals_sent(self._reader)
        self._signals = self._reader.signals_waiting(marks)
        sent = SignalsSent.of(marks)
        if sent != self._signals_sent:
            self._signals_sent = sent
            self._line.say(words.SignalsArrived(sent.block, sent.curve))
