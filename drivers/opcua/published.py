"""A publish response from its bytes, in runs of equal items: what asyncua makes an object of, here is a column. Knows asyncua.

OPC UA part 6, 5.2 (encoding) and part 4, 5.14.5 (publish). What is not a plain scalar is left to asyncua, item by item, and a
response that tells anything but data changes as a whole; `tests/drivers/opcua/test_opcua_published.py` holds both equal.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import nodeid_from_binary, struct_from_binary, variant_from_binary

from drivers.opcua.arrivals import Arrivals
from drivers.opcua.ticks import all_microseconds, microseconds

_SCALARS = {
    1: ("?", "?"),
    2: ("i1", "b"),
    3: ("u1", "B"),
    4: ("<i2", "h"),
    5: ("<u2", "H"),
    6: ("<i4", "i"),
    7: ("<u4", "I"),
    8: ("<i8", "q"),
    9: ("<u8", "Q"),
    10: ("<f4", "f"),
    11: ("<f8", "d"),
}
"""Variant types of fixed length, as numpy and struct read them."""
_FEW = 16
_VALUE_AT = 6
"""In an item: handle, parts of its data value, type, value."""
_STRING = 12
_VALUE, _STATUS, _SOURCE, _SERVER, _SOURCE_PICO, _SERVER_PICO = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_DATA_CHANGE = ua.NodeId.from_string("i=811")
_U32, _I32, _I64 = struct.Struct("<I"), struct.Struct("<i"), struct.Struct("<q")
_U16_SIZE = 2
_ANY_TYPE = b"\x00\x00"
UNREADABLE = (ua.UaError, struct.error, ValueError, TypeError, LookupError, AttributeError, OverflowError)
"""What asyncua raises where bytes are not what they should be."""


@dataclass(slots=True)
class Published:
    """One publish response: the subscription it is of, the number of its message, and what it tells.

    `is_keep_alive` says that it tells nothing; `other` is asyncua's picture of it where it tells more than data changes.
    """

    subscription: int
    sequence: int
    is_keep_alive: bool
    arrivals: Arrivals = field(default_factory=Arrivals)
    other: ua.PublishResult | None = None


def published(body: bytes) -> Published:
    """Return what `body`, a publish response after its type, says. Raises `ValueError` for what is none."""
    try:
        return _published(body)
    except UNREADABLE as error:
        raise ValueError(f"a publish response can't be read: {error}") from error


def _published(body: bytes) -> Published:
    data = Buffer(body)
    struct_from_binary(ua.ResponseHeader, data)
    (subscription,) = _U32.unpack(data.read(4))
    data.skip(4 * max(0, _I32.unpack(data.read(4))[0]))  # numbers the server still holds: it is asked for none again
    data.skip(1)  # more to come: the requests that wait fetch it
    (sequence,) = _U32.unpack(data.read(4))
    data.skip(8)
    (count,) = _I32.unpack(data.read(4))
    found = Published(subscription, sequence, is_keep_alive=count <= 0)
    for _ in range(max(0, count)):
        kind, length = nodeid_from_binary(data), _length(data)
        if kind == _DATA_CHANGE:
            _items(body, data.cur_pos, data.cur_pos + length, found.arrivals)
        elif found.other is None:
            found.other = whole(body)
        data.skip(length)
    return found


def whole(body: bytes) -> ua.PublishResult:
    """Return asyncua's picture of a publish response after its type. Raises `ua.UaError` and others for what is none."""
    return struct_from_binary(ua.PublishResponse, Buffer(_ANY_TYPE + body)).Parameters


def _length(data: Buffer) -> int:
    """Return how long the body of the extension object is that begins after its type."""
    has_body = data.read(1) == b"\x01"
    (length,) = _I32.unpack(data.read(4)) if has_body else (0,)
    if not 0 <= length <= len(data):
        raise ValueError(f"a notification of {length} bytes does not fit")
    return length


def _items(body: bytes, at: int, end: int, into: Arrivals) -> None:
    """Read a data change notification: a count, then handles with their data values."""
    (left,) = _I32.unpack_from(body, at)
    at += 4
    while left > 0:
        run = _run(body[at + 4 : at + 6])
        if run is None:
            at = _odd_item(body, at, into)
            left -= 1
        else:
            count = run.length(body, at, min(left, (end - at) // run.size))
            run.read(body, at, count, into)
            at += count * run.size
            left -= count
    if at > end:
        raise ValueError("items run over their notification")


@dataclass(frozen=True, slots=True)
class _Run:
    """Items of one shape: the same parts in their data values, the same scalar type."""

    key: bytes
    size: int
    item: struct.Struct
    columns: np.dtype[np.void]
    has_status: bool
    has_time: bool

    def length(self, body: bytes, at: int, most: int) -> int:
        """Return how many items from `at` on have this shape; at least one, though it may be cut short."""
        size = self.size
        if most < 2 or body[at + size + 4 : at + size + 6] != self.key:
            return 1
        parts, kinds = (body[at + offset : at + most * size : size] for offset in (4, 5))
        return min(_leading(parts, self.key[0]), _leading(kinds, self.key[1]))

    def read(self, body: bytes, at: int, count: int, into: Arrivals) -> None:
        """Add `count` items from `at` on."""
        if at + count * self.size > len(body):
            raise ValueError("an item is cut short")
        if count < _FEW:
            self._read_few(body, at, count, into)
            return
        found = np.frombuffer(body, self.columns, count, at)
        into.handles += found["handle"].tolist()
        into.values += found["value"].tolist()
        into.statuses += found["status"].tolist() if self.has_status else [0] * count
        into.times += all_microseconds(found["time"]) if self.has_time else [None] * count

    def _read_few(self, body: bytes, at: int, count: int, into: Arrivals) -> None:
        """Do the same one by one: for some few items numpy is slower than its own beginning."""
        for handle, value, *more in self.item.iter_unpack(body[at : at + count * self.size]):
            time = more[-1] if self.has_time else None
            into.add(handle, value, more[0] if self.has_status else 0, None if time is None else microseconds(time))


def _leading(column: bytes, byte: int) -> int:
    return len(column) - len(column.lstrip(bytes((byte,))))


@lru_cache(maxsize=256)
def _run(key: bytes) -> _Run | None:
    """Return how items with these parts and this type are read; None where they are no plain scalars."""
    if len(key) < len(b"pt") or not key[0] & _VALUE or key[0] >= 0x40 or key[1] not in _SCALARS:
        return None
    parts, (kind, letter) = key[0], _SCALARS[key[1]]
    offsets, layout = {"handle": ("<u4", 0), "value": (kind, _VALUE_AT)}, f"<I2x{letter}"
    if parts & _STATUS:
        offsets["status"], layout = ("<u4", struct.calcsize(layout)), layout + "I"
    for stamp, pico in ((_SOURCE, _SOURCE_PICO), (_SERVER, _SERVER_PICO)):
        if parts & stamp:
            is_first = "time" not in offsets
            offsets.setdefault("time", ("<i8", struct.calcsize(layout)))
            layout += "q" if is_first else "8x"
        layout += "2x" if parts & pico else ""
    item = struct.Struct(layout)
    return _Run(key, item.size, item, _dtype(offsets, item.size), "status" in offsets, "time" in offsets)


def _dtype(offsets: dict[str, tuple[str, int]], size: int) -> np.dtype[np.void]:
    formats, places = zip(*offsets.values(), strict=True)
    return np.dtype({"names": list(offsets), "formats": formats, "offsets": places, "itemsize": size})


def _odd_item(body: bytes, at: int, into: Arrivals) -> int:
    """Add one item of any kind; return where the next begins."""
    (handle,) = _U32.unpack_from(body, at)
    parts = body[at + 4]
    value, at = _variant(body, at + 5) if parts & _VALUE else (None, at + 5)
    status = 0
    if parts & _STATUS:
        status, at = _U32.unpack_from(body, at)[0], at + 4
    times: list[int | None] = []
    for stamp, pico in ((_SOURCE, _SOURCE_PICO), (_SERVER, _SERVER_PICO)):
        if parts & stamp:
            times.append(microseconds(_I64.unpack_from(body, at)[0]))
            at += 8
        at += _U16_SIZE if parts & pico else 0
    into.add(handle, value, status, times[0] if times else None)
    return at


def _variant(body: bytes, at: int) -> tuple[Any, int]:
    if body[at] == _STRING:
        (length,) = _I32.unpack_from(body, at + 1)
        end = at + 5 + max(0, length)
        if end > len(body):
            raise ValueError("a text is cut short")
        return None if length < 0 else body[at + 5 : end].decode(errors="surrogateescape"), end
    data = Buffer(body, at)
    return variant_from_binary(data).Value, data.cur_pos
