"""A deadline for each step with the centre: a peer that acknowledges TCP and never answers is ended from outside.

No time-out of libpq or of the kernel ends such a request; only shutting the socket down does, from another thread.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg


class Deadline:
    """Within the block, the sockets of `connection()` live at most `seconds`; `expired` says whether that was used."""

    def __init__(self, connection: Callable[[], psycopg.Connection | None], seconds: float) -> None:
        self._connection = connection
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.name = "centre deadline"
        self._timer.daemon = True
        self.expired = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.cancel()
        self._timer.join()

    def _expire(self) -> None:
        self.expired = True
        connection = self._connection()
        if connection is not None:
            shut(connection)


def shut(connection: psycopg.Connection) -> None:
    """End both directions of a connection's socket, whoever waits on it. The outcome of what it was doing is unknown."""
    # A copy of the descriptor: the connection keeps its own and closes it itself.
    with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as copy:
        copy.shutdown(socket.SHUT_RDWR)
