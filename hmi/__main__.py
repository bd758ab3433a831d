"""`lineside`: parse the command's name and hand over to its module, which imports what it needs only then."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Protocol, cast

from hmi.exits import Exit

COMMANDS = {
    "run": "the operator's station: engine and window (or --headless: the engine alone)",
    "screen": "the window alone, for an engine that runs as a service",
    "check": "read a station.toml and say all that is wrong; --connect reads every tag once",
    "certificate": "this station's certificate for OPC UA servers: show it, or make a new one",
    "template": "print a ready station.toml for a kind of machine",
    "threshold": "watch a number of a machine and propose what tells running from standing",
    "simulate": "the simulated machines alone",
    "centre": "create, load or look at the central store",
    "verify": "prove a record: chain, gaps, rows, equality with the centre",
    "backup": "make a verified copy of a station's record now, also while it records",
    "restore": "put a backup in place; --drill proves that one could, touching nothing",
    "export": "write what is recorded into files any program can read; --all with every sample",
    "demo": "the demo plant: simulated machines, a centre, the station",
}

OWN = frozenset({"uplink"})
"""Commands that only our own processes give each other."""

EPILOG = """exit codes: 0 done, 1 something is bad (check, verify), 2 wrong words or configuration,
3 no display, 4 something needed is not there (file, store, centre, machine)"""


class CommandModule(Protocol):
    """What every module of `hmi.commands` offers."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own words."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it; the exit code."""
        ...


def main(words: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    words = sys.argv[1:] if words is None else words
    if not words or words[0] in ("-h", "--help"):
        print(overview())
        return Exit.DONE if words else Exit.USAGE
    if words[0] not in COMMANDS and words[0] not in OWN:
        print(f"lineside: there is no command '{words[0]}'. The commands are: {', '.join(COMMANDS)}.", file=sys.stderr)
        return Exit.USAGE
    module = cast(CommandModule, import_module(f"hmi.commands.{words[0]}"))
    parser = argparse.ArgumentParser(
        prog=f"lineside {words[0]}",
        description=module.__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.arguments(parser)
    return module.run(parser.parse_args(words[1:]))


def overview() -> str:
    """All commands, a line each."""
    lines = [f"  {name:<12} {summary}" for name, summary in COMMANDS.items()]
    return "\n".join(["usage: lineside COMMAND [...]   (lineside COMMAND --help tells more)", "", *lines, "", EPILOG])


if __name__ == "__main__":
    sys.exit(main())
