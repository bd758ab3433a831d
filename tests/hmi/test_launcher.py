"""Engine and screen in the launcher's care, with real processes in their place."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hmi.exits import Exit
from hmi.launcher import ENGINE, SCREEN, Launcher, Ward

WAIT = "import sys; sys.stdin.read()"
"""Lives until its standard input is closed."""


class Starts:
    """Starts what the ward's words are: Python code; remembers every child."""

    def __init__(self) -> None:
        self.children: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __call__(self, words):
        child = subprocess.Popen([sys.executable, "-c", *words], stdin=subprocess.PIPE)
        self.children.append((words[0], child))
        return child


def launcher(engine: str, screen: str, *screen_words: str) -> tuple[Launcher, Starts]:
    starts = Starts()
    return Launcher({ENGINE: Ward((engine,)), SCREEN: Ward((screen, *screen_words))}, starts), starts


def test_when_the_screen_is_closed_the_engine_is_ended_too():
    care, starts = launcher(WAIT, "pass")
    assert care.run() == Exit.DONE
    assert [child.returncode for _, child in starts.children] == [0, 0]


def test_a_screen_that_crashes_is_started_again_at_once(tmp_path):
    crash_once = (
        f"import pathlib, sys; p = pathlib.Path({str(tmp_path / 'x')!r}); n = p.exists(); p.touch(); sys.exit(0 if n else 1)"
    )
    care, starts = launcher(WAIT, crash_once)
    assert care.run() == Exit.DONE
    assert len(starts.children) == 3


def test_an_engine_that_crashes_is_started_again(tmp_path):
    path = str(tmp_path / "x")
    crash_once = f"import pathlib, sys; p = pathlib.Path({path!r}); n = p.exists(); p.touch(); n or sys.exit(1); sys.stdin.read()"
    starts, started = Starts(), threading.Event()

    def start(words):
        child = starts(words)
        if len(starts.children) == 3:
            started.set()
        return child

    care = Launcher({ENGINE: Ward((crash_once,)), SCREEN: Ward((WAIT,))}, start)
    ended = threading.Thread(target=care.run)
    ended.start()
    assert started.wait(4)
    care.stop()
    ended.join(4)
    assert not ended.is_alive()
    assert [child.returncode for _, child in starts.children] == [1, 0, 0]


@pytest.mark.parametrize("code", [Exit.USAGE, Exit.NO_DISPLAY, Exit.ABSENT])
def test_what_only_a_person_can_heal_ends_all_with_that_code(code):
    care, starts = launcher(f"import sys; sys.exit({int(code)})", WAIT)
    assert care.run() == code
    assert len(starts.children) == 2


def test_the_launcher_loads_no_library():
    code = "import sys, hmi.launcher; print([m for m in ('PySide6', 'numpy', 'pydantic', 'sqlalchemy') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True)
    assert said.stdout.strip() == "[]"
