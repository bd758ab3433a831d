"""Somebody who signs in and out all the time and remembers what he was told is done."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

from hmi.station.commands import SignIn, SignOut
from tests.stations.desk import Desk, desk

BADGE = "100001"
PAUSE_S = 0.2


class Operator:
    """One station's; `done` holds the ids of the commands the engine said are done, `asked` all."""

    def __init__(self, data: Path, station: str) -> None:
        self.done: list[str] = []
        self.asked = 0
        self._data = data
        self._station = station
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"operator of {station}", daemon=True)

    def begin(self) -> None:
        """Sit down."""
        self._thread.start()

    def end(self) -> None:
        """Go home."""
        self._ended.set()
        self._thread.join(60)

    def _work(self) -> None:
        while not self._ended.is_set():
            try:
                with desk(self._data, self._station) as seat:
                    self._sign_in_and_out(seat)
            except (AssertionError, OSError):
                self._ended.wait(PAUSE_S)  # the engine is gone or says nothing: come again

    def _sign_in_and_out(self, seat: Desk) -> None:
        for body in itertools.cycle((SignIn(badge=BADGE), SignOut())):
            if self._ended.wait(PAUSE_S):
                return
            self.asked += 1
            answer = seat.ask(body)
            if answer.done:
                self.done.append(answer.id)
