"""A server by others in a process of its own, and a serial cable to it that can be pulled."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.modbus_faults import pseudo_terminal

ROOT = Path(__file__).parents[3]


@dataclass
class Counterpart:
    """A server process that answers questions on its standard input."""

    module: str
    arguments: tuple[str, ...]
    process: subprocess.Popen[str] | None = None

    def start(self) -> "Counterpart":
        """Start it; returns at once."""
        command = [sys.executable, "-m", f"tests.drivers.counterparts.{self.module}", *self.arguments]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        return self

    def wait_until_ready(self) -> str:
        """Return what it says when it serves; other libraries may talk before."""
        for line in self.process.stdout:
            if line.startswith("ready"):
                return line.removeprefix("ready").strip()
        raise RuntimeError(f"{self.arguments} ended before it served")

    def ask(self, question: str) -> list[int]:
        """Return what it answers."""
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(5)
        self.process.stdin.close()
        self.process.stdout.close()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def two_ends(theirs: Path, ours: Path) -> Iterator[tuple[int, int]]:
    """Make the two ends of a serial line; what goes between them must be carried (see `carried`)."""
    with ExitStack() as both:
        yield both.enter_context(pseudo_terminal(theirs)), both.enter_context(pseudo_terminal(ours))


@asynccontextmanager
async def carried(ends: tuple[int, int]) -> AsyncIterator[None]:
    """Carry every byte from one end of a line to the other."""
    loop = asyncio.get_running_loop()
    for source, target in (ends, ends[::-1]):
        loop.add_reader(source, lambda source=source, target=target: os.write(target, os.read(source, 4096)))
    try:
        yield
    finally:
        for end in ends:
            loop.remove_reader(end)
