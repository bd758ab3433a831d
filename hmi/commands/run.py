"""The operator's station: starts the engine and the window and keeps both alive; with --headless the engine alone records."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from hmi.commands.argument_types import seconds, size
from hmi.commands.configured import read_settings
from hmi.exits import Exit
from hmi.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `run`."""
    parser.add_argument("station", type=Path, metavar="STATION.toml")
    parser.add_argument("--headless", action="store_true", help="record without a window")
    parser.add_argument("--seconds", type=seconds, metavar="N", help="end by itself after N seconds")
    parser.add_argument("--offscreen", action="store_true", help="draw the window without a display")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="save a picture of each screen there")
    parser.add_argument("--size", type=size, metavar="WxH", help="a window of this size instead of the full screen")
    parser.add_argument("--child", action="store_true", help="end when standard input closes (the launcher's own word)")


def run(options: argparse.Namespace) -> int:
    """Run the station until it is told to end."""
    settings = read_settings(options.station)
    if settings is None:
        return Exit.USAGE
    if options.headless:
        return run_headless(settings, options)
    return run_station(settings, options)


def run_headless(settings: Settings, options: argparse.Namespace) -> int:
    """The engine alone, in this process."""
    from hmi.commands.fitting import build_drivers
    from hmi.engine.engine import EngineStartError, run_engine

    drivers = build_drivers(settings)
    if drivers is None:
        return Exit.USAGE
    by_machine = {machine.id: driver for machine, driver in zip(settings.machines, drivers, strict=True)}
    try:
        asyncio.run(run_engine(settings, by_machine, seconds=options.seconds, child=options.child))
    except EngineStartError as error:
        print(error.words.in_english(), file=sys.stderr)
        return Exit.ABSENT
    return Exit.DONE


def run_station(settings: Settings, options: argparse.Namespace) -> int:
    """Engine and window as processes of their own."""
    from hmi.launcher import launch
    from hmi.platform import has_display

    if not (has_display() or options.offscreen):
        print(
            "There is no display here. Use --offscreen to draw unseen, or --headless to record without a window.", file=sys.stderr
        )
        return Exit.NO_DISPLAY
    return launch(settings, screen_words(options), seconds=options.seconds, child=options.child)


def screen_words(options: argparse.Namespace) -> list[str]:
    """What the launcher passes on to the window's process."""
    words = ["--offscreen"] if options.offscreen else []
    for name in ("seconds", "screenshots", "size"):
        if value := getattr(options, name):
            words += [f"--{name}", str(value)]
    return words
