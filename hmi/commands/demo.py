"""The demo plant: a simulated press and screwdriver, a centre, one order, the operator's window. Data stays in .demo/.

Without a display it runs unseen: a scripted operator works the order by touch, and a picture of every screen is saved.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hmi.commands.argument_types import seconds, size
from hmi.commands.demo_centre import prepare_centre
from hmi.commands.demo_plant import DemoFolderError, machines, prepare_folder, write_station
from hmi.commands.demo_summary import summarise
from hmi.commands.secrets import password_of
from hmi.configuration import load
from hmi.exits import Exit
from hmi.launcher import launch
from hmi.platform import has_display
from station_db.errors import StoreError
from station_db.sync.errors import CentreError

UNSEEN_SECONDS = 60.0
UNSEEN_SPEED = 4.0
PX_PER_MM_12_INCH = 4.91
PX_PER_MM_21_INCH = 4.03


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `demo`."""
    parser.add_argument("--folder", type=Path, default=Path(".demo"), help="where the demo keeps its data (.demo)")
    parser.add_argument("--fresh", action="store_true", help="start anew")
    parser.add_argument("--units", type=int, default=3, help="units of the first order (3)")
    parser.add_argument(
        "--centre", default="", metavar="URL", help="a PostgreSQL centre by its owner; its password in LINESIDE_PASSWORD"
    )
    parser.add_argument("--seconds", type=seconds, metavar="N", help="end after N seconds (unseen: 60, or with the order)")
    parser.add_argument("--offscreen", action="store_true", help="run unseen even where there is a display")
    parser.add_argument("--size", type=size, default="1280x800", metavar="WxH", help="of the window (1280x800)")
    parser.add_argument("--theme", choices=("day", "night"), default="day")
    parser.add_argument("--speed", type=float, help="of the machines (1; unseen 4)")
    parser.add_argument("--seed", type=int, default=1, help="of the machines' luck (1)")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def run(options: argparse.Namespace) -> int:
    """Run the demo; what stands in its way is one sentence."""
    unseen = options.offscreen or not has_display()
    if unseen:
        print("No display is used: a scripted operator works the order unseen.", file=sys.stderr)
    try:
        return run_plant(options, unseen=unseen)
    except (DemoFolderError, CentreError, StoreError) as error:
        print(f"lineside demo: {error}", file=sys.stderr)
        return Exit.ABSENT


def run_plant(options: argparse.Namespace, *, unseen: bool) -> int:
    """Machines, centre, station; then the summary."""
    folder = options.folder.resolve()
    prepare_folder(folder, fresh=options.fresh)
    centre = prepare_centre(folder, options.centre, password_of(None, os.environ), options.units)
    speed = options.speed or (UNSEEN_SPEED if unseen else 1.0)
    with machines(folder, speed=speed, seed=options.seed) as plant:
        station = write_station(folder, plant, centre.station_table, panel(options))
        lasts = options.seconds or (UNSEEN_SECONDS if unseen else None)
        code = launch(load(station), screen_words(options, folder, lasts, unseen=unseen), seconds=lasts)
    pictures = str(folder / "screenshots") if unseen else ""
    summary = summarise(folder / "data", centre.url, centre.password, pictures)
    print(json.dumps(asdict(summary)) if options.json else summary.as_text())
    return code


def panel(options: argparse.Namespace) -> dict[str, Any]:
    """`[screen]`: a wide window stands for a 21.5 inch panel, a smaller one for 12.1 inch."""
    is_wide = int(options.size.partition("x")[0]) >= 1600
    px_per_mm = PX_PER_MM_21_INCH if is_wide else PX_PER_MM_12_INCH
    return {"px_per_mm": px_per_mm, "theme": options.theme, "full_screen": False}


def screen_words(options: argparse.Namespace, folder: Path, lasts: float | None, *, unseen: bool) -> list[str]:
    """What the window's process is told."""
    words = ["--size", options.size]
    if lasts:
        words += ["--seconds", str(lasts)]
    return [*words, "--offscreen", "--rehearse", "--screenshots", str(folder / "screenshots")] if unseen else words
