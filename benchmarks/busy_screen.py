"""The busy screen of a benchmark, as a process: the station's real window on its real engine, painted whole again and again.

`python -m benchmarks.busy_screen STATION.toml FRAMES_A_SECOND` (0: without a pause) runs until its standard input closes, then
prints how many frames it painted a second.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize

from hmi.app import ScreenOptions, Station, run_screen
from hmi.configuration import load

SIZE = QSize(1280, 800)


class Painting:
    """Never stops painting; between two frames the window hears its engine and the clock."""

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._painted = 0
        self._began = time.monotonic()

    async def visit(self, station: Station) -> None:
        """Paint until the window is closed."""
        self._began = time.monotonic()
        while True:
            station.window.grab()
            self._painted += 1
            due = self._began + self._painted / self._pace if self._pace else 0.0
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    @property
    def frames_a_second(self) -> float:
        """How many it painted."""
        return self._painted / (time.monotonic() - self._began)


if __name__ == "__main__":
    painting = Painting(float(sys.argv[2]))
    code = run_screen(load(Path(sys.argv[1])), ScreenOptions(size=SIZE, child=True, visitor=painting.visit))
    print(painting.frames_a_second, flush=True)
    sys.exit(code)
