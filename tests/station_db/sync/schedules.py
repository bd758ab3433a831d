"""Random schedules of one station, two of its uplinks and a centre, in virtual time; healed and drained, all must be equal.

Everything but the line is real: store, reader, push, second lane, pull, feed, and a SQLite centre in a file.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, select

from station_db import journal
from station_db.connecting import RECORD_FILE
from station_db.journal import Origin, entry_hash
from station_db.reader import Reader
from station_db.records.base import CENTRE, Instant
from station_db.records.changes import Entry
from station_db.sync import appending, aside
from station_db.sync.centre import Centre
from station_db.sync.down import pull
from station_db.sync.errors import TransientCentreError
from station_db.sync.lanes import push_signals
from station_db.sync.up import balance, marks, push
from station_db.tables import JOURNAL, SIGNAL_CURVE, TYPED
from tests.station_db.store.store_cases import START, back_up, cycle_changes, cycle_of, open_store, person, saying
from tests.station_db.sync.schedule_line import Fault, FaultyLine, Weather
from tests.station_db.sync.sync_cases import founded_sqlite, journal_of

STEPS = 8
IN_A_ROW = 5
"""So many schedules go over the same station and centre, one after another."""
DRAINED_WITHIN_S = 600.0
OLDER_CENTRE = {"cycle": frozenset({"curve_lost"})}
IN_MEMORY = Path("/dev/shm")


@dataclass
class Told:
    """What a run of schedules met, to be printed."""

    schedules: int = 0
    entries: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    restores: int = 0
    read_later: int = 0


@dataclass
class Uplink:
    """What the engine's uplink does, with its back-off in virtual time."""

    plant: Plant
    limit: int
    line: FaultyLine | None = None
    failures: int = 0
    due_s: float = 0.0
    is_busy: bool = False

    def step(self) -> bool:
        """Try once if it is time; whether all that was to be done is done."""
        weather = self.plant.weather
        if weather.now_s < self.due_s:
            return False
        self.is_busy = True
        try:
            self._serve()
        except TransientCentreError:
            self.failures += 1
            self.due_s = weather.now_s + weather.dice.uniform(0, min(60, 2**self.failures))
            if self.line is not None and self.line.is_broken:
                self.hang_up()
            return False
        finally:
            self.is_busy = False
        self.failures = 0
        return True

    def _serve(self) -> None:
        plant = self.plant
        if self.line is None:
            self.line = FaultyLine.through(plant.weather, plant.url)
            self.line.lacking = plant.lacking
        while push(plant.reader, self.line, at=plant.now(), limit=self.limit).entries:
            pass
        while entries := pull(self.line, "ST-040", plant.reader.feed_cursor(), limit=self.limit):
            plant.store.apply_feed(entries, plant.now())
        while push_signals(plant.reader, self.line, at=plant.now(), limit_bytes=5_000):
            pass

    def hang_up(self) -> None:
        """Let go of the line."""
        if self.line is not None:
            self.line.close()
            self.line = None


class Plant:
    """One station and its centre."""

    def __init__(self, home: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.weather = Weather(self.dice)
        self.folder, self.url = home / "station", founded_sqlite(home)
        self.folder.mkdir()
        self.office = Centre.connect(self.url)
        """The centre's own people, whose line never fails."""
        self.store = open_store(self.folder)
        self.reader = Reader(self.folder)
        self.lacking = OLDER_CENTRE if self.dice.random() < 0.2 else {}
        self.uplinks = [Uplink(self, self.dice.choice((2, 6, 40))) for _ in range(2)]
        self.weather.other = self._other_steps
        self.made: set[tuple[str, int, str]] = set()
        self.known: dict[str, int] = {}
        self._remember()
        self.cycles = self.planned = self.restarts = self.restores = self.read_later = 0
        self.backup = home / "backup.db"

    def now(self) -> Instant:
        """Virtual time."""
        return Instant(START + int(self.weather.now_s * 1_000_000))

    def _other_steps(self) -> None:
        """The one that is not in the middle of something."""
        free = [uplink for uplink in self.uplinks if not uplink.is_busy]
        if free:
            free[0].step()

    def record(self) -> None:
        """Some cycles, and sometimes a new version of the last."""
        for _ in range(self.dice.randint(1, 4)):
            self.cycles += 1
            self.store.commit([cycle_changes(self.cycles)], self.now())
        if self.dice.random() < 0.3:
            self.store.commit([saying(cycle_of(self.cycles, curve_lost=self.dice.randint(1, 9)))], self.now())
        self._remember()

    def _remember(self) -> None:
        """All that was ever committed, also where a restore has lost it since."""
        tip = self.reader.position()
        known = self.known.get(tip.epoch, 0)
        self.made |= {(entry.epoch, entry.seq, entry.hash) for entry in self.reader.journal_after(tip.epoch, known, 10_000)}
        self.known[tip.epoch] = tip.seq

    def plan(self) -> None:
        """The centre has news, for all or for this station."""
        self.planned += 1
        with self.office.writing() as connection:
            tip = appending.tip(connection, lock=True)
            assert tip is not None
            news = [Entry(person(self.planned), "planner", addressee=self.dice.choice(("", "ST-040", "ST-050")))]
            appending.append_as_owner(connection, tip, tuple(journal.chain(Origin(CENTRE, self.now()), tip, news, [1])))

    def restart(self) -> None:
        """The engine and its uplinks begin anew; the old uplink's line may still be open."""
        self.restarts += 1
        self.store.close()
        self._open(f"again{self.restarts}")
        self.uplinks[0].hang_up()
        self.uplinks[0] = Uplink(self, self.dice.choice((2, 6, 40)))

    def _open(self, prefix: str) -> None:
        self.store = open_store(self.folder, prefix=prefix)
        self.reader = Reader(self.folder)
        self._remember()

    def back_up(self) -> None:
        """A copy that may be put back later."""
        back_up(self.folder, self.backup)

    def restore(self) -> None:
        """The disk was changed and the backup put in its place: what was recorded since is gone here."""
        if not self.backup.exists() or self.restores:
            return
        self.restores += 1
        self.store.close()
        for path in self.folder.glob("record.db*"):
            path.unlink()
        shutil.copy(self.backup, self.folder / RECORD_FILE)
        self._open("restored")

    def wait(self) -> None:
        """Time goes by."""
        self.weather.now_s += self.dice.uniform(0, 40)

    def step(self) -> None:
        """Something happens; whatever it was, the numbers balance."""
        actions = {
            self.record: 6,
            self.uplinks[0].step: 8,
            self.uplinks[1].step: 2,
            self.wait: 4,
            self.plan: 2,
            self.restart: 0.5,
            self.back_up: 0.5,
            self.restore: 0.5,
        }
        self.dice.choices(list(actions), list(actions.values()))[0]()

    def heal_and_drain(self) -> None:
        """The line is well again; everything must be up and down within the time stated."""
        self.weather.share = 0.0
        deadline_s = self.weather.now_s + DRAINED_WITHIN_S
        while not self.uplinks[0].step():
            self.weather.now_s += 1
            assert self.weather.now_s < deadline_s, "not drained in time"

    def close(self) -> None:
        """Let go of everything."""
        for uplink in self.uplinks:
            uplink.hang_up()
        self.office.close()
        self.store.close()


def run_row(seed: int, told: Told) -> None:
    """Schedules in a row; raises `AssertionError` with the seed when anything was lost, doubled or invented."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as home:
        plant = Plant(Path(home), seed)
        try:
            for _ in range(IN_A_ROW):
                run_schedule(plant)
                told.schedules += 1
        except Exception as error:
            raise AssertionError(f"row {seed}: {error}") from error
        finally:
            plant.close()
    told.entries += len(plant.made)
    told.faults += plant.weather.met
    told.restores += plant.restores
    told.read_later += plant.read_later


def run_schedule(plant: Plant) -> None:
    """Trouble, then fair weather, by the end of which all is equal."""
    plant.weather.share = plant.dice.choice((0.1, 0.25, 0.5))
    for _ in range(STEPS):
        plant.step()
    check_balance(plant)
    plant.heal_and_drain()
    check(plant)


def check(plant: Plant) -> None:
    """I2, I5, I6, the chain, the rows, both lanes and both directions."""
    there, here = journal_of(plant.office), journal_here(plant)
    assert len(there) == len(set(there)), "I2: doubled"
    assert set(there) <= plant.made, "I2: the centre holds what was never recorded"
    assert here <= set(there), "I2: lost"
    assert plant.restores or len(here) == len(there), "I2: not the same"
    check_chain(plant, plant.office)
    assert balance(plant.reader, plant.office).waiting == 0, "I6: something still waits"
    plant.read_later += aside.retry(plant.office, "ST-040", plant.now())
    assert balance(plant.reader, plant.office).set_aside == 0, "I6: set aside for good"
    check_rows(plant, plant.office)


def check_chain(plant: Plant, centre: Centre) -> None:
    """I5 and I7: each epoch counts 1, 2, 3 ... in one chain, up to its watermark."""
    for mark in marks(centre, "ST-040").values():
        with centre.reading() as connection:
            entries = journal.entries_after(connection, "ST-040", mark.epoch, 0, 10_000)
        assert [entry.seq for entry in entries] == list(range(1, mark.last_seq + 1)), "I5: gaps"
        assert entries[-1].hash == mark.head, "I7: the watermark names another head"
        for before, entry in zip((None, *entries), entries, strict=False):
            assert entry_hash(entry) == entry.hash, "I7: changed"
            assert before is None or entry.prev_hash == before.hash, "I7: unlinked"


def check_balance(plant: Plant) -> None:
    """I6, also in the middle of it all."""
    found, captured = balance(plant.reader, plant.office), len(journal_here(plant))
    assert found.captured == captured == found.sent + found.waiting + found.set_aside, f"I6: {found} of {captured}"


def check_rows(plant: Plant, centre: Centre) -> None:
    """The tables, the curves and what came down are the same at both ends."""
    cycle, curve = TYPED["cycle"], SIGNAL_CURVE.c.digest
    of_cycles = select(cycle.c.id, cycle.c.curve_lost, cycle.c.row_version).where(cycle.c.station_id == "ST-040")
    of_centre = select(JOURNAL.c.epoch, JOURNAL.c.seq, JOURNAL.c.hash).where(
        JOURNAL.c.station_id == CENTRE, JOURNAL.c.addressee.in_(("", "ST-040"))
    )
    with centre.reading() as connection:
        rows, curves, down = (set(map(tuple, connection.execute(each))) for each in (of_cycles, select(curve), of_centre))
    assert plant.restores or rows == asked(plant, of_cycles), "rows differ"
    assert asked(plant, of_cycles) <= rows or plant.restores, "rows are missing"
    assert down == asked(plant, of_centre), "what came down differs"
    kept = plant.reader.ask_signals(
        lambda connection: {tuple(row) for row in connection.exec_driver_sql("SELECT digest FROM curve")}
    )
    assert curves == kept, "curves differ"


def journal_here(plant: Plant) -> set[tuple[object, ...]]:
    """Epoch, number and hash of every entry of the station's own."""
    return asked(plant, select(JOURNAL.c.epoch, JOURNAL.c.seq, JOURNAL.c.hash).where(JOURNAL.c.station_id == "ST-040"))


def asked(plant: Plant, query: object) -> set[tuple[object, ...]]:
    """Ask the station's store."""
    return plant.reader.ask(lambda connection, _: {tuple(row) for row in connection.execute(query)})


def run_rows(seeds: range) -> Told:
    """All of them; each schedule counts once it has passed."""
    told, compiled, dialects = Told(), dict[object, object](), dict[str, Any]()

    def share_statements(connection: Connection) -> None:
        # Statements are remembered by the dialect they were compiled for, and each engine makes its own: one does for all.
        connection.dialect = dialects.setdefault(connection.dialect.name, connection.dialect)
        connection.execution_options(compiled_cache=compiled)

    event.listen(Engine, "engine_connect", share_statements)
    try:
        for seed in seeds:
            run_row(seed, told)
    finally:
        event.remove(Engine, "engine_connect", share_statements)
    return told


def told_of(told: Told) -> str:
    """The counts in a line."""
    faults = ", ".join(f"{count} {fault.value}" for fault, count in sorted(told.faults.items(), key=lambda each: each[0].value))
    return (
        f"{told.schedules} schedules, {told.entries} entries, {told.restores} restored stores, "
        f"{told.read_later} entries read later; faults: {faults}"
    )
