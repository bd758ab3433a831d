"""How far the centre had our records when it was last heard; kept only to count what gathers here while it is away."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

log = logging.getLogger(__name__)

FILE = "acknowledged.json"


def read_acknowledged(folder: Path) -> Mapping[str, int]:
    """The last number of each epoch that the centre had; nothing where that is not known."""
    try:
        kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return {str(epoch): int(seq) for epoch, seq in kept.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError):
        log.warning("%s can't be read; until the centre is heard everything counts as not sent", folder / FILE)
        return {}


def keep_acknowledged(folder: Path, watermarks: Mapping[str, int]) -> None:
    """Remember it. What decides is always the centre's own watermark, so a lost file costs nothing but the count."""
    path, new = folder / FILE, folder / f"{FILE}.new"
    try:
        new.write_text(json.dumps(dict(watermarks)), encoding="utf-8")
        new.replace(path)
    except OSError as error:
        log.warning("%s can't be written: %s", path, error)
