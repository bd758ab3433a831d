"""Everything leaves the store in files that a stranger's program reads back, whole and exact, and without names."""

import csv
import json
import random
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hmi.__main__ import main
from station_db.export_cells import cell
from station_db.export_files import Shelf
from station_db.exporting import Wanted, export_records, finish
from station_db.reader import Reader
from station_db.records.base import RecordId
from station_db.records.orders import CheckResult, JobResponse, JobState, Unit, UnitState, Verdict
from station_db.records.production import UnseenParts
from station_db.signals import Frame, Layout
from station_db.store import Store
from tests.station_db.store import read_export
from tests.station_db.store.read_export import BrokenExportError
from tests.station_db.store.store_cases import START, STATION, at, cycle_changes, cycle_of, feed_of, open_store, person, saying
from tests.station_db.sync.sync_cases import connected, founded_sqlite, push_all

NASTY = ("=1+1", "+49 30", "-12.5", "@SUM(A1)", "\tx", "\rx", "＝1", ' "=1"', "'quoted", "", 'a "b", c\nd', "ümläut", "'")
READER = Path(read_export.__file__)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with cycles, curves, odd texts, work of an order, people and samples."""
    made = tmp_path / "station"
    made.mkdir()
    store = open_store(made)
    store.apply_feed(feed_of([person(1, "Ada Quill"), person(2, "Bo")]), START)
    store.commit([cycle_changes(number) for number in range(1, 21)], at(30))
    store.commit([saying(*(unseen(number, text) for number, text in enumerate(NASTY)))], at(60))
    store.commit([saying(*work("WO-1"), *work("WO-2"))], at(90))
    frames = [
        Frame(n, Layout("press", ("force", "speed"), ("float64", "int64")), at(n), n * 10**9, (n / 3, n)) for n in range(1, 9)
    ]
    store.append_frames(frames)
    store.close()
    return made


def unseen(number: int, text: str) -> UnseenParts:
    """Parts with a reason of any text."""
    return UnseenParts(
        id=RecordId(f"u-{number:02}"), machine="press", cycles=1, good=1, bad=-1, from_at=None, to_at=at(number), reason=text
    )


def work(order: str) -> tuple[object, ...]:
    """An order with a unit and a check of it."""
    ids = {"job_order": RecordId(order), "unit": RecordId(f"U-{order}")}
    return (
        JobResponse(id=RecordId(f"R-{order}"), job_order=ids["job_order"], state=JobState.ENDED, quantity=1, started_at=at(1)),
        Unit(
            id=ids["unit"],
            job_order=ids["job_order"],
            response=RecordId(f"R-{order}"),
            number=1,
            serial="=cmd|' /C calc'!A0",
            state=UnitState.GOOD,
            started_at=at(1),
        ),
        CheckResult(
            id=RecordId(f"C-{order}"),
            step_run=RecordId("S-1"),
            key="gap",
            title="Gap",
            value=-12.5,
            verdict=Verdict.GOOD,
            entries=("12.4", "-12.5"),
            actor="P-1",
            at=at(2),
            **ids,
        ),
    )


def rows_in(folder: Path, kind: str) -> list[tuple[str, str, int]]:
    """Origin, id and version of every record, by plain SQL."""
    with closing(sqlite3.connect(folder / "record.db")) as record:
        return record.execute(f'SELECT station_id, id, row_version FROM "{kind}" ORDER BY station_id, id').fetchall()


def test_a_strangers_program_reads_all_of_it_back_and_it_is_what_the_store_holds(folder: Path, tmp_path: Path) -> None:
    assert main(["export", str(folder), str(tmp_path / "out"), "--all"]) == 0
    found = read_export.read(tmp_path / "out")
    for kind, records in found.items():
        here = [(one["origin"], one["record"]["id"], one["version"]) for one in records]
        assert here == rows_in(folder, kind)
    assert [one["record"]["reason"] for one in found["unseen_parts"]] == list(NASTY)
    assert [one["record"]["value"] for one in found["check_result"]] == [-12.5, -12.5]
    said = subprocess.run([sys.executable, str(READER), str(tmp_path / "out")], capture_output=True, text=True, check=False)
    assert (said.returncode, "'cycle': 20" in said.stdout) == (0, True), said.stderr


def test_samples_and_curves_are_there_to_the_bit(folder: Path, tmp_path: Path) -> None:
    main(["export", str(folder), str(tmp_path / "out"), "--all"])
    with (tmp_path / "out/signals/press/force.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(int(row["at"]), float(row["value"]), row["quality"]) for row in rows] == [(at(n), n / 3, "0") for n in range(1, 9)]
    assert len((tmp_path / "out/curves.jsonl").read_text(encoding="utf-8").splitlines()) == 20


def test_names_leave_only_when_they_are_asked_for_and_then_in_files_of_their_own(folder: Path, tmp_path: Path) -> None:
    main(["export", str(folder), str(tmp_path / "plain"), "--all"])
    main(["export", str(folder), str(tmp_path / "named"), "--all", "--names"])
    for name, has_names in (("plain", False), ("named", True)):
        with_names = {
            path.relative_to(tmp_path / name).parts[0]
            for path in (tmp_path / name).rglob("*")
            if path.is_file() and b"Ada Quill" in path.read_bytes()
        }
        assert with_names == ({"names"} if has_names else set())
        read_export.read(tmp_path / name)
    assert len(rows_in(folder, "person")) == len(read_export.records(tmp_path / "plain", "person")) == 2


def test_no_cell_begins_as_a_formula(folder: Path, tmp_path: Path) -> None:
    main(["export", str(folder), str(tmp_path / "out")])
    for path in (tmp_path / "out" / "records").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [each for row in csv.reader(file) for each in row]
        assert not [each for each in cells if each.lstrip(" '\"")[:1] in tuple("=+@＝") and not each.startswith("'")]


@given(st.text(max_size=12), st.booleans())
@example("=1", False)
@example("'", True)
def test_any_text_comes_back_from_its_cell(text: str, optional: bool) -> None:  # hypothesis gives it
    told = {"type": "string", "nullable": optional}
    assert read_export.value(cell(text, optional=optional), told) == text


@given(st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)))
def test_any_number_stays_a_number(number: float) -> None:
    told = {"type": "integer" if isinstance(number, int) else "number"}
    assert read_export.value(cell(number, optional=False), told) == number


def test_any_changed_byte_and_any_missing_file_is_found(folder: Path, tmp_path: Path) -> None:
    out, chance = tmp_path / "out", random.Random(4)
    main(["export", str(folder), str(out), "--all"])
    files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != "MANIFEST.json" and path.stat().st_size)
    for path in files:
        content = path.read_bytes()
        place = chance.randrange(len(content))
        path.write_bytes(content[:place] + bytes((content[place] ^ 1,)) + content[place + 1 :])
        with pytest.raises(BrokenExportError):
            read_export.manifest_of(out)
        path.write_bytes(content)
    read_export.read(out)
    files[0].unlink()
    with pytest.raises(BrokenExportError):
        read_export.manifest_of(out)


def test_filters_by_kind_order_and_time(folder: Path, tmp_path: Path) -> None:
    main(["export", str(folder), str(tmp_path / "kind"), "--kind", "cycle"])
    main(["export", str(folder), str(tmp_path / "order"), "--order", "WO-1"])
    assert {kind: len(found) for kind, found in read_export.read(tmp_path / "kind").items()} == {"cycle": 20}
    of_order = read_export.read(tmp_path / "order")
    assert {kind: len(found) for kind, found in of_order.items() if found} == {"check_result": 1, "job_response": 1, "unit": 1}
    shelf = Shelf(tmp_path / "time")
    said = Reader(folder).ask(export_records, shelf, Wanted(since=at(31), until=at(61)))
    assert (said["records"]["unseen_parts"], said["records"]["cycle"], said["whole"]) == (len(NASTY), 0, False)


def test_a_folder_that_holds_something_is_left_alone(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(folder), str(folder)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert main(["export", str(tmp_path / "nothing"), str(tmp_path / "new")]) == 4


def test_a_centre_gives_the_same_of_a_station(folder: Path, tmp_path: Path) -> None:
    url = founded_sqlite(tmp_path)
    with connected(url) as centre:
        push_all(folder, centre)
    assert main(["export", url, str(tmp_path / "there"), "--station", STATION, "--all", "--json"]) == 0
    there = read_export.read(tmp_path / "there")
    assert [one["record"]["id"] for one in there["cycle"]] == [row[1] for row in rows_in(folder, "cycle")]


@pytest.mark.timeout(30)  # ten thousand records are made first
def test_ten_thousand_records_leave_a_running_station_in_ten_seconds_and_little_memory(tmp_path: Path) -> None:
    store: Store = open_store(tmp_path)
    for first in range(0, 10_000, 2_500):
        store.commit([saying(*(cycle_of(number) for number in range(first, first + 2_500)))], at(first))
    shelf, began = Shelf(tmp_path / "out"), time.monotonic()
    tracemalloc.start()
    said = Reader(tmp_path).ask(export_records, shelf, Wanted())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    finish(shelf, said, program="test", revision="0003", at=START)
    store.close()
    assert json.loads((tmp_path / "out/MANIFEST.json").read_text(encoding="utf-8"))["records"]["cycle"] == 10_000
    assert (time.monotonic() - began < 10, peak < 24 * 1024**2) == (True, True), (time.monotonic() - began, peak)
