"""How a tag's value is laid out in registers: its width, byte order and, for a text, length and encoding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.modbus.order import ByteOrder
from drivers.tag import DataType, Tag

WIDTHS = {
    DataType.BOOL: 1,
    DataType.INT16: 1,
    DataType.UINT16: 1,
    DataType.BCD16: 1,
    DataType.INT32: 2,
    DataType.UINT32: 2,
    DataType.FLOAT32: 2,
    DataType.BCD32: 2,
    DataType.INT64: 4,
    DataType.UINT64: 4,
    DataType.FLOAT64: 4,
}
"""Registers a value takes; a text's follow from its length."""

ENCODINGS = {
    "ascii": "ascii",
    "latin-1": "latin-1",
    "utf-8": "utf-8",
    "utf-16": "utf-16-be",
    "cp437": "cp437",
    "cp850": "cp850",
    "cp1250": "cp1250",
    "cp1251": "cp1251",
    "cp1252": "cp1252",
    "shift_jis": "shift_jis",
    "gb18030": "gb18030",
    "big5": "big5",
    "euc_kr": "euc_kr",
}
"""What `encoding` may say, and Python's name for it. In utf-16 one register is one character."""

_LONGEST = 250
_KEYS = ("order", "length", "encoding")


@dataclass(frozen=True, slots=True)
class Form:
    """The layout of one value; `length` is a text's room in bytes, `encoding` Python's name."""

    kind: DataType
    order: ByteOrder = ByteOrder.ABCD
    length: int = 0
    encoding: str = ""

    @classmethod
    def of(cls, tag: Tag, order: ByteOrder = ByteOrder.ABCD) -> Form:
        """Return what `tag` says, in its device's `order` where it names none; raises `ValueError` with a sentence."""
        options = tag.options
        unknown = sorted(set(options) - set(_KEYS))
        if unknown:
            raise ValueError(f"option '{unknown[0]}' is not an option of a Modbus tag; it may have {', '.join(_KEYS)}")
        if "order" in options:
            order = _order(options["order"])
        if tag.data_type is DataType.STRING:
            return cls(tag.data_type, order, *_text(options))
        if "length" in options or "encoding" in options:
            raise ValueError(f"options 'length' and 'encoding' are for texts, not for {tag.data_type}")
        return cls(tag.data_type, order)

    @property
    def width(self) -> int:
        """Return how many registers it takes."""
        return (self.length + 1) // 2 if self.kind is DataType.STRING else WIDTHS[self.kind]


def _order(given: Any) -> ByteOrder:
    if given not in tuple(ByteOrder):
        raise ValueError(f"option 'order' must be one of {', '.join(ByteOrder)}, not {given!r}")
    return ByteOrder(given)


def _text(options: Mapping[str, Any]) -> tuple[int, str]:
    length, encoding = options.get("length"), options.get("encoding", "latin-1")
    if isinstance(length, bool) or not isinstance(length, int) or not 1 <= length <= _LONGEST:
        raise ValueError(f"a text needs option 'length', its room in bytes, from 1 to {_LONGEST}")
    if encoding not in ENCODINGS:
        raise ValueError(f"option 'encoding' must be one of {', '.join(ENCODINGS)}, not {encoding!r}")
    if encoding == "utf-16" and length % 2:
        raise ValueError("a text in utf-16 takes two bytes a character, so 'length' must be even")
    return length, ENCODINGS[encoding]
