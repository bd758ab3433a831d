"""Everything that differs between operating systems: folders, sockets, children, displays. It needs no Qt."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType

IS_WINDOWS = sys.platform == "win32"
SOCKET_PATH_MAX = 107
"""Bytes of a unix socket's path, without its end mark."""
GIVES_WAY_BY = 10


class PlatformError(Exception):
    """The system does not give what is needed; `path` and a plain `reason`."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def private_folder(path: Path) -> Path:
    """Make a folder that only we can enter. Raises `PlatformError` where it belongs to somebody else."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        raise PlatformError(path, error.strerror or str(error)) from error
    if sys.platform == "win32":
        return path
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PlatformError(path, "it belongs to somebody else")
    if stat.S_IMODE(found.st_mode) != 0o700:
        path.chmod(0o700)
    return path


def state_folder() -> Path:
    """Where the user's programs keep what belongs to this computer alone."""
    from platformdirs import user_state_path

    return user_state_path("lineside", appauthor=False)


def channel_address(folder: Path, station: str) -> str:
    """Where the engine of a store is heard: a full socket path, on Windows a pipe's name.

    It follows from the data folder and the station alone, so that a service and a signed-in user's screen find each other.
    """
    name = hashlib.sha256(f"{folder.resolve()}\0{station}".encode()).hexdigest()[:16]
    if IS_WINDOWS:
        return rf"\\.\pipe\lineside-{name}"
    path = folder.resolve() / "run" / f"{name}.sock"
    if len(os.fsencode(path)) > SOCKET_PATH_MAX:
        path = Path(tempfile.gettempdir()).resolve() / f"lineside-{_user()}" / f"{name}.sock"
    if len(os.fsencode(path)) > SOCKET_PATH_MAX:
        raise PlatformError(path, f"its path is longer than {SOCKET_PATH_MAX} bytes")
    return str(path)


def prepare_address(address: str) -> None:
    """Make the socket's folder private and remove what a killed engine left. Call it only with the store's lock held."""
    if IS_WINDOWS:
        return
    private_folder(Path(address).parent)
    remove_address(address)


def remove_address(address: str) -> None:
    """Take the socket away; a pipe vanishes by itself."""
    if not IS_WINDOWS:
        Path(address).unlink(missing_ok=True)


def own_command() -> list[str]:
    """How to start ourselves: the frozen program, or this Python with our package."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "hmi"]


def start_child(words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start ourselves with `words`; closing the child's standard input asks it to end. Ctrl-C reaches only the parent."""
    command = [*own_command(), *words]
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        return subprocess.Popen(command, stdin=subprocess.PIPE, creationflags=flags)  # noqa: S603  # our own words
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603  # our own words


async def start_piped(words: Sequence[str]) -> asyncio.subprocess.Process:
    """Start ourselves with `words` as a process of lower priority, talked to through its standard input and output."""
    command = [*own_command(), *words]
    pipe = asyncio.subprocess.PIPE
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, creationflags=flags)
    return await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, start_new_session=True)


def give_way() -> None:
    """Let every other process of this computer go first; on Windows our parent has said so."""
    if sys.platform != "win32":
        os.nice(GIVES_WAY_BY)


def end_with_parent_only() -> None:
    """Leave it to our parent to end us: a service manager that asks all of a service's processes asks us too early."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def own_pipe() -> tuple[int, int]:
    """Where our parent is heard and where it hears us; whatever is printed from now on goes to standard error."""
    heard = os.dup(1)
    os.dup2(2, 1)
    return 0, heard


def end_child(child: subprocess.Popen[bytes], deadline_s: float) -> int:
    """Ask a child to end by closing its pipe; after the deadline kill it. Returns its exit code."""
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.close()
    try:
        return child.wait(deadline_s)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def watch_stdin(on_end: Callable[[], None]) -> None:
    """Call `on_end` from a thread of its own once standard input is closed: our parent wants us to end, or is gone."""
    threading.Thread(target=_drain_stdin, args=(on_end,), name="standard input", daemon=True).start()


def on_end_signals(loop: asyncio.AbstractEventLoop, on_end: Callable[[], None]) -> None:
    """Call `on_end` on the loop when a person or a service asks this process to end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":
            signal.signal(number, partial(_end_on_loop, loop, on_end))
        else:
            loop.add_signal_handler(number, on_end)


def has_display() -> bool:
    """Whether a window can be shown to somebody."""
    if IS_WINDOWS or sys.platform == "darwin":
        return True
    if os.environ.get("QT_QPA_PLATFORM", "") in ("eglfs", "linuxfb", "vnc"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _end_on_loop(loop: asyncio.AbstractEventLoop, on_end: Callable[[], None], _number: int, _frame: FrameType | None) -> None:
    loop.call_soon_threadsafe(on_end)


def _drain_stdin(on_end: Callable[[], None]) -> None:
    # A blocking read is the one way that ends on every system and for /dev/null alike.
    with suppress(OSError):
        while os.read(0, 1):
            pass
    on_end()


def _user() -> str:
    return "" if sys.platform == "win32" else str(os.getuid())
