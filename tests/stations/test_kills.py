"""Five kills, a restarted machine and a wrapped counter, over two hundred cycles: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from hmi.commands.demo_centre import prepare_centre
from hmi.commands.demo_plant import write_station
from station_db import queries
from station_db.errors import RecordError
from station_db.queries import Span
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.records.local import CounterPosition
from tests import invariants
from tests.stations.plant import Machine, child, kill, lineside, machine, member, wait_for

pytestmark = [pytest.mark.whole_station, pytest.mark.xdist_group("stations"), pytest.mark.timeout(60)]

PARTS = 200
FAST, SLOW = 90, 5
"""Times the speed of a real press."""
EVER = Span(Instant(0), Instant(2**62))


def press_station(folder: Path, press: Machine) -> Path:
    """A station with the press alone, fast enough for a machine at many times its speed."""
    centre = prepare_centre(folder, "", "", 3)
    file = write_station(
        folder, {"press": press, "screwdriver": press}, centre.station_table, {"theme": "day", "full_screen": False}
    )
    text = file.read_text(encoding="utf-8")
    press_only = text[: text.rindex("[[machine]]")]
    file.write_text(press_only.replace("rate_max = 60", "rate_max = 5000").replace("fast = 100", "fast = 40"), encoding="utf-8")
    return file


def counted(data: Path) -> Mapping[str, int]:
    """All parts in the record: cycles seen and parts unseen."""
    try:
        (press,) = Reader(data).ask(queries.counts, EVER) or (None,)
    except RecordError:
        return {"good": 0, "bad": 0, "cycles": 0}
    return {"good": press.good, "bad": press.bad, "cycles": press.cycles} if press else {"good": 0, "bad": 0, "cycles": 0}


def positions(data: Path) -> tuple[CounterPosition, ...]:
    """Where the machine's counters stand in the record."""
    try:
        return Reader(data).resume().positions
    except RecordError:
        return ()


def true_parts(press: Machine) -> Mapping[str, int]:
    """What the machine really made."""
    parts = press.truth("part")
    good = sum(part["good"] for part in parts)
    return {"good": good, "bad": len(parts) - good, "cycles": len(parts)}


def parts_made(press: Machine, at_least: int) -> None:
    wait_for(lambda: len(press.truth("part")) >= at_least, f"{at_least} parts")


def watched(data: Path, press: Machine) -> None:
    """Wait until the engine counts part after part again, the press going slowly meanwhile so that its parts last."""
    press.control("speed", value=SLOW)
    for _ in range(2):
        before = counted(data)["cycles"]
        wait_for(lambda: counted(data)["cycles"] > before, "the engine counts", 30)  # noqa: B023 - waited for at once
    press.control("speed", value=FAST)


def die_at(station: Path, crash: str, log: Path) -> None:
    """Run the engine until it dies at a named crash point."""
    command = [sys.executable, "-m", "hmi", "run", str(station), "--headless", "--child"]
    with child(command, log, env={"LINESIDE_CRASH": crash}) as engine:
        assert engine.wait(20) != 0, f"the engine did not die at {crash}"


def test_two_hundred_cycles_are_the_same_in_machine_store_and_centre_over_five_kills(tmp_path: Path):
    chance = random.Random(7)
    words = ("--speed", str(FAST), "--calm", "--seed", "7", "--stop-after", "0")
    with machine("press", tmp_path, *words) as press:
        station, data = press_station(tmp_path, press), tmp_path / "data"
        for counter, value in (("good", 65_500), ("bad", 65_535), ("cycle", 65_480)):
            press.control("preset", counter=counter, value=value)
        with child([sys.executable, "-m", "hmi", "run", str(station), "--headless", "--child"], tmp_path / "first.log"):
            wait_for(lambda: positions(data), "the counters are known")
        press.control("stop_after", cycles=PARTS)
        press.control("bad_next")
        die_at(station, "after_journal:12", tmp_path / "crash.log")
        die_at(station, "after_commit:12", tmp_path / "crash.log")
        press.control("bad_next")
        with child(
            [sys.executable, "-m", "hmi", "run", str(station), "--offscreen", "--child"], tmp_path / "run.log"
        ) as launcher:
            wait_for(lambda: member(launcher, "screen"), "a window")
            watched(data, press)
            parts_made(press, chance.randint(60, 70))
            kill(launcher, "--headless")
            watched(data, press)
            parts_made(press, chance.randint(95, 105))
            kill(launcher, "screen")
            press.control("restart")
            parts_made(press, chance.randint(140, 150))
            kill(launcher, "screen")
            kill(launcher, "--headless")
            parts_made(press, PARTS)
            wait_for(lambda: counted(data) == true_parts(press), "store and machine agree", 20)
            wait_for(lambda: lineside_equal(data, tmp_path), "store and centre agree", 20)
        assert_nothing_else(data, press)


def lineside_equal(data: Path, folder: Path) -> bool:
    said = lineside("verify", data, "--against", f"sqlite:///{folder / 'centre.db'}", "--json")
    return said.returncode == 0 and json.loads(said.stdout)["centre"]["up"]["missing"] == 0


def assert_nothing_else(data: Path, press: Machine) -> None:
    """No permit that the core did not give, a sound record, true numbers; the restart alone left a question, and it is asked."""
    resume = Reader(data).resume()
    assert true_parts(press)["cycles"] == PARTS
    assert true_parts(press)["bad"] == 2
    assert press.truth("permit_used") == []
    assert {gap.reason for gap in resume.count_gaps} <= {"restarted_unwatched"}
    invariants.store_is_sound(data)
