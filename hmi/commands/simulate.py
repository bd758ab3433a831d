"""The simulated machines alone: a press on Modbus TCP, a screwdriver on OPC UA. All words are passed on to the simulator."""

from __future__ import annotations

import argparse
import runpy
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything belongs to the simulator; `simulate press --help` tells its words."""
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="press|screwdriver ...")


def run(options: argparse.Namespace) -> int:
    """Become the simulator."""
    sys.argv = ["lineside simulate", *options.words]
    runpy.run_module("drivers.simulation", run_name="__main__")
    return 0
