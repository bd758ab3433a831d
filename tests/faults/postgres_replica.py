"""A second PostgreSQL that follows the first, until it is cut off and takes over."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.postgres import Postgres


@contextmanager
def replica(server: Postgres) -> Iterator[Postgres]:
    """It has all that `server` has, and follows it without `server` waiting for it."""
    place, rules = server.folder.stat(), server.folder / "pg_hba.conf"
    home = Path(tempfile.mkdtemp(prefix="lineside-replica-"))
    os.chown(home, place.st_uid, place.st_gid)
    made = Postgres(home / "data")
    rules.write_text(f"local replication all trust\n{rules.read_text()}")
    _tell(server, "SELECT pg_reload_conf()")
    server.run("pg_basebackup", "-h", server.folder, "-U", "postgres", "-D", made.folder, "-R", "-c", "fast", "--no-sync")
    for socket in made.folder.glob(".s.PGSQL*"):
        socket.unlink()
    try:
        made.run("pg_ctl", "-D", made.folder, "-w", "-s", "-o", f"-k {made.folder} -h ''", "start")
        yield made
    finally:
        made.control("stop", "-m", "immediate")
        shutil.rmtree(home)


def cut_off(follower: Postgres) -> None:
    """It hears nothing from now on, and has applied all it heard."""
    _tell(follower, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
    with follower.admin() as admin:
        while admin.execute("SELECT FROM pg_stat_wal_receiver").fetchall():
            continue


def _tell(server: Postgres, *statements: str) -> None:
    with server.admin() as admin:
        for statement in statements:
            admin.execute(statement)
