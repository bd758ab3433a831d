"""Modbus frames as the specification writes them, for machines that lie: not a line of it is shared with the driver."""

import struct
from dataclasses import dataclass
from enum import Enum

_READS = (1, 2, 3, 4)
_SHORT_REQUESTS = (1, 2, 3, 4, 5, 6)


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    transaction: int
    unit: int
    pdu: bytes

    @property
    def function(self) -> int:
        """Return its function code."""
        return self.pdu[0]

    @property
    def is_read(self) -> bool:
        """Whether it asks for values."""
        return self.function in _READS

    @property
    def start(self) -> int:
        """Return the first place it speaks of."""
        return int.from_bytes(self.pdu[1:3], "big")

    @property
    def count(self) -> int:
        """Return how many places a read asks for."""
        return int.from_bytes(self.pdu[3:5], "big")


class Framing(Enum):
    """How a PDU travels."""

    TCP = "tcp"
    RTU = "rtu"

    def frame(self, transaction: int, unit: int, pdu: bytes) -> bytes:
        """Return the bytes of one frame; RTU has no transaction."""
        if self is Framing.TCP:
            return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu
        return with_crc(bytes([unit]) + pdu)

    def take(self, received: bytearray) -> Request | None:
        """Take the next whole request off `received`."""
        size = self._request_size(received)
        if size is None or len(received) < size:
            return None
        frame = bytes(received[:size])
        del received[:size]
        if self is Framing.TCP:
            return Request(int.from_bytes(frame[:2], "big"), frame[6], frame[7:])
        assert with_crc(frame[:-2]) == frame, "the driver sent a bad CRC"
        return Request(0, frame[0], frame[1:-2])

    def _request_size(self, received: bytes) -> int | None:
        if self is Framing.TCP:
            return 6 + int.from_bytes(received[4:6], "big") if len(received) >= 6 else None
        if len(received) < 7:
            return None
        return 8 if received[1] in _SHORT_REQUESTS else 9 + received[6]


def with_crc(body: bytes) -> bytes:
    """Return `body` with its CRC-16, low byte first."""
    return body + crc16(body).to_bytes(2, "little")


def crc16(body: bytes) -> int:
    """Return the CRC of the serial line protocol (polynomial A001, begun with all ones)."""
    crc = 0xFFFF
    for byte in body:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc


def _entry(crc: int) -> int:
    for _ in range(8):
        crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


_TABLE = [_entry(byte) for byte in range(256)]
