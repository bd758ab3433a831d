"""A station.toml for a command: read, or every complaint printed where a person looks for it."""

from __future__ import annotations

import sys
from pathlib import Path

from hmi.configuration import ConfigurationError, Problem, load
from hmi.messages import Words
from hmi.settings import Settings


def read_settings(path: Path) -> Settings | None:
    """The settings, or None after saying on standard error what is wrong."""
    try:
        return load(path)
    except ConfigurationError as error:
        for problem in error.problems:
            print(complaint(path, problem), file=sys.stderr)
        print("Nothing was started or changed.", file=sys.stderr)
        return None


def complaint(path: Path, problem: Problem) -> str:
    """`station.toml:12: machine[0].rate_max: this must be a number, ...`."""
    place = f"{path}:{problem.line}" if problem.line else str(path)
    sentence = Words(problem.code, problem.args).in_english()
    return ": ".join(part for part in (place, problem.key, sentence) if part)
