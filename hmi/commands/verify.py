"""Prove a record: every hash, number and row of a station's data folder; with --against that the centre holds the same."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from hmi.commands.secrets import password_of
from hmi.exits import Exit
from station_db.errors import StoreError
from station_db.journal_check import Problem
from station_db.sync.against import CentreReport, Compared, verify_against
from station_db.sync.errors import CentreError
from station_db.verify import StoreReport, verify_store

SHOWN = 20
"""Problems printed as text; --json has them all."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `verify`."""
    parser.add_argument("store", type=Path, metavar="DATA_FOLDER", help="the folder with record.db")
    parser.add_argument("--against", metavar="URL", help="also compare with the centre, entry by entry")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="the centre's password (else LINESIDE_PASSWORD)")
    parser.add_argument("--json", action="store_true", help="print the whole report as JSON")


def run(options: argparse.Namespace) -> int:
    """Verify; exit 1 if anything is wrong."""
    try:
        store = verify_store(options.store)
        password = password_of(options.password_file, os.environ)
        centre = verify_against(options.store, options.against, password) if options.against else None
    except (StoreError, CentreError, OSError) as error:
        print(f"lineside verify: {error}", file=sys.stderr)
        return Exit.ABSENT
    print(as_json(store, centre) if options.json else as_text(store, centre))
    is_good = store.is_sound and (centre is None or centre.is_equal)
    return Exit.DONE if is_good else Exit.BAD


def as_json(store: StoreReport, centre: CentreReport | None) -> str:
    """The whole report."""
    return json.dumps({"store": asdict(store), "centre": asdict(centre) if centre else None})


def as_text(store: StoreReport, centre: CentreReport | None) -> str:
    """For a person: what was read, what was found, whether both ends hold the same."""
    lines = [
        f"Store of {store.station_id}: {store.entries:,} entries in {store.epochs} epochs, {store.records:,} records, "
        f"{store.curves_here:,} curves here, {store.curves_elsewhere:,} elsewhere, {store.set_aside:,} set aside.",
        *named(store.problems),
        "The record is sound." if store.is_sound else "The record is damaged; keep the files and call for help.",
    ]
    return "\n".join(lines + (centre_lines(centre) if centre else []))


def centre_lines(centre: CentreReport) -> list[str]:
    """How the two ends compare."""
    lines = [f"Up:   {compared(centre.up)}", f"Down: {compared(centre.down)}", *named(centre.problems)]
    return [*lines, "Both hold the same." if centre.is_equal else "They do not hold the same."]


def compared(both: Compared) -> str:
    """`0 missing of 48,212, 0 extra, 0 differing`, and where."""
    counts = f"{both.missing:,} missing of {both.checked:,}, {both.extra:,} extra, {both.differing:,} differing"
    places = [f"{place.epoch} {place.seq}" for place in (*both.missing_at, *both.extra_at, *both.differing_at)[:SHOWN]]
    return f"{counts}: {'; '.join(places)}" if places else counts


def named(problems: Sequence[Problem]) -> list[str]:
    """The first problems, a line each, and how many more."""
    lines = [f"  {problem.where}: {problem.detail}" for problem in problems[:SHOWN]]
    return [*lines, f"  and {len(problems) - SHOWN:,} more"] if len(problems) > SHOWN else lines
