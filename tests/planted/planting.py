"""Planting a bug in a copy of the tree and running the tests that must see it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".demo", "__pycache__", "dist", "build", ".hypothesis", "*.png")
PATIENCE_S = 120
"""Tests that do not end in this time have seen the bug as well as those that fail."""


@dataclass(frozen=True, slots=True)
class Bug:
    """A mistake somebody could make: in `file`, `right` becomes `wrong`; at least one of `tests` must fail for it."""

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the bug was seen, and by what."""

    bug: Bug
    is_caught: bool
    said: str


class UnplantableError(Exception):
    """The place is not there (any more), or there are several."""


@contextmanager
def tree() -> Iterator[Path]:
    """A copy of everything, for one bug after the other."""
    with tempfile.TemporaryDirectory(prefix="lineside-planted-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(HERE, copy, ignore=LEFT_OUT)
        yield copy


def plant(copy: Path, bug: Bug) -> Outcome:
    """Plant, test, take it out again. Raises `UnplantableError`."""
    path = copy / bug.file
    sound = path.read_text(encoding="utf-8")
    if sound.count(bug.right) != 1:
        raise UnplantableError(f"{bug.name}: {bug.file} has {sound.count(bug.right)} times what should be there once")
    path.write_text(sound.replace(bug.right, bug.wrong), encoding="utf-8")
    try:
        code, said = run_tests(copy, bug.tests)
    finally:
        path.write_text(sound, encoding="utf-8")
    return Outcome(bug, code == 1, said)


def run_tests(copy: Path, tests: tuple[str, ...], patience_s: float = PATIENCE_S) -> tuple[int, str]:
    """Run some tests of the copy with the copy's own packages; pytest's exit code and its last line about a failure."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONPYCACHEPREFIX": str(copy.parent / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, timeout=patience_s, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return 1, f"{tests[0]} does not end"
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return done.returncode, failed[0] if failed else done.stdout.strip().splitlines()[-1]
