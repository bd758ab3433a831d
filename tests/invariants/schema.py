"""I15: a file is of one schema, whole, and was kept before it was changed."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from station_db.connecting import RECORD_FILE
from station_db.opening import create
from tests.invariants.reading import reading

Shape = frozenset[tuple[str, str]]


def shape_of(record: sqlite3.Connection) -> Shape:
    """Every column and index of a file."""
    tables = [
        row[0] for row in record.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    ]
    columns = {
        (table, f"{row[1]} {row[2]} {row[5]}") for table in tables for row in record.execute(f'PRAGMA table_info("{table}")')
    }
    indexes = record.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%'")
    return frozenset(columns | {(row[0], f"index {row[1]}") for row in indexes})


def schema_is_whole(folder: Path, *older: tuple[str, Shape]) -> str:
    """I15: the schema is this version's, or one of `older` (revision and shape) in full; which one."""
    with reading(folder / "record.db") as record:
        (revision,) = (row[0] for row in record.execute("SELECT version_num FROM alembic_version"))
        shape = shape_of(record)
    known = dict([_present(), *older])
    assert revision in known, f"I15: the schema calls itself {revision}"
    assert shape == known[revision], f"I15: a schema called {revision} differs in {sorted(shape ^ known[revision])[:3]}"
    return revision


def change_was_backed_up(folder: Path, revision: str) -> None:
    """I15: a sound copy of the file as it was at `revision` stands beside the changed one."""
    kept = [path for path in folder.rglob("record.db.*") if path.suffix not in (".new", "") and not path.name.endswith("-wal")]
    assert any(_is_sound(path, revision) for path in kept), f"I15: no sound copy of revision {revision} is kept"


def _is_sound(path: Path, revision: str) -> bool:
    with closing(sqlite3.connect(path)) as copy:
        found = copy.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        return found == revision and copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@cache
def _present() -> tuple[str, Shape]:
    with tempfile.TemporaryDirectory() as made:
        create(Path(made) / RECORD_FILE)
        with reading(Path(made) / "record.db") as record:
            return record.execute("SELECT version_num FROM alembic_version").fetchone()[0], shape_of(record)
