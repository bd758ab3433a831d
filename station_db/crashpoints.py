"""Named places where the process can be made to die, so that a test can prove what survives.

`LINESIDE_CRASH=name` kills the process, without any goodbye, the first time it passes that point; `name:n` the n-th time.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

VARIABLE = "LINESIDE_CRASH"

CRASHPOINTS = (
    "during_create",
    "during_migration_copy",
    "during_migration",
    "before_swap",
    "after_swap",
    "after_epoch",
    "before_curves",
    "after_curves",
    "after_journal",
    "after_projection",
    "before_commit",
    "after_commit",
    "after_feed_rows",
    "after_feed_cursor",
    "after_feed_commit",
    "during_checkpoint",
    "during_roll_up",
    "after_roll_up",
    "before_close",
    "during_sidelining",
    "during_salvage",
    "during_backup",
    "before_backup_rename",
    "after_backup_rename",
    "during_restore",
    "during_prune",
    "after_prune",
)
"""Those of a store."""
UPLINK_POINTS = ("before_centre_commit", "after_centre_commit")
"""Those on the way to the centre."""


@dataclass(slots=True)
class _Fuse:
    """The armed point and how many passes are left."""

    name: str = ""
    left: int = 0


_FUSE = _Fuse()


def arm(point: str) -> None:
    """Arm `name` or `name:n`; an empty text disarms."""
    name, _, count = point.partition(":")
    _FUSE.name, _FUSE.left = name, int(count or "1")


arm(os.environ.get(VARIABLE, ""))


def crashpoint(name: str) -> None:
    """Die here if this point is armed. Raises `ValueError` for a name that is in neither list."""
    if name not in CRASHPOINTS and name not in UPLINK_POINTS:
        raise ValueError(f"no crash point is called {name!r}")
    if name != _FUSE.name:
        return
    _FUSE.left -= 1
    if _FUSE.left <= 0:
        _die()


def _die() -> None:
    """End as a pulled plug would: nothing is flushed, nobody is told."""
    if os.name == "nt":
        os._exit(137)
    os.kill(os.getpid(), signal.SIGKILL)
