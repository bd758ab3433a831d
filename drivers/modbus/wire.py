"""The one module that knows pymodbus: one connection, one request at a time, believed only when all of it is right.

Why it is not used bare: it retries by itself (a write arrives several times), reconnects by itself, hides why a connection
failed, waits a full timeout for a peer that has hung up, and believes replies it should not (see `frames`). So: no
retries, no reconnection, a fresh client for each connection, and every answer judged before the library sees it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest, WriteSingleCoilRequest
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from drivers.dialling import dial_fault
from drivers.link import LinkFault, LinkLostError, NotSentError
from drivers.modbus.address import Table
from drivers.modbus.frames import Asked, BadFrameError, answer_in
from drivers.modbus.replies import ExceptionReplyError
from drivers.modbus.words import Words

logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)  # its errors are ours to tell, once and in plain words

_READS: dict[Table, type[ModbusPDU]] = {
    Table.HOLDING: ReadHoldingRegistersRequest,
    Table.INPUT: ReadInputRegistersRequest,
    Table.COIL: ReadCoilsRequest,
    Table.DISCRETE: ReadDiscreteInputsRequest,
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a device listens and how long it may think."""

    host: str
    port: int
    unit: int
    timeout_s: float

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Wire:
    """One TCP connection to one device. Whatever ends it raises `LinkLostError`, now and at every later request."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._turn = asyncio.Lock()
        self._asked: Asked | None = None
        self._lost: LinkLostError | None = None
        self._client = AsyncModbusTcpClient(
            endpoint.host,
            port=endpoint.port,
            timeout=endpoint.timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._on_packet,
            trace_connect=self._on_connection,
        )

    async def connect(self) -> None:
        """Connect; raises `LinkLostError`."""
        try:
            async with asyncio.timeout(self._endpoint.timeout_s):
                await self._client.ctx.call_create()  # connect() swallows the OSError that says why
        except OSError as error:
            endpoint = self._endpoint
            raise self._lose(dial_fault(error, endpoint.host, endpoint.port, endpoint.timeout_s)) from error

    async def read(self, table: Table, start: int, count: int) -> Words:
        """Return `count` registers (or bits as 0 and 1); raises `ExceptionReplyError`, `LinkLostError`."""
        request = _READS[table](address=start, count=count, dev_id=self._endpoint.unit)
        reply = await self._ask(request)
        values = reply.bits[:count] if table.holds_bits else reply.registers
        return np.array(values, dtype=np.uint16)

    async def read_all(self, reads: Sequence[tuple[Table, int, int]]) -> list[Words | ExceptionReplyError]:
        """Return the words or the refusal of each read, one after the other; raises `LinkLostError`."""
        replies: list[Words | ExceptionReplyError] = []
        for table, start, count in reads:
            try:
                replies.append(await self.read(table, start, count))
            except ExceptionReplyError as refusal:
                replies.append(refusal)
        return replies

    async def write_registers(self, start: int, words: Sequence[int]) -> None:
        """Write once; raises `ExceptionReplyError`, `LinkLostError` (it may or may not have happened)."""
        unit = self._endpoint.unit
        if len(words) == 1:
            request: ModbusPDU = WriteSingleRegisterRequest(address=start, registers=list(words), dev_id=unit)
        else:
            request = WriteMultipleRegistersRequest(address=start, registers=list(words), dev_id=unit)
        await self._ask(request)

    async def write_coil(self, address: int, *, on: bool) -> None:
        """Write once; raises as `write_registers` does."""
        request = WriteSingleCoilRequest(address=address, bits=[on], dev_id=self._endpoint.unit)
        await self._ask(request)

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent."""
        return self._lost is None and self._client.connected

    def close(self) -> None:
        """Hang up."""
        self._fail(LinkLostError(LinkFault.CLOSED, f"the connection to {self._endpoint} was closed here"))

    async def _ask(self, request: ModbusPDU) -> ModbusPDU:
        async with self._turn:
            if self._lost is not None:
                raise NotSentError(self._lost.fault, self._lost.reason)
            reply = await self._answer(request)
        if isinstance(reply, ExceptionResponse):
            raise ExceptionReplyError(reply.exception_code)
        return reply

    async def _answer(self, request: ModbusPDU) -> ModbusPDU:
        try:
            return await self._client.execute(no_response_expected=False, request=request)
        except ModbusException as error:
            if self._lost is not None:
                raise self._lost from error
            waited = f"{self._endpoint.timeout_s * 1000:.0f} ms"
            raise self._lose(LinkLostError(LinkFault.SILENT, f"{self._endpoint} did not answer within {waited}")) from error
        except asyncio.CancelledError:
            self._lose(LinkLostError(LinkFault.CLOSED, "a request was given up before its answer came"))
            raise
        finally:
            self._asked = None

    def _on_packet(self, sending: bool, data: bytes) -> bytes:  # noqa: FBT001 - the library's signature
        """Let the library see nothing but the one whole frame that answers."""
        if sending:
            self._asked = Asked.of(data)
            return data
        try:
            return answer_in(data, self._asked) if self._asked else b""
        except BadFrameError as bad:
            self._fail(LinkLostError(LinkFault.BAD_REPLY, f"{self._endpoint} can't be believed: {bad}"))
            return b""

    def _on_connection(self, connected: bool) -> None:  # noqa: FBT001 - the library's signature
        if not connected:
            self._fail(LinkLostError(LinkFault.CLOSED, f"{self._endpoint} closed the connection"))

    def _fail(self, lost: LinkLostError) -> None:
        """End the connection and the request that waits, at once."""
        self._lose(lost)
        waiting = self._client.ctx.response_future
        if self._asked is not None and not waiting.done():
            waiting.set_exception(ModbusException(lost.reason))

    def _lose(self, lost: LinkLostError) -> LinkLostError:
        """Keep the first reason and hang up."""
        if self._lost is None:
            self._lost = lost
            self._client.close()
        return self._lost
