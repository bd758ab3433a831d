"""A place for files that need not wait for a disk: what a test makes of them does not depend on one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """To be used as `tmp_path`, in memory where the system has such a place."""
    with tempfile.TemporaryDirectory(prefix="lineside-", dir=MEMORY if MEMORY.is_dir() else None) as made:
        yield Path(made)
