"""What a faulty machine's registers hold: a hash of their own table, number, unit and of the very request that reads them.

So every reply is different, and a value that is shown under another tag, or taken from an older reply, another unit or a
broken frame, gives itself away. Plain numbers would hide a shift by a constant.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

from drivers.reading import Batch
from drivers.tag import DataType, Tag, Value

TABLES = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}
_FORMS = {
    DataType.UINT16: "H",
    DataType.INT16: "h",
    DataType.UINT32: "I",
    DataType.INT32: "i",
    DataType.UINT64: "Q",
    DataType.INT64: "q",
}


_KEPT = 64
"""So many stretches are remembered, of all conversations: more than any round asks for."""
_TOGETHER = 32
"""Registers made by one hash: it gives 64 bytes."""


def word(table: str, number: int, unit: int, serial: int) -> int:
    """Return what the register holds for the `serial`-th request; of a single bit the lowest bit counts."""
    return _hashed(table, number // _TOGETHER, unit, serial)[number % _TOGETHER]


@lru_cache(maxsize=4096)
def _hashed(table: str, part: int, unit: int, serial: int) -> tuple[int, ...]:
    told = struct.pack(">cIBI", table[:1].encode(), part, unit, serial)
    return struct.unpack(f">{_TOGETHER}H", blake2b(told).digest())


@dataclass(frozen=True)
class Stretch:
    """The part of a table that a request asks for, and in which conversation: an old one's requests may be read late."""

    conversation: int
    unit: int
    table: str
    start: int
    count: int

    def holds(self, unit: int, table: str, numbers: range) -> bool:
        """Say whether all of `numbers` are in it."""
        ours = (self.unit, self.table) == (unit, table)
        return ours and self.start <= numbers.start and numbers.stop <= self.start + self.count


@dataclass
class Truth:
    """Which request last asked for which stretch: no other reply may be believed for it."""

    latest: dict[Stretch, int] = field(default_factory=dict)
    believed: dict[str, int] = field(default_factory=dict)

    def note(self, stretch: Stretch, serial: int) -> None:
        """Remember that `serial` asks for `stretch`."""
        self.latest.pop(stretch, None)
        self.latest[stretch] = serial
        if len(self.latest) > _KEPT:
            del self.latest[next(iter(self.latest))]

    def lies(self, unit: int, tags: Mapping[str, Tag], batch: Batch) -> list[str]:
        """Return a sentence for each value of `batch` that is not true; a missing one is no lie."""
        pairs = zip(batch.tags, batch.values, strict=True)
        return [wrong for name, value in pairs if (wrong := self.lie(unit, tags[name], value))]

    def lie(self, unit: int, tag: Tag, value: Value) -> str:
        """Say how `value` is not what `tag` held for the last request that asked for it; nothing where it is."""
        if value is None:
            return ""
        table, numbers = _place(tag)
        key = f"{unit}/{tag.name}"
        for stretch, serial in self.latest.items():
            is_news = serial > self.believed.get(key, -1)
            if is_news and stretch.holds(unit, table, numbers) and value == _value(tag, _words(unit, table, numbers, serial)):
                self.believed[key] = serial
                return ""
        return f"{tag.name} at {tag.address} of unit {unit} was told as {value!r}, {self._origin(unit, tag, value)}"

    def _origin(self, unit: int, tag: Tag, value: Value) -> str:
        table, numbers = _place(tag)
        for serial in range(max(self.latest.values(), default=0) + 1):
            if value == _value(tag, _words(unit, table, numbers, serial)):
                return f"which is what it held for request {serial}, not for the last"
        return "which it never held"


def _place(tag: Tag) -> tuple[str, range]:
    table, number = tag.address.split(":")
    width = struct.calcsize(_FORMS[tag.data_type]) // 2 if tag.data_type in _FORMS else 1
    return table, range(int(number), int(number) + width)


def _words(unit: int, table: str, numbers: range, serial: int) -> list[int]:
    return [word(table, number, unit, serial) for number in numbers]


def _value(tag: Tag, words: Sequence[int]) -> Value:
    """Decode as the standard does: high word and high byte first."""
    if tag.data_type is DataType.BOOL:
        return bool(words[0] & 1)
    return struct.unpack(f">{_FORMS[tag.data_type]}", struct.pack(f">{len(words)}H", *words))[0]
