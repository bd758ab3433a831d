"""The processes of a benchmark: each ends with its standard input, and its processor time can be told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

END_S = 10
_SAID_LAST = 2000


@contextmanager
def child(folder: Path, name: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a module of ours; what it complains of goes to a log of its name, what it says is for the caller to read."""
    with (folder / f"{name}.log").open("w", encoding="utf-8") as log:
        command = [sys.executable, "-m", *words]
        started = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=dict(os.environ)
        )
    try:
        yield started
    finally:
        code = None if started.stdin is None or started.stdin.closed else started.poll()
        _end(started)
        if code is not None:
            said = (folder / f"{name}.log").read_text(encoding="utf-8")[-_SAID_LAST:]
            raise RuntimeError(f"{name} ended by itself with {code}: {said}")


def first_line(started: subprocess.Popen[str]) -> str:
    """Wait for what it says first."""
    assert started.stdout is not None
    return started.stdout.readline().strip()


def rest(started: subprocess.Popen[str]) -> str:
    """End it, and return what it said last."""
    assert started.stdin is not None
    assert started.stdout is not None
    started.stdin.close()
    return started.stdout.read().strip()


def spent_s(started: subprocess.Popen[str]) -> float:
    """Return the processor time it has used, all of its threads."""
    times = psutil.Process(started.pid).cpu_times()
    return times.user + times.system


def _end(started: subprocess.Popen[str]) -> None:
    assert started.stdin is not None
    assert started.stdout is not None
    started.stdin.close()
    try:
        started.wait(END_S)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()
    started.stdout.close()
