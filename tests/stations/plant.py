"""A real station for a test: simulated machines, engine and window as processes, stores on disk, ended whatever happens."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

DEADLINE_S = 45.0


def wait_for(fact: Callable[[], Any], what: str, seconds: float = DEADLINE_S) -> Any:
    """Look until `fact` is true; a fact that never comes fails the test with its name."""
    ends = time.monotonic() + seconds
    pause = threading.Event()
    while not (seen := fact()):
        if time.monotonic() > ends:
            raise AssertionError(f"never happened within {seconds:.0f} s: {what}")
        pause.wait(0.05)
    return seen


@dataclass(frozen=True)
class Machine:
    """A simulated machine's process, its control channel and its truth."""

    process: subprocess.Popen[str]
    port: int
    control_port: int
    truth_file: Path

    def control(self, verb: str, **words: Any) -> Mapping[str, Any]:
        """Tell the machine what happens to it; its answer."""
        with socket.create_connection(("127.0.0.1", self.control_port), 5) as line:
            line.sendall(json.dumps({"do": verb, **words}).encode() + b"\n")
            return json.loads(line.makefile().readline())

    def truth(self, what: str) -> list[Mapping[str, Any]]:
        """What really happened, by kind."""
        lines = self.truth_file.read_text(encoding="utf-8").splitlines() if self.truth_file.exists() else []
        return [said for said in map(json.loads, lines) if said["what"] == what]


@contextmanager
def machine(name: str, folder: Path, *words: str) -> Iterator[Machine]:
    """Start one simulated machine."""
    truth = folder / f"{name}-truth.jsonl"
    command = [sys.executable, "-m", "drivers.simulation", name, "--truth", str(truth), "--child", *words]
    with child(command, folder / f"{name}.log", stdout=subprocess.PIPE) as process:
        said = json.loads(process.stdout.readline())
        yield Machine(process, said["port"], said["control_port"], truth)


@contextmanager
def child(
    command: list[str], log: Path, *, stdout: int | None = None, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process that ends when its standard input closes, and surely by the end of the test, with all it started."""
    with log.open("a", encoding="utf-8") as lines:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=stdout or lines, stderr=lines, text=True, env={**os.environ, **(env or {})}
        )
    try:
        yield process
    finally:
        family = [process, *offspring(process.pid)]
        process.stdin.close()
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            process.kill()
        for member in family[1:]:
            if member.is_running():
                member.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def offspring(pid: int) -> list[psutil.Process]:
    """Every process below one."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def member(launcher: subprocess.Popen[str], word: str) -> psutil.Process | None:
    """The launcher's engine (`--headless`) or window (`screen`)."""
    for process in offspring(launcher.pid):
        try:
            if word in process.cmdline():
                return process
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return None


def kill(launcher: subprocess.Popen[str], word: str) -> None:
    """Kill -9 the engine or the window."""
    process = wait_for(lambda: member(launcher, word), f"a process with {word}")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(5)


def lineside(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command of Lineside to its end."""
    return subprocess.run(
        [sys.executable, "-m", "hmi", *map(str, words)], capture_output=True, text=True, timeout=50, stdin=subprocess.DEVNULL
    )
