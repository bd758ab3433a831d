"""What holds for every document and every schedule of failures."""

import json
import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from station_db.reader import Reader
from station_db.sync.errors import TransientCentreError
from station_db.sync.json_lines import lines_of
from station_db.sync.up import push
from tests.station_db.store.store_cases import at, open_store
from tests.station_db.sync.sync_cases import connected, founded_sqlite, journal_of, local_journal, push_all, record_cycles

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=4), inside, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_every_value_of_a_text_has_its_line(plain: object) -> None:
    lines = lines_of(json.dumps(plain, indent=1))
    assert set(lines) == set(paths_of(plain, ()))
    assert lines == dict(zip(lines, sorted(lines.values()), strict=True))


def paths_of(plain: object, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """The paths of a value and of what is inside it."""
    inside = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    return [path, *(deeper for key, value in inside for deeper in paths_of(value, (*path, key)))]


class LostError(TransientCentreError):
    """The line broke here."""


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(["record", "push", "lose before", "lose after"]), max_size=8), st.integers(1, 4))
def test_whatever_is_lost_on_the_way_each_entry_arrives_once(schedule: list[str], limit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        station, url = Path(folder) / "station", founded_sqlite(Path(folder))
        station.mkdir()
        store = open_store(station)
        with connected(url) as centre:
            for number, action in enumerate(schedule):
                if action == "record":
                    record_cycles(store, number * 3, number * 3 + 2)
                else:
                    push_and_lose(station, centre, action.removeprefix("lose "), limit)
            push_all(station, centre, limit)
            assert journal_of(centre) == local_journal(station)
        store.close()


def push_and_lose(station: Path, centre: object, when: str, limit: int) -> None:
    """Push once; the connection breaks before or after the commit, or not at all."""

    def breaks(name: str) -> None:
        if name == f"{when}_centre_commit":
            raise LostError("here", "the line broke")

    with patch("station_db.sync.up.crashpoint", breaks):
        try:
            push(Reader(station), centre, at=at(1), limit=limit)
        except LostError:
            return
