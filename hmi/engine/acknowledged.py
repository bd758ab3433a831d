"""How far the centre had our records when it was last heard; kept only to count what gathers here while it is away."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

FILE = "acknowledged.json"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The last number of each of our epochs that the centre had, and how many of those entries it set aside."""

    marks: Mapping[str, int] = field(default_factory=dict[str, int])
    set_aside: int = 0


def read_acknowledged(folder: Path) -> Acknowledged:
    """What is known; nothing where that is not known."""
    try:
        return _read(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Acknowledged()
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        log.warning("%s can't be read; until the centre is heard everything counts as not sent", folder / FILE)
        return Acknowledged()


def _read(kept: Any) -> Acknowledged:
    if "marks" not in kept:  # as written before set-aside entries were counted
        kept = {"marks": kept}
    marks = {str(epoch): int(seq) for epoch, seq in kept["marks"].items()}
    return Acknowledged(marks, int(kept.get("set_aside", 0)))


def keep_acknowledged(folder: Path, known: Acknowledged) -> None:
    """Remember it. What decides is always the centre's own watermark, so a lost file costs nothing but the count."""
    path, new = folder / FILE, folder / f"{FILE}.new"
    try:
        new.write_text(json.dumps(asdict(known)), encoding="utf-8")
        new.replace(path)
    except OSError as error:
        log.warning("%s can't be written: %s", path, error)
