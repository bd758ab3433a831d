"""The uplink as the engine sees it: a process it started, with a pipe to speak and to hear through."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

from hmi import platform
from hmi.engine import uplink_messages as words


class Child(Protocol):
    """Started; it ends by itself once it is told to or its pipe is closed."""

    @property
    def heard(self) -> asyncio.StreamReader:
        """What it says."""
        ...

    @property
    def said(self) -> asyncio.StreamWriter:
        """What it is told."""
        ...

    async def ended(self) -> int:
        """Wait for its end; its exit code."""
        ...

    def kill(self) -> None:
        """End it at once, also where it is stopped."""
        ...


LARGE = 100_000
"""Bytes of a message that is read in a thread, which gives way to the polls."""
Start = Callable[[], Awaitable[Child]]


class ProcessChild:
    """The real one."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None, "started with pipes"
        assert process.stdin is not None, "started with pipes"
        self.heard = process.stdout
        self.said = process.stdin
        self._process = process

    async def ended(self) -> int:
        """Wait for its end; its exit code."""
        return await self._process.wait()

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            self._process.kill()


async def start_process() -> Child:
    """Start the uplink's process."""
    return ProcessChild(await platform.start_piped(["uplink"]))


async def hear(child: Child) -> Any:
    """The next message; None at the end. Raises `PipeError`."""
    try:
        number, length = words.body_length(await child.heard.readexactly(words.HEAD.size))
        body = await child.heard.readexactly(length)
        return words.decode(number, body) if length < LARGE else await asyncio.to_thread(words.decode, number, body)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def say(child: Child, message: words.ToUplink) -> None:
    """Tell it; one that is gone hears nothing."""
    if not child.said.is_closing():
        child.said.write(words.encode(message))
