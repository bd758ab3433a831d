"""Several streams of events as one, each in its own order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import TypeVar

T = TypeVar("T")


async def merged(main: AsyncIterator[T], others: Sequence[AsyncGenerator[T, None]]) -> AsyncGenerator[T, None]:
    """Yield what comes from any of them, as it comes, until `main` ends; raise what any of them raises."""
    streams: list[AsyncIterator[T]] = [main, *others]
    waiting = {asyncio.ensure_future(anext(stream)): stream for stream in streams}
    try:
        while True:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                stream = waiting.pop(task)
                try:
                    told = task.result()
                except StopAsyncIteration:
                    return
                yield told
                waiting[asyncio.ensure_future(anext(stream))] = stream
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for stream in others:
            await stream.aclose()
