"""In which order a device sends the bytes of a value."""

from __future__ import annotations

from enum import StrEnum


class ByteOrder(StrEnum):
    """How the four bytes of a 32-bit value A (highest) to D stand in two registers.

    It says two things that hold for every width: whether the words come lowest first, and whether the two bytes within each
    register are swapped. So a 64-bit value A..H is, in the order of this list, `ABCDEFGH`, `GHEFCDAB`, `BADCFEHG` or
    `HGFEDCBA`; a 16-bit number, a bit of a register and a text only feel the swapped bytes.
    """

    ABCD = "ABCD"
    CDAB = "CDAB"
    BADC = "BADC"
    DCBA = "DCBA"

    @property
    def has_low_word_first(self) -> bool:
        """Whether the lowest word comes first."""
        return self in (ByteOrder.CDAB, ByteOrder.DCBA)

    @property
    def swaps_bytes(self) -> bool:
        """Whether the low byte of each register comes first."""
        return self in (ByteOrder.BADC, ByteOrder.DCBA)
