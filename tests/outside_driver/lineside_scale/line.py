"""The scale's line: one question, one answer, over TCP."""

from __future__ import annotations

import asyncio

from drivers.dialling import dial_fault
from drivers.link import LinkFault, LinkLostError


class Line:
    """One connection, made when it is needed. An answer is only ever taken for the question it follows."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self._at = host, port
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._is_closed = False

    async def reach(self) -> None:
        """Make the connection if there is none. Raises `LinkLostError`; nothing was said to the scale."""
        async with self._turn:
            await self._dial()

    async def ask(self, question: str) -> str:
        """Return the answer. Raises `LinkLostError`; the scale may have heard the question."""
        async with self._turn:
            reader, writer = await self._dial()
            answer = b""
            try:
                async with asyncio.timeout(self._timeout_s):
                    writer.write(f"{question}\n".encode("ascii"))
                    answer = await reader.readline()
            except TimeoutError as error:
                raise LinkLostError(LinkFault.SILENT, f"no answer within {self._timeout_s * 1000:g} ms") from error
            except (OSError, ValueError) as error:
                raise LinkLostError(LinkFault.CLOSED, "the scale closed the connection") from error
            finally:
                if not answer.endswith(b"\n"):
                    self.hang_up()  # also where we were cancelled: a late answer must never be taken for the next one
            if not answer.endswith(b"\n"):
                raise LinkLostError(LinkFault.CLOSED, "the scale closed the connection")
            return answer.decode("ascii", "replace").strip()

    def hang_up(self) -> None:
        """End the connection; the next question makes another."""
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None

    def close(self) -> None:
        """End it for good."""
        self._is_closed = True
        self.hang_up()

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._is_closed:
            raise LinkLostError(LinkFault.CLOSED, "the link was closed")
        if self._ends is None:
            try:
                async with asyncio.timeout(self._timeout_s):
                    self._ends = await asyncio.open_connection(*self._at)
            except OSError as error:
                raise dial_fault(error, *self._at, self._timeout_s) from error
        return self._ends
