"""150 harms to a killed store's files: it opens and records, says what was lost, and nothing that was saved goes unmentioned."""

import json
import random
import shutil
from pathlib import Path

import pytest

from station_db import notices
from station_db.errors import StoreError
from station_db.notices import RESTORED, SALVAGED
from station_db.reader import Reader
from station_db.verify import verify_store
from tests.invariants import numbers_have_no_gaps, reading
from tests.station_db.store.store_cases import at, cycle_changes, open_store
from tests.station_db.store.store_mutations import mutations

MUTATIONS = 150
CYCLES = 60
AFTER = 1000
SAYING = {notices.SIGNALS_DAMAGED, notices.SIGNALS_MISSING, notices.COPIED, RESTORED, SALVAGED}


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The files of a store as a kill leaves them, and another station's beside it."""
    base = tmp_path_factory.mktemp("mutations")
    make_killed(base)
    return base


def make_killed(base: Path) -> None:
    """Both stores, each killed after its 60th cycle."""
    for name, station, prefix in (("live", "ST-040", "epoch"), ("foreign-live", "ST-099", "foreign")):
        store = open_store(base / name, station=station, prefix=prefix)
        for number in range(1, CYCLES + 1):
            store.commit([cycle_changes(number)], at(number))
            if number == CYCLES // 2:
                store.checkpoint(at(number))
        shutil.copytree(base / name, base / name.replace("foreign-live", "foreign").replace("live", "killed"))
        store.close()


def harmed(killed: Path, folder: Path, mutation, chance) -> None:
    """A fresh copy, which believes that it stands where it always stood, with one harm done to it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(killed / "killed", folder)
    marker = json.loads((folder / "epoch.json").read_bytes())
    marker["files"] = "/".join(str((folder / name).stat().st_ino) for name in ("record.db", "epoch.json"))
    (folder / "epoch.json").write_bytes(json.dumps(marker).encode().ljust(1024))
    mutation.harm(folder / mutation.file, chance)


def entries(folder: Path) -> dict[tuple[str, int], str]:
    with reading(folder / "record.db") as record:
        rows = record.execute("SELECT epoch, seq, hash FROM journal WHERE station_id = 'ST-040'").fetchall()
    return {(epoch, seq): digest for epoch, seq, digest in rows}


def cycles(folder: Path) -> set[str]:
    with reading(folder / "record.db") as record:
        return {row[0] for row in record.execute("SELECT id FROM cycle")}


def problems(folder: Path) -> list[object]:
    try:
        return list(verify_store(folder).problems)
    except StoreError as error:
        return [error]


def look_at(folder: Path, saved: dict[tuple[str, int], str]) -> bool:
    """Open, record, close; returns whether the harm was said."""
    store = open_store(folder, prefix="again")
    store.commit([cycle_changes(AFTER)], at(AFTER))
    store.close()
    told = {notice.code: notice.args for notice in store.notices}
    here = cycles(folder)
    missing = CYCLES - len({f"cycle-{number:06}" for number in range(1, CYCLES + 1)} & here)
    assert f"cycle-{AFTER:06}" in here
    if SALVAGED in told:
        assert int(told[SALVAGED][1]) >= missing, told
        assert (folder / told[SALVAGED][2]).exists() or (folder / f"{told[SALVAGED][2]}-wal").exists()
    elif RESTORED in told:
        assert told[RESTORED][0] in ("?", str(missing)), told
    else:
        assert missing == 0, f"{missing} cycles are gone unsaid"
    numbers_have_no_gaps(folder)
    is_said = bool(told.keys() & SAYING)
    unchanged = all(entries(folder).get(place) == digest for place, digest in saved.items())
    found = problems(folder)
    assert is_said or found or unchanged, "it changed and nobody said so"
    assert Reader(folder).resume().cycles
    return is_said or bool(found)


@pytest.mark.timeout(240)
def test_no_harm_to_a_file_ends_in_a_crash_in_silence_or_in_an_empty_record(killed, record_property):
    harm_done(killed, killed / "data", MUTATIONS, seed=4, record=record_property)


def harm_done(killed: Path, folder: Path, count: int, *, seed: int, record) -> None:
    """So many mutations from a seed, each kind in turn."""
    saved, kinds, said = entries(killed / "killed"), mutations(), 0
    for number in range(count):
        mutation, chance = kinds[number % len(kinds)], random.Random(f"{seed} {number}")
        harmed(killed, folder, mutation, chance)
        try:
            said += look_at(folder, saved)
        except Exception as error:
            raise AssertionError(f"seed {seed}, number {number}: {mutation}") from error
    record("file_mutations", count)
    record("mutations_said", said)
    assert count >= MUTATIONS
    assert said > count // 3
