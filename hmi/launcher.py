"""Starts engine and screen, restarts either when it dies, ends both by closing their standard input. No Qt, no libraries."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import FrameType

from hmi import platform
from hmi.exits import Exit
from hmi.settings import Settings

ENGINE = "engine"
SCREEN = "screen"
FOR_A_PERSON = (Exit.USAGE, Exit.NO_DISPLAY, Exit.ABSENT)
"""Exit codes that no restart can heal."""
LONGEST_PAUSE_S = 10.0
WELL_S = 30.0
"""A child that lived so long begins with a quick restart again."""
GRACE_S = 10.0
"""How much longer than its time the window may take to end."""
END_DEADLINE_S = {SCREEN: 5.0, ENGINE: 15.0}

Start = Callable[[Sequence[str]], subprocess.Popen[bytes]]


@dataclass(frozen=True, slots=True)
class Ended:
    """A child ended by itself, or (without a name) we are asked to end."""

    name: str = ""
    child: subprocess.Popen[bytes] | None = None
    code: int = 0


@dataclass(slots=True)
class Ward:
    """One child in our care."""

    words: tuple[str, ...]
    child: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_s: float = 0.0
    restart_at_s: float | None = None


def launch(settings: Settings, screen_words: Sequence[str] = (), *, seconds: float | None = None, child: bool = False) -> int:
    """Run the station until the window is closed, its time is over or we are told to end; returns the exit code.

    The window ends itself after `seconds`; one that can't (it keeps dying) is ended a little later. With `child` we end when
    our own standard input closes.
    """
    wards = {
        ENGINE: Ward(("run", str(settings.path), "--headless", "--child")),
        SCREEN: Ward(("screen", str(settings.path), "--child", *screen_words)),
    }
    launcher = Launcher(wards)
    if child:
        platform.watch_stdin(launcher.stop)
    if seconds is None:
        return launcher.run()
    too_long = threading.Timer(seconds + GRACE_S, launcher.stop)
    too_long.daemon = True
    too_long.start()
    try:
        return launcher.run()
    finally:
        too_long.cancel()


class Launcher:
    """The life of the two children."""

    def __init__(self, wards: Mapping[str, Ward], start: Start = platform.start_child) -> None:
        self._wards = wards
        self._start = start
        self._news: SimpleQueue[Ended] = SimpleQueue()

    def run(self) -> int:
        """Care for all children until one ends for good."""
        with self._told_to_end():
            try:
                for name in self._wards:
                    self._begin(name)
                return self._care()
            finally:
                self._end_all()

    def stop(self) -> None:
        """End all; may be called from a signal handler or another thread."""
        self._news.put(Ended())

    def _care(self) -> int:
        while True:
            news = self._next_news()
            if news is None:
                self._restart_due()
            elif not news.name:
                return Exit.DONE
            elif self._ends_all(news):
                return news.code
            else:
                self._plan_restart(news)

    def _ends_all(self, news: Ended) -> bool:
        return (news.name == SCREEN and news.code == Exit.DONE) or news.code in FOR_A_PERSON

    def _next_news(self) -> Ended | None:
        due = [ward.restart_at_s for ward in self._wards.values() if ward.restart_at_s is not None]
        pause = max(0.0, min(due) - time.monotonic()) if due else None
        try:
            return self._news.get(timeout=pause)
        except Empty:
            return None

    def _begin(self, name: str) -> None:
        ward = self._wards[name]
        child = self._start(ward.words)
        ward.child, ward.started_s, ward.restart_at_s = child, time.monotonic(), None
        watch = threading.Thread(target=self._watch, args=(name, child), name=f"watch {name}", daemon=True)
        watch.start()

    def _watch(self, name: str, child: subprocess.Popen[bytes]) -> None:
        self._news.put(Ended(name, child, child.wait()))

    def _plan_restart(self, news: Ended) -> None:
        ward, now = self._wards[news.name], time.monotonic()
        if news.child is not None:
            platform.end_child(news.child, 0)  # it is dead: this closes our end of its pipe
        ward.deaths = 0 if now - ward.started_s > WELL_S else ward.deaths
        pause = min(2.0 ** (ward.deaths - 1), LONGEST_PAUSE_S) if ward.deaths else 0.0
        ward.deaths += 1
        ward.restart_at_s = now + pause

    def _restart_due(self) -> None:
        now = time.monotonic()
        for name, ward in self._wards.items():
            if ward.restart_at_s is not None and ward.restart_at_s <= now:
                self._begin(name)

    def _end_all(self) -> None:
        for name in reversed(list(self._wards)):
            child = self._wards[name].child
            if child is not None:
                platform.end_child(child, END_DEADLINE_S.get(name, 5.0))

    @contextlib.contextmanager
    def _told_to_end(self) -> Generator[None]:
        def told(number: int, frame: FrameType | None) -> None:
            self.stop()

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
