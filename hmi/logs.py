"""What a process writes down about itself: rotating JSON lines in the data folder, and every crash that would go unheard."""

from __future__ import annotations

import asyncio
import faulthandler
import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

LINES_A_SECOND = 100
FILE_BYTES = 5 * 1024 * 1024
FILES_KEPT = 5
QUIET = ("asyncua", "pymodbus", "sqlalchemy", "alembic", "qasync", "asyncio", "psycopg", "PIL")

log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """One line of JSON a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Time (UTC), level, logger, message and, where there is one, the traceback."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class RateLimit(logging.Filter):
    """Lets so many lines a second through and says how many it held back."""

    def __init__(self, lines: int = LINES_A_SECOND, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._lines = lines
        self._monotonic = monotonic
        self._second = 0
        self._said = 0
        self._held = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record may be written."""
        second = int(self._monotonic())
        if second != self._second:
            self._open_second(second, record)
        self._said += 1
        if self._said > self._lines:
            self._held += 1
            return False
        return True

    def _open_second(self, second: int, record: logging.LogRecord) -> None:
        if self._held:
            record.msg = f"[{self._held} lines were held back] {record.getMessage()}"
            record.args = ()
        self._second, self._said, self._held = second, 0, 0


def begin(folder: Path, process: str, level: int = logging.INFO) -> Path:
    """Log this process into `folder/logs/<process>.log` and hook every crash; returns the file's path.

    Raises `OSError` where the folder can't be written.
    """
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    path = logs / f"{process}.log"
    to_file = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    to_file.setFormatter(JsonLines())
    to_file.addFilter(RateLimit())
    root = logging.getLogger()
    root.addHandler(to_file)
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)
    _hook_crashes(logs / f"{process}.crash")
    return path


def hear_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Write down what a loop's callbacks raise."""
    loop.set_exception_handler(_loop_failed)


def _hook_crashes(path: Path) -> None:
    # The file stays open for life: the handler writes into it when nothing else works any more.
    faulthandler.enable(path.open("a", encoding="utf-8"))
    sys.excepthook = _died
    threading.excepthook = _thread_died
    sys.unraisablehook = _unraisable


def _died(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        log.critical("an exception that nobody caught", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)


@contextmanager
def told_of_crashes(told: Callable[[], object]) -> Generator[None]:
    """Also call `told` for an exception that nobody caught.

    Qt goes on after an exception in a slot, with a picture that is no longer true; whoever owns the screen has to end it.
    """
    before = sys.excepthook

    def heard(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        before(kind, error, trace)
        told()

    sys.excepthook = heard
    try:
        yield
    finally:
        sys.excepthook = before


def _thread_died(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread else "?"
    if args.exc_value is not None:
        log.critical("the thread %s died", name, exc_info=(args.exc_type, args.exc_value, args.exc_traceback))


def _unraisable(args: Any) -> None:
    log.error("%s: %r", args.err_msg or "an exception nobody could catch", args.object, exc_info=args.exc_value)


def _loop_failed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    log.error("the loop says: %s", context.get("message"), exc_info=context.get("exception"))
