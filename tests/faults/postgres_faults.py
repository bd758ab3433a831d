"""What can befall a PostgreSQL centre while a station works with it. Each breaks one thing and heals it on leaving."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import psycopg

from station_db.records.base import Instant
from station_db.sync import logins
from station_db.sync.errors import (
    CentreBusyError,
    CentreError,
    CentreFullError,
    CentreLostError,
    CentreUnreachableError,
    NotInitialisedError,
    RightsError,
    UnknownStationError,
    WrongPasswordError,
)
from station_db.sync.founding import init
from tests.faults.postgres import Postgres
from tests.faults.proxy import Mode, Proxy

ROLE = "station_ST-040"


@dataclass(frozen=True, slots=True)
class Scene:
    """The centre `plant` on `server`, as ST-040 reaches it through `way`."""

    server: Postgres
    plant: str
    way: Proxy

    def tell(self, *statements: str) -> None:
        """Something a superuser does in the plant's database."""
        with self.server.admin_of(self.plant) as admin:
            for statement in statements:
                admin.execute(statement)


class Moment(Enum):
    """When it strikes."""

    DIALLING = "dialling"
    IDLE = "idle"
    """Between two transactions."""
    INSIDE = "inside"
    """All is written, COMMIT comes next: whether it counts nobody knows afterwards."""
    AFTER = "after"
    """COMMIT was answered."""


Breaking = Callable[[Scene], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that breaks at one moment; `says` are the errors that tell it rightly, none where nobody notices."""

    name: str
    moment: Moment
    breaking: Breaking
    says: tuple[type[CentreError], ...]
    patience: str = ""
    """What the session's own time-outs are set to when it strikes."""

    def __str__(self) -> str:
        return f"{self.name}-{self.moment.value}"


def line(mode: Mode) -> Breaking:
    """The network between."""

    @contextmanager
    def breaking(scene: Scene) -> Iterator[None]:
        scene.way.set_mode(mode)
        try:
            yield
        finally:
            if mode is not Mode.CUT:
                scene.way.set_mode(Mode.CUT)
            scene.way.set_mode(Mode.PASS)

    return breaking


def told(broken: tuple[str, ...], healed: tuple[str, ...] = ()) -> Breaking:
    """SQL that breaks something, and SQL that mends it."""

    @contextmanager
    def breaking(scene: Scene) -> Iterator[None]:
        scene.tell(*(statement.format(plant=scene.plant, role=f'"{ROLE}"') for statement in broken))
        try:
            yield
        finally:
            scene.tell(*(statement.format(plant=scene.plant, role=f'"{ROLE}"') for statement in healed))

    return breaking


def raised(sqlstate: str) -> Breaking:
    """The server fails every entry with this SQLSTATE, as it would where the disk is full or two wait for each other."""
    function = f"""CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'arranged' USING ERRCODE = '{sqlstate}'; END $$"""
    trigger = "CREATE TRIGGER fails BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION fails()"
    return told((function, trigger), ("DROP FUNCTION fails CASCADE",))


SLOW = (
    "CREATE FUNCTION sleeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(5); RETURN NEW; END $$",
    "CREATE TRIGGER sleeps BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION sleeps()",
)
AWAKE = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
    "DROP FUNCTION sleeps CASCADE",
)


def locked(statement: str) -> Breaking:
    """Another session holds what we need."""

    @contextmanager
    def breaking(scene: Scene) -> Iterator[None]:
        with scene.server.admin_of(scene.plant) as other, other.transaction():
            other.execute(statement)
            yield

    return breaking


@contextmanager
def deadlocked(scene: Scene) -> Iterator[None]:
    """Another session holds what we need and then asks for what we hold; the server ends us, who waited first."""
    with scene.server.admin_of(scene.plant) as other, scene.server.admin_of(scene.plant) as watching, other.transaction():
        other.execute("SET LOCAL deadlock_timeout = '1min'")
        other.execute(ROW)
        asking = threading.Thread(target=_ask_for_what_it_holds, args=(other, watching))
        asking.start()
        yield
        asking.join()


def _ask_for_what_it_holds(other: psycopg.Connection, watching: psycopg.Connection) -> None:
    waits = "SELECT FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE usename = %s)"
    while not watching.execute(waits, (ROLE,)).fetchall():
        continue
    other.execute("SELECT FROM watermark WHERE station_id = 'ST-040' FOR UPDATE")


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of 1 MB at `folder`, for whoever owns the folder above; whether this machine lets us."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False)
    try:
        yield made.returncode == 0
    finally:
        if made.returncode == 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def disk_full(scene: Scene) -> Iterator[None]:
    """The table of the cycles lies on a disk without room; where none can be mounted the server is made to say so."""
    folder = scene.server.folder.parent / "small"
    with small_disk(folder) as is_there, _without_room(scene, folder) if is_there else raised("53100")(scene):
        yield


@contextmanager
def _without_room(scene: Scene, disk: Path) -> Iterator[None]:
    space, rest = disk / "space", disk / "rest"
    space.mkdir()
    os.chown(space, scene.server.folder.stat().st_uid, -1)
    # So little of a page may be used that the next row needs a new one.
    scene.tell(f"CREATE TABLESPACE small LOCATION '{space}'", "ALTER TABLE cycle SET TABLESPACE small, SET (fillfactor = 10)")
    with contextlib.suppress(OSError), rest.open("wb", buffering=0) as filling:
        while True:
            filling.write(bytes(4096))
    try:
        yield
    finally:
        rest.unlink()
        scene.tell("ALTER TABLE cycle SET TABLESPACE pg_default, RESET (fillfactor)", "DROP TABLESPACE small")


@contextmanager
def standby(scene: Scene) -> Iterator[None]:
    """The server only follows another one, until it is promoted."""
    sign = scene.server.folder / "standby.signal"
    sign.touch()
    os.chown(sign, scene.server.folder.stat().st_uid, -1)
    scene.server.control("restart", "-m", "fast")
    yield
    scene.server.control("promote")


@contextmanager
def terminated(scene: Scene) -> Iterator[None]:
    scene.server.kill_backends(scene.plant)
    yield


@contextmanager
def killed(scene: Scene) -> Iterator[None]:
    """The server takes the death of one process for damaged memory and restarts them all."""
    os.kill(scene.server.backend(scene.plant), signal.SIGKILL)
    yield
    scene.server.wait_until_up()


@contextmanager
def paused(scene: Scene) -> Iterator[None]:
    process = scene.server.backend(scene.plant)
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def restarted(how: str) -> Breaking:
    """The whole server, as by an administrator (`fast`) or by a power cut (`immediate`)."""

    @contextmanager
    def breaking(scene: Scene) -> Iterator[None]:
        scene.server.control("restart", "-m", how)
        yield
        scene.server.wait_until_up()

    return breaking


@contextmanager
def down(scene: Scene) -> Iterator[None]:
    scene.server.control("stop", "-m", "fast")
    try:
        yield
    finally:
        scene.server.control("start")


@contextmanager
def vanished(scene: Scene) -> Iterator[None]:
    """The database is not there under its name."""
    with scene.server.admin() as admin:
        scene.server.kill_backends(scene.plant)
        admin.execute(f'ALTER DATABASE "{scene.plant}" RENAME TO vanished')
    try:
        yield
    finally:
        with scene.server.admin() as admin:
            admin.execute(f'ALTER DATABASE vanished RENAME TO "{scene.plant}"')


@contextmanager
def removed(scene: Scene) -> Iterator[None]:
    """The station is let in no more, and later again."""
    logins.remove(scene.server.url(scene.plant), "ST-040")
    try:
        yield
    finally:
        _found_again(scene)


@contextmanager
def without_grant(scene: Scene) -> Iterator[None]:
    scene.tell("REVOKE INSERT ON journal FROM lineside_station")
    try:
        yield
    finally:
        _found_again(scene)


def _found_again(scene: Scene) -> None:
    init(scene.server.url(scene.plant), ["ST-040"], at=Instant(0), new_id=lambda: (_ for _ in ()).throw(AssertionError))


FAILED_OVER = """
ALTER TABLE journal DISABLE TRIGGER USER;
ALTER TABLE watermark DISABLE TRIGGER USER;
UPDATE watermark w SET last_seq = greatest(1, last_seq - 2) WHERE station_id = 'ST-040';
UPDATE watermark w SET head = j.hash FROM journal j
  WHERE (j.station_id, j.epoch, j.seq) = (w.station_id, w.epoch, w.last_seq) AND w.station_id = 'ST-040';
DELETE FROM journal j USING watermark w
  WHERE (j.station_id, j.epoch) = (w.station_id, w.epoch) AND j.seq > w.last_seq AND j.station_id = 'ST-040';
ALTER TABLE journal ENABLE TRIGGER USER;
ALTER TABLE watermark ENABLE TRIGGER USER;
"""
"""A replica that had not heard the last two entries took over."""

LOST, BUSY, GONE = (CentreLostError,), (CentreBusyError,), (CentreUnreachableError,)
ABSENT, RIGHTS, STRANGER = (NotInitialisedError,), (RightsError,), (WrongPasswordError,)
D, I, N, A = Moment.DIALLING, Moment.IDLE, Moment.INSIDE, Moment.AFTER  # noqa: E741  # a table to be read at a glance
QUICK = "SET lock_timeout = 100; SET statement_timeout = 150"
IMPATIENT = "SET idle_in_transaction_session_timeout = 20"
ROW, TABLE = "SELECT FROM station WHERE station_id = 'ST-040' FOR UPDATE", "LOCK TABLE journal IN ACCESS EXCLUSIVE MODE"
ROLE_FULL_UP = ("ALTER ROLE {role} CONNECTION LIMIT 0",), ("ALTER ROLE {role} CONNECTION LIMIT -1",)
FULL_UP = ('ALTER DATABASE "{plant}" CONNECTION LIMIT 0',), ('ALTER DATABASE "{plant}" CONNECTION LIMIT -1',)
READ_ONLY = (
    ('ALTER DATABASE "{plant}" SET default_transaction_read_only = on',),
    ("SET default_transaction_read_only = off", 'ALTER DATABASE "{plant}" RESET default_transaction_read_only'),
)
OTHERS_WISHES = {
    "default_transaction_isolation": "serializable",
    "synchronous_commit": "off",
    "row_security": "off",
    "standard_conforming_strings": "off",
    "statement_timeout": "1",
    "bytea_output": "escape",
    "datestyle": "SQL, DMY",
    "client_encoding": "LATIN1",
    "extra_float_digits": "-10",
}
FOR_OTHERS = (
    tuple(f"ALTER DATABASE \"{{plant}}\" SET {name} = '{value}'" for name, value in OTHERS_WISHES.items()),
    ("SET statement_timeout = 0", 'ALTER DATABASE "{plant}" RESET ALL'),
)
FAULTS = (
    *(Fault("cut", moment, line(Mode.CUT), (CentreLostError, CentreUnreachableError)) for moment in (D, I, N, A)),
    *(Fault("half open", moment, line(Mode.HALF_OPEN), LOST) for moment in (I, N, A)),
    *(Fault("deaf", moment, line(Mode.DEAF), LOST) for moment in (I, N, A)),
    *(Fault("trickle", moment, line(Mode.TRICKLE), LOST) for moment in (I, N, A)),
    Fault("slow", I, line(Mode.SLOW), ()),
    *(Fault("terminated", moment, terminated, LOST) for moment in (I, N, A)),
    *(Fault("killed", moment, killed, LOST) for moment in (I, N)),
    *(Fault("paused", moment, paused, LOST) for moment in (I, N, A)),
    *(Fault(f"restarted {how}", moment, restarted(how), LOST) for how in ("fast", "immediate") for moment in (I, N)),
    Fault("down", D, down, GONE),
    Fault("down", N, down, LOST),
    Fault("read-only", D, told(*READ_ONLY), BUSY),
    Fault("set up for others", D, told(*FOR_OTHERS), ()),
    Fault("too many connections", D, told(*FULL_UP), BUSY),
    Fault("too many of the role", D, told(*ROLE_FULL_UP), BUSY),
    Fault("standby", D, standby, BUSY),
    Fault("disk full", I, disk_full, (CentreFullError,)),
    Fault("fails 58030", I, raised("58030"), (CentreFullError,)),
    Fault("deadlocked", I, deadlocked, BUSY),
    *(Fault(f"fails {state}", I, raised(state), BUSY) for state in ("40001", "53200")),
    Fault("row locked", I, locked(ROW), LOST),
    Fault("row locked a while", I, locked(ROW), BUSY, QUICK),
    Fault("table locked", I, locked(TABLE), LOST),
    Fault("table locked a while", I, locked(TABLE), BUSY, QUICK),
    Fault("slow statement", I, told(SLOW, AWAKE), LOST),
    Fault("slow statement ended", I, told(SLOW, AWAKE), BUSY, QUICK),
    Fault("idle too long", N, locked("SELECT pg_sleep(0.1)"), (CentreBusyError, CentreLostError), IMPATIENT),
    Fault("vanished", D, vanished, ABSENT),
    Fault("schema away", I, told(("ALTER SCHEMA public RENAME TO away",), ("ALTER SCHEMA away RENAME TO public",)), ABSENT),
    Fault("schema away", D, told(("ALTER SCHEMA public RENAME TO away",), ("ALTER SCHEMA away RENAME TO public",)), ABSENT),
    Fault("journal away", I, told(("ALTER TABLE journal RENAME TO away",), ("ALTER TABLE away RENAME TO journal",)), ABSENT),
    Fault("removed", D, removed, STRANGER),
    Fault("removed", I, removed, (RightsError, UnknownStationError)),
    Fault("without grant", I, without_grant, RIGHTS),
    Fault("failed over", I, told((FAILED_OVER,)), ()),
)
"""In no order that matters. Changing a password is tried where the server asks for one."""
