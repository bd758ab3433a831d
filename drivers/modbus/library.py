"""The one module that knows pymodbus: its serial transport and its checksum. Its client is not used (decision 0004)."""

from __future__ import annotations

import asyncio
import logging

from pymodbus.framer.rtu import FramerRTU
from pymodbus.transport.serialtransport import SerialTransport

try:
    from termios import error as SettingsError
except ImportError:  # Windows, where the library itself says so by an OSError
    SettingsError = OSError

logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)  # its errors are ours to tell, once and in plain words


def checksum(frame: bytes) -> bytes:
    """Return the two bytes that end an RTU frame."""
    return FramerRTU.compute_CRC(frame).to_bytes(2, "big")


def open_serial(
    protocol: asyncio.Protocol, path: str, *, baud: int, data_bits: int, parity: str, stop_bits: int
) -> asyncio.Transport:
    """Open a serial port for us alone; `parity` is N, E or O. Raises `OSError`, `ValueError` for settings it does not take."""
    try:
        transport = SerialTransport(asyncio.get_running_loop(), protocol, path, baud, data_bits, parity, stop_bits, 0)
    except SettingsError as error:
        if isinstance(error, OSError):
            raise
        raise ValueError(f"it does not take {baud} baud {data_bits}{parity}{stop_bits}") from error
    transport.setup()
    return transport
