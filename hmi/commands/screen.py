"""The window alone, for an engine that runs as a service."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from hmi.commands.argument_types import seconds, size
from hmi.commands.configured import read_settings
from hmi.exits import Exit
from hmi.platform import has_display


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `screen`."""
    parser.add_argument("station", type=Path, metavar="STATION.toml")
    parser.add_argument("--seconds", type=seconds, metavar="N", help="end by itself after N seconds")
    parser.add_argument("--offscreen", action="store_true", help="draw the window without a display")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="save a picture of each screen there")
    parser.add_argument("--size", type=size, metavar="WxH", help="a window of this size instead of the full screen")
    parser.add_argument(
        "--rehearse", action="store_true", help="a scripted operator works one order by touch, then the window closes"
    )
    parser.add_argument("--child", action="store_true", help="end when standard input closes (the launcher's own word)")


def run(options: argparse.Namespace) -> int:
    """Show the window until it is closed or told to end."""
    settings = read_settings(options.station)
    if settings is None:
        return Exit.USAGE
    if options.offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    elif not has_display():
        print("There is no display here. Use --offscreen to draw unseen.", file=sys.stderr)
        return Exit.NO_DISPLAY
    from hmi.app import ScreenOptions, run_screen
    from hmi.rehearsal import rehearsal

    return run_screen(
        settings, ScreenOptions.from_words(options, visitor=rehearsal(options.screenshots) if options.rehearse else None)
    )
