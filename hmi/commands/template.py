"""Print a ready station.toml for a kind of machine; without a name, say which there are."""

from __future__ import annotations

import argparse
import sys

from hmi.exits import Exit
from resources.templates import templates


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `template`."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="the template to print: lineside template NAME > station.toml")


def run(options: argparse.Namespace) -> int:
    """List them, or print one."""
    ready = {template.name: template for template in templates()}
    if options.name is None:
        print("\n".join(f"{template.name:<24} {template.summary}" for template in ready.values()))
        return Exit.DONE
    if options.name not in ready:
        print(f"lineside template: there is no template '{options.name}'. There are: {', '.join(ready)}.", file=sys.stderr)
        return Exit.USAGE
    print(ready[options.name].text, end="")
    return Exit.DONE
