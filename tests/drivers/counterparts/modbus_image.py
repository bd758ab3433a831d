"""What every Modbus counterpart holds: each type in each of the four orders, laid out by hand, not by the driver's codec."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
SIZE = 1000
"""Places of each table; beyond them a counterpart answers exception 2, where it can."""
FIRST = 100
NUMBERS = (
    ("int16", "h", -12345),
    ("uint16", "H", 54321),
    ("int32", "i", -1234567890),
    ("uint32", "I", 3456789012),
    ("int64", "q", -1234567890123456789),
    ("uint64", "Q", 12345678901234567890),
    ("float32", "f", -1234.5),
    ("float64", "d", 6.02214076e23),
)
BCD = (("bcd16", "1234", 1234), ("bcd32", "12345678", 12345678))
TEXTS = (("latin-1", 12, "Prüfkörper"), ("utf-16", 8, "Maß"))
BITS = [place % 3 == 0 or place % 7 == 2 for place in range(SIZE)]
WRITTEN_TO = 600
"""From here on there are zeros to write over."""


@dataclass(frozen=True)
class Held:
    """One value of the image: where, as what, and what it must be read as."""

    number: int
    kind: str
    order: str
    value: int | float | str
    packed: bytes
    options: dict

    @property
    def words(self) -> list[int]:
        """Return its registers as they stand in the device."""
        return ordered(self.packed, self.order)

    @property
    def name(self) -> str:
        """Return a name that is nowhere else."""
        return f"{self.kind}_{self.order}_{self.number}"


def ordered(packed: bytes, order: str) -> list[int]:
    """Return the registers of a value given highest byte first: words turned round for CDAB and DCBA, bytes for BADC and DCBA."""
    words = [packed[place : place + 2] for place in range(0, len(packed), 2)]
    words = words[::-1] if order in ("CDAB", "DCBA") else words
    return [int.from_bytes(word[::-1] if order in ("BADC", "DCBA") else word, "big") for word in words]


def image() -> list[Held]:
    """Return all values, one behind the other from `FIRST`."""
    held: list[Held] = []
    number = FIRST
    for kind, order, value, packed, options in _values():
        text_order = "BADC" if options and order in ("BADC", "DCBA") else "ABCD"
        held.append(Held(number, kind, text_order if options else order, value, packed, options))
        number += len(packed) // 2
    return held


def registers() -> list[int]:
    """Return a whole table of registers."""
    table = [0] * SIZE
    for held in image():
        table[held.number : held.number + len(held.words)] = held.words
    return table


def _values() -> Iterator[tuple[str, str, int | float | str, bytes, dict]]:
    for order in ORDERS:
        for kind, form, value in NUMBERS:
            yield kind, order, value, struct.pack(f">{form}", value), {}
        for kind, digits, value in BCD:
            yield kind, order, value, bytes.fromhex(digits), {}
    for order in ("ABCD", "BADC"):
        yield from _texts(order)


def _texts(order: str) -> Iterator[tuple[str, str, str, bytes, dict]]:
    for encoding, length, text in TEXTS:
        python = "utf-16-be" if encoding == "utf-16" else encoding
        yield "string", order, text, text.encode(python).ljust(length, b"\0"), {"length": length, "encoding": encoding}


def decoded(words: Sequence[int], kind: str, order: str) -> int | float:
    """Return the number that registers of a device hold."""
    form = next(form for name, form, _ in NUMBERS if name == kind)
    packed = b"".join(word.to_bytes(2, "big") for word in ordered(struct.pack(f">{len(words)}H", *words), order))
    return struct.unpack(f">{form}", packed)[0]
