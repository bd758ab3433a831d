"""Waiting for a file that another program holds for a moment, as virus scanners and backup programs do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from station_db.errors import StoreLockedError
from station_db.notices import HELD, Notice

T = TypeVar("T")
PATIENCE_S = 20.0
PAUSE_S = 0.1
WORTH_SAYING_S = 1.0
SHARING = (32, 33)
"""What Windows calls a file, or a part of it, that another program has open."""


def patiently(work: Callable[[], T], *, patience_s: float = PATIENCE_S) -> tuple[T, tuple[Notice, ...]]:
    """Try until it is done, or raise what is in the way after so long; a wait that was felt is worth a notice."""
    began, pause, failed_s = time.monotonic(), threading.Event(), 0.0
    while True:
        try:
            return work(), _said(failed_s)
        except (StoreLockedError, OSError) as error:
            failed_s = time.monotonic() - began
            if not _is_held(error) or failed_s > patience_s:
                raise
            pause.wait(PAUSE_S)


def _said(waited_s: float) -> tuple[Notice, ...]:
    return (Notice(HELD, (str(round(waited_s)),)),) if waited_s > WORTH_SAYING_S else ()


def _is_held(error: Exception) -> bool:
    return isinstance(error, StoreLockedError) or getattr(error, "winerror", None) in SHARING
