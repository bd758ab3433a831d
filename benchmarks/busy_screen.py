"""The busy screen of a benchmark, as a process: the station's real window on its real engine, painted whole again and again.

`python -m benchmarks.busy_screen STATION.toml FRAMES_A_SECOND` (0: without a pause) runs until its standard input closes, then
prints how many frames it painted.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize

from hmi.app import ScreenOptions, Station, run_screen
from hmi.configuration import load

SIZE = QSize(1280, 800)
painted = 0
pace = 0.0


async def paint(station: Station) -> None:
    """Never stop painting; between two frames the window hears its engine and the clock."""
    global painted
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        station.window.grab()
        painted += 1
        await asyncio.sleep(max(0.0, began + painted / pace - loop.time()) if pace else 0)


if __name__ == "__main__":
    pace = float(sys.argv[2])
    code = run_screen(load(Path(sys.argv[1])), ScreenOptions(size=SIZE, child=True, visitor=paint))
    print(painted, flush=True)
    sys.exit(code)
