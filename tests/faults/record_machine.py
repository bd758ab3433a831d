"""Station, centre, line, clock and disk, with everything that happens to them, against a model that is a list.

The model knows what was told saved, in order, and what a restored backup took back. After every step the invariants hold; at
the end all is healed, and both ends hold the same.
"""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from station_db import crashpoints
from station_db.connecting import RECORD_FILE, raw
from station_db.durable import remove_logs
from station_db.errors import CommitFailedError
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.retention import DAY_US, Retention
from station_db.store import Store
from station_db.sync import down, reconcile, up
from station_db.sync.centre import Centre
from station_db.sync.errors import CentreLostError
from station_db.sync.loading import load
from tests import invariants
from tests.faults.next_release import NextRelease
from tests.station_db.store.store_cases import (
    SECOND,
    START,
    STATION,
    back_up,
    cycle_changes,
    open_store,
)
from tests.station_db.sync.sync_cases import founded_sqlite

IN_COMMIT = ("before_curves", "after_curves", "after_journal", "after_projection", "before_commit", "after_commit")
IN_FEED = ("after_feed_rows", "after_feed_cursor", "after_feed_commit")
IN_PRUNE = ("during_prune", "after_prune")
MONTH, MONTHS_US = Retention(days=30), 100 * DAY_US
ON_THE_WAY = ("before_centre_commit", "after_centre_commit")
JUMPS_S = (-90_000, -3_600, -5, 5, 3_600, 90_000)


QUICK = Path("/dev/shm")
"""A disk in memory, where there is one: power cuts are another test's matter."""


class DiedError(BaseException):
    """The process died here: nothing catches it."""


class RecordMachine(RuleBasedStateMachine):
    """One station and its centre."""

    steps = 0
    """Of all machines together."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="lineside-machine-", dir=QUICK if QUICK.is_dir() else None))
        self.folder = self.home / "data"
        self.folder.mkdir()
        self.centre = Centre.connect(founded_sqlite(self.home))
        self.saved: list[str] = []
        self.taken_back: set[str] = set()
        self.let_go: set[str] = set()
        self.backup: tuple[Path, int] | None = None
        self.numbers = itertools.count(1)
        self.lives = itertools.count(1)
        self.orders = itertools.count(1)
        self.now = START
        self.release = NextRelease(self.home)
        self.dies = crashpoints._die
        crashpoints._die = _die

    @initialize()
    def begin(self) -> None:
        self.store = self._opened()

    def _opened(self) -> Store:
        return open_store(self.folder, prefix=f"life-{next(self.lives)}")

    @property
    def reader(self) -> Reader:
        return Reader(self.folder)

    # What the station does

    @rule(parts=st.integers(1, 5))
    def make_parts(self, parts: int) -> None:
        self._commit(parts)

    def _commit(self, parts: int) -> None:
        made = [next(self.numbers) for _ in range(parts)]
        self.store.commit([cycle_changes(number) for number in made], self.now)
        self.saved += [f"cycle-{number:06}" for number in made]

    @rule(parts=st.integers(1, 3), point=st.sampled_from(IN_COMMIT))
    def die_in_a_commit(self, parts: int, point: str) -> None:
        made = [next(self.numbers) for _ in range(parts)]
        crashpoints.arm(point)
        with suppress(DiedError):
            self.store.commit([cycle_changes(number) for number in made], self.now)
        self._crash()
        here = self._here()
        ids = [f"cycle-{number:06}" for number in made]
        assert {each in here for each in ids} == {point == "after_commit"}, "a commit is whole or not at all"
        self.saved += [each for each in ids if each in here]

    @rule()
    def die(self) -> None:
        self._crash()

    def _crash(self) -> None:
        """Let go of the files as the end of a process does, without a word."""
        crashpoints.arm("")
        self.store._held.close()
        self.store = self._opened()

    @rule()
    def start_again(self) -> None:
        self.store.close()
        self.store = self._opened()

    @rule()
    def bring_the_log_in(self) -> None:
        self.store.checkpoint(self.now)

    @rule(seconds=st.sampled_from(JUMPS_S))
    def step_the_clock(self, seconds: int) -> None:
        self.now = Instant(self.now + seconds * SECOND)

    # The disk

    @rule(parts=st.integers(20, 40))
    def fill_the_disk(self, parts: int) -> None:
        """Commits fail until there is room; what was told saved is what got through."""
        raw(self.store._record._file.connection, f"PRAGMA max_page_count={self._pages()}")
        with suppress(CommitFailedError):
            for _ in range(parts):
                self._commit(1)
        raw(self.store._record._file.connection, "PRAGMA max_page_count=1073741823")
        self._commit(1)

    def _pages(self) -> int:
        return raw(self.store._record._file.connection, "PRAGMA page_count")[0][0]

    @rule()
    def back_up(self) -> None:
        target = self.home / "backup.db"
        target.unlink(missing_ok=True)
        back_up(self.folder, target)
        self.backup = (target, len(self.saved))

    @precondition(lambda self: self.backup is not None)
    @rule()
    def put_the_backup_back(self) -> None:
        assert self.backup is not None
        copy, length = self.backup
        stood = self.reader.position()
        self.store._held.close()
        remove_logs(self.folder / RECORD_FILE)
        shutil.copyfile(copy, self.folder / RECORD_FILE)
        is_older = self.reader.position() != stood
        self.store = self._opened()
        assert (self.reader.position().epoch != stood.epoch) >= is_older, "an older state opens an epoch"
        self.taken_back |= set(self.saved[length:])
        self.saved = self.saved[:length]

    @precondition(lambda self: not self.release.is_here)
    @rule()
    def install_the_next_release(self) -> None:
        self.store.close()
        self.release.install()
        self.store = self._opened()

    # The centre and the way there

    @rule(limit=st.integers(1, 20))
    def send(self, limit: int) -> None:
        up.push(self.reader, self.centre, at=self.now, limit=limit)

    @rule(limit=st.integers(1, 20), point=st.sampled_from(ON_THE_WAY))
    def lose_the_line_while_sending(self, limit: int, point: str) -> None:
        crashpoints.arm(point)
        with suppress(DiedError, CentreLostError):
            up.push(self.reader, self.centre, at=self.now, limit=limit)
        crashpoints.arm("")

    @rule(quantity=st.integers(1, 9))
    def load_an_order(self, quantity: int) -> None:
        order = {"id": f"WO-{next(self.orders) % 5}", "product": "P-1", "work_master": "R-1@1", "quantity": quantity}
        routing = {"id": "R-1@1", "product": "P-1", "revision": "1", "steps": [_STEP]}
        plant = {"products": [{"id": "P-1", "name": "Pump"}], "work_masters": [routing], "job_orders": [order]}
        load(self.centre, json.dumps(plant), at=self.now)

    @rule()
    def fetch(self) -> None:
        self.store.apply_feed(down.pull(self.centre, STATION, self.reader.feed_cursor()), self.now)

    @rule(point=st.sampled_from(IN_FEED))
    def die_while_fetching(self, point: str) -> None:
        feed = down.pull(self.centre, STATION, self.reader.feed_cursor())
        crashpoints.arm(point)
        with suppress(DiedError):
            self.store.apply_feed(feed, self.now)
        self._crash()

    @rule()
    def compare_days(self) -> None:
        found = reconcile.reconcile(self.reader, self.centre, at=self.now)
        assert (found.holes, found.differing) == (0, 0)
        self.store.note_reconciled(found.days)

    @rule(point=st.sampled_from(("", *IN_PRUNE)))
    def let_go_of_old(self, point: str) -> None:
        """Months later what the centre holds goes; a death in between loses no more than that."""
        while up.push(self.reader, self.centre, at=self.now).entries:
            pass
        later = Instant(self.now + MONTHS_US)
        self.store.note_reconciled(reconcile.reconcile(self.reader, self.centre, at=later).days)
        marks = {epoch: mark.last_seq for epoch, mark in up.marks(self.centre, STATION).items()}
        before = self._here()
        crashpoints.arm(point)
        try:
            while self.store.prune(MONTH, marks, later):
                pass
        except DiedError:
            self._crash()
        crashpoints.arm("")
        gone = before - self._here()
        assert gone <= self._records_there(), "only what the centre holds may go"
        self.let_go |= gone

    @rule(every=st.integers(2, 7))
    def lose_entries_at_the_centre(self, every: int) -> None:
        """A centre that failed over to a copy that lacks some; the next comparison puts them in again."""
        here = {(entry, seq) for entry, seq in self._entries()}
        lost = [place for place in sorted(self._entries_there()) if place in here][::every]
        with closing(sqlite3.connect(self.home / "centre.db")) as centre, centre:
            centre.executemany("DELETE FROM journal WHERE station_id = 'ST-040' AND epoch = ? AND seq = ?", lost)
            centre.execute("SELECT 1")
        with closing(sqlite3.connect(self.folder / RECORD_FILE)) as record, record:
            record.execute("DELETE FROM reconciled_day")
        found = reconcile.reconcile(self.reader, self.centre, at=self.now)
        assert found.resent == found.holes == len(lost)

    # What holds

    @invariant()
    def holds(self) -> None:
        RecordMachine.steps += 1
        if not hasattr(self, "store"):
            return
        assert set(self.saved) - self.let_go <= self._here(), "I1: what was told saved is here"
        invariants.numbers_have_no_gaps(self.folder)
        books = up.balance(self.reader, self.centre)
        assert books.captured == books.sent + books.waiting + books.set_aside, f"I6: {books}"

    def teardown(self) -> None:
        crashpoints.arm("")
        try:
            if hasattr(self, "store"):
                self._heal()
        finally:
            crashpoints._die = self.dies
            self.release.remove()
            self.centre.close()
            shutil.rmtree(self.home, ignore_errors=True)

    def _heal(self) -> None:
        while up.push(self.reader, self.centre, at=self.now).entries:
            pass
        while feed := down.pull(self.centre, STATION, self.reader.feed_cursor()):
            self.store.apply_feed(feed, self.now)
        self.store.close()
        here, there = set(self._entries()), set(self._entries_there())
        assert here <= there, f"I2: {len(here - there)} entries never arrived"
        assert self._records_there() - self._here() <= self.taken_back | self.let_go, "I2: the centre has what nobody recorded"
        invariants.store_is_sound(self.folder, set(self.saved) - self.let_go)

    def _here(self) -> set[str]:
        return {row[0] for row in self._ask(self.folder / RECORD_FILE, "SELECT record_id FROM journal WHERE kind = 'cycle.1'")}

    def _records_there(self) -> set[str]:
        return {row[0] for row in self._ask(self.home / "centre.db", "SELECT record_id FROM journal WHERE kind = 'cycle.1'")}

    def _entries(self) -> list[tuple[str, int]]:
        return self._ask(self.folder / RECORD_FILE, "SELECT epoch, seq FROM journal WHERE station_id = 'ST-040'")

    def _entries_there(self) -> list[tuple[str, int]]:
        return self._ask(self.home / "centre.db", "SELECT epoch, seq FROM journal WHERE station_id = 'ST-040'")

    def _ask(self, path: Path, sql: str) -> list[tuple]:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()


_STEP = {"number": 1, "key": "look", "kind": "confirm", "title": "Look"}


def _die() -> None:
    raise DiedError
