"""I12: nothing grows without end: handles, threads, logs, files, memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

import psutil

LOG_BYTES = 64 * 1024**2
MEMORY_A_HOUR = 1024**2


@dataclass(frozen=True)
class Footprint:
    """What a process holds."""

    handles: int
    threads: int
    memory: int


def footprint(process: psutil.Process | None = None) -> Footprint:
    """What this process, or another one, holds now."""
    seen = process or psutil.Process()
    handles = seen.num_handles() if psutil.WINDOWS else seen.num_fds()
    return Footprint(handles, threading.active_count() if process is None else seen.num_threads(), seen.memory_info().rss)


def nothing_is_left_open(before: Footprint, after: Footprint) -> None:
    """I12: no handle and no thread more than before."""
    assert after.handles <= before.handles, f"I12: {after.handles - before.handles} handles are left open"
    assert after.threads <= before.threads, f"I12: {after.threads - before.threads} threads are left"


def log_is_bounded(folder: Path, most: int = LOG_BYTES) -> None:
    """I12: no write-ahead log is larger than it may be."""
    sizes = {path.name: path.stat().st_size for path in folder.glob("*-wal")}
    assert all(size <= most for size in sizes.values()), f"I12: {sizes}, allowed are {most} bytes"


def store_is_within(folder: Path, budget: int) -> None:
    """I12: all of a store's files together keep within their budget."""
    used = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert used <= budget, f"I12: {used} bytes are used, {budget} were given"


def memory_is_steady(seconds: Sequence[float], memory: Sequence[int], most_an_hour: int = MEMORY_A_HOUR) -> float:
    """I12: the slope of the memory used, in bytes an hour, after warm-up."""
    slope = linear_regression(seconds, memory).slope * 3600
    assert slope <= most_an_hour, f"I12: memory grows by {slope:.0f} bytes an hour"
    return slope
