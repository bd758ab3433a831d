"""The engine's own word: the process that talks to the centre. It is told everything on its standard input."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from hmi import logs, platform
from hmi.clock import SystemClock
from hmi.engine.centre_door import OpenCentre
from hmi.engine.uplink import Uplink
from hmi.engine.uplink_line import Line, pipe_of
from hmi.exits import Exit

log = logging.getLogger(__name__)


def arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(_options: argparse.Namespace) -> int:
    """Serve the engine until it ends us or is gone."""
    platform.end_with_parent_only()
    platform.give_way()
    line = Line(pipe_of(*platform.own_pipe()))
    begin = line.begin()
    if begin is None:
        return Exit.DONE
    logs.begin(Path(begin.folder), "uplink")
    clock = SystemClock()
    Uplink(begin, line, lambda: OpenCentre(begin, clock)).run()
    return Exit.DONE
