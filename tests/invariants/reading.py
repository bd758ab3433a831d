"""Looking into a store's file or a centre's database with plain SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only look into a file."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def asked(url: str, sql: str, station: str) -> list[tuple[Any, ...]]:
    """A question with one `?` for the station, to a centre of either kind."""
    if url.startswith("sqlite:///"):
        with reading(Path(url.removeprefix("sqlite:///"))) as centre:
            return [tuple(row) for row in centre.execute(sql, (station,))]
    with psycopg.connect(url) as centre:
        return centre.execute(sql.replace("?", "%s"), (station,)).fetchall()
