"""A process that records and dies: what it was told is saved comes back over a pipe, one id a line."""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from station_db import crashpoints
from station_db.errors import CommitFailedError
from station_db.reader import Reader
from tests.station_db.store.store_cases import at, cycle_changes, feed_of, open_store, person

ROOM_BYTES = 100_000
Tell = Callable[[str], None]


@dataclass(frozen=True)
class End:
    """How a worker ended: what it said was saved, and whether it was killed."""

    saved: tuple[str, ...]
    was_killed: bool


def record(folder: Path, tell: Tell) -> None:
    """Open the store and record cycles until something ends this; as a first start does where the folder is empty."""
    last = max((cycle.number for cycle in Reader(folder).resume().cycles), default=0) if (folder / "record.db").exists() else 0
    store = open_store(folder, prefix=f"epoch-{os.getpid()}")
    for number in range(last + 1, last + 400):
        store.commit([cycle_changes(number)], at(number))
        tell(f"cycle-{number:06}")
        if number % 7 == 0:
            store.checkpoint(at(0))
    store.close()


def take_feed(folder: Path, tell: Tell) -> None:
    """Apply one feed of three people."""
    store = open_store(folder)
    store.apply_feed(feed_of([person(number) for number in (1, 2, 3)]), at(1))
    tell("P-3")
    store.close()


def record_with_little_room(folder: Path, tell: Tell) -> None:
    """Record cycles until the system lets no file grow further; `refused` is told then."""
    store = open_store(folder)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    room = (folder / "record.db").stat().st_size + ROOM_BYTES
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    for number in range(1, 5000):
        try:
            store.commit([cycle_changes(number)], at(number))
        except CommitFailedError:
            tell("refused")
            break
        tell(f"cycle-{number:06}")
    store.close()


def run(work: Callable[[Path, Tell], None], folder: Path, *, crash: str = "", kill_after: int = 0, delay_s: float = 0) -> End:
    """Fork a worker. It dies at its crash point, or `delay_s` after it has said that `kill_after` records are saved."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        _live(work, folder, outlet, crash)
    os.close(outlet)
    saved = _listen(inlet, child, kill_after, delay_s)
    status = os.waitpid(child, 0)[1]
    return End(saved, os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL)


def _live(work: Callable[[Path, Tell], None], folder: Path, outlet: int, crash: str) -> None:
    crashpoints.arm(crash)
    try:
        work(folder, lambda saved: os.write(outlet, f"{saved}\n".encode()) and None)
    finally:
        os._exit(0)


def _listen(inlet: int, child: int, kill_after: int, delay_s: float) -> tuple[str, ...]:
    heard, killing = b"", kill_after > 0
    while piece := os.read(inlet, 65536):
        heard += piece
        if killing and heard.count(b"\n") >= kill_after:
            killing = False
            select.select([], [], [], delay_s)
            os.kill(child, signal.SIGKILL)
    os.close(inlet)
    return tuple(heard.decode().split("\n")[:-1])


if __name__ == "__main__":
    record(Path(sys.argv[1]), lambda saved: print(saved, flush=True))
