"""Models turned by the test's own clock, and real simulator processes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.simulation.disturbances import SCAN_MS
from drivers.simulation.pace import Model
from drivers.simulation.truth import PartMade, TruthEvent


@dataclass
class Bench:
    """A model whose real time is the test's: `speed` times slower than its machine time."""

    model: Model
    speed: float = 1.0
    now_ms: float = 0.0
    events: list[TruthEvent] = field(default_factory=list)

    def turn(self) -> None:
        """One scan."""
        self.now_ms += SCAN_MS / self.speed
        self.model.scan(self.now_ms)
        self.events += self.model.machine.take_events()

    def turn_until(self, is_so: Callable[[], bool], within_scans: int = 100_000) -> None:
        """Turn until something is so; it must come."""
        for _ in range(within_scans):
            if is_so():
                return
            self.turn()
        raise AssertionError("never came")

    def make(self, parts: int) -> None:
        """Turn until so many more parts are made."""
        goal = self.model.machine.part + parts
        self.turn_until(lambda: self.model.machine.part >= goal, within_scans=parts * 2000)

    def parts(self) -> list[PartMade]:
        """The parts the truth knows."""
        return [event for event in self.events if isinstance(event, PartMade)]


@dataclass(frozen=True)
class RunningMachine:
    """A simulator process that listens."""

    ready: Mapping[str, Any]
    truth_file: Path

    @property
    def port(self) -> int:
        """Where its protocol is spoken."""
        return self.ready["port"]

    def ask(self, verb: str, **words: Any) -> Mapping[str, Any]:
        """One request on the control channel and its answer."""
        with socket.create_connection(("127.0.0.1", self.ready["control_port"]), 5) as line, line.makefile("rw") as lines:
            lines.write(json.dumps({"do": verb, **words}) + "\n")
            lines.flush()
            return json.loads(lines.readline())

    def truth(self, what: str) -> list[Mapping[str, Any]]:
        """The truth log's lines of one kind."""
        said = [json.loads(line) for line in self.truth_file.read_text(encoding="utf-8").splitlines()]
        return [line for line in said if line["what"] == what]


@contextmanager
def running(kind: str, folder: Path, *words: str) -> Iterator[RunningMachine]:
    """Start a simulator as a process; it ends because its standard input closes, and with 0."""
    truth = folder / "truth.jsonl"
    command = [sys.executable, "-m", "drivers.simulation", kind, "--child", "--truth", str(truth), *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield RunningMachine(json.loads(process.stdout.readline()), truth)
        finally:
            process.stdin.close()
            assert process.wait(4) == 0
