"""Opens a connection of a line: over TCP or a serial port."""

from __future__ import annotations

import asyncio
import errno

from drivers.dialling import dial_fault
from drivers.link import LinkFault, LinkLostError
from drivers.modbus.connection import Connection, Framing
from drivers.modbus.library import open_serial
from drivers.modbus.line_options import LineOptions, Parity, Transport

_LETTERS = {Parity.NONE: "N", Parity.EVEN: "E", Parity.ODD: "O"}


async def dial(options: LineOptions, framing: Framing, timeout_s: float) -> Connection:
    """Return an open connection; raises `LinkLostError`."""
    connection = Connection(str(options), framing)
    if options.transport is Transport.RTU:
        _open_port(connection, options)
    else:
        await _call(connection, options, timeout_s)
    return connection


async def _call(connection: Connection, options: LineOptions, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.get_running_loop().create_connection(lambda: connection, options.host, options.port)
    except OSError as error:
        raise dial_fault(error, options.host, options.port, timeout_s) from error


def _open_port(connection: Connection, options: LineOptions) -> None:
    try:
        transport = open_serial(
            connection,
            options.serial,
            baud=options.baud,
            data_bits=options.data_bits,
            parity=_LETTERS[options.parity],
            stop_bits=options.stop_bits,
        )
    except (OSError, ValueError) as error:
        raise _port_fault(error, options.serial) from error
    connection.connection_made(transport)


def _port_fault(error: Exception, path: str) -> LinkLostError:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ENOENT:
        return LinkLostError(LinkFault.NO_ROUTE, f"there is no serial port {path}")
    if code in (errno.EACCES, errno.EPERM):
        return LinkLostError(LinkFault.NO_ROUTE, f"this user may not open the serial port {path}")
    if code in (errno.EAGAIN, errno.EBUSY):
        return LinkLostError(LinkFault.REFUSED, f"another program uses the serial port {path}")
    return LinkLostError(LinkFault.NO_ROUTE, f"the serial port {path} can't be used: {error}")
