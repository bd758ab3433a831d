"""A process that records and dies: what it was told is saved comes back over a pipe, one id a line."""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from station_db import connecting, crashpoints
from station_db.errors import CommitFailedError
from station_db.reader import Reader
from tests.station_db.store.store_cases import at, cycle_changes, feed_of, open_store, person

ROOM_BYTES = 100_000
PIECE, FILLED = 16_384, 64 * 1024**2
Tell = Callable[[str], None]


@dataclass(frozen=True)
class End:
    """How a worker ended: what it said was saved, and whether it was killed."""

    saved: tuple[str, ...]
    was_killed: bool


def record(folder: Path, tell: Tell, count: int = 400) -> None:
    """Open the store and record cycles until something ends this; as a first start does where the folder is empty."""
    last = max((cycle.number for cycle in Reader(folder).resume().cycles), default=0) if (folder / "record.db").exists() else 0
    store = open_store(folder, prefix=f"epoch-{os.getpid()}")
    for number in range(last + 1, last + 1 + count):
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


def _all_memory() -> list[bytes]:
    taken: list[bytes] = []
    with suppress(MemoryError):
        while True:
            taken.append(bytes(PIECE))
    return taken


def record_with_little_memory(kilobytes: int) -> Callable[[Path, Tell], None]:
    """Record ever larger batches with so much memory left; `refused` is told when there is none."""

    def work(folder: Path, tell: Tell) -> None:
        store = open_store(folder, prefix="little")
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + FILLED,) * 2)
        hog = _all_memory()
        del hog[len(hog) - kilobytes * 1024 // PIECE :]
        number = 0
        try:
            for size in (2**power for power in range(10)):
                batch = [cycle_changes(number + each) for each in range(1, size + 1)]
                store.commit(batch, at(number + size))
                for each in range(1, size + 1):
                    tell(f"cycle-{number + each:06}")
                number += size
        except (CommitFailedError, MemoryError):
            tell("refused")

    return work


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


def _main(folder: str, count: str = "400", *words: str) -> None:
    """Record so many cycles and say each on standard output; `careless` waits for no disk."""
    if "careless" in words:
        connecting.WRITER_PRAGMAS = (*connecting.WRITER_PRAGMAS, "synchronous=NORMAL")
    record(Path(folder), lambda saved: os.write(1, f"{saved}\n".encode()) and None, int(count))


if __name__ == "__main__":
    _main(*sys.argv[1:])
