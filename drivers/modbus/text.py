"""Texts in registers: two bytes a register, padded with NULs or blanks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from drivers.modbus.form import Form


def decode_text(words: Sequence[int], form: Form) -> str | None:
    """Return the text before its padding; None where the bytes are none in this encoding."""
    raw = b"".join(word.to_bytes(2, _endian(form)) for word in words)[: form.length]
    try:
        text = _before_nul(raw, form).decode(form.encoding)
    except UnicodeDecodeError:
        return None
    return text.rstrip(" ")


def encode_text(text: str, form: Form) -> list[int]:
    """Return the registers that hold `text`, filled with NULs; raises `ValueError` for what would not be read back the same."""
    try:
        raw = text.encode(form.encoding)
    except UnicodeEncodeError as error:
        raise ValueError(f"{error.object[error.start]!r} can't be said in its encoding") from error
    if len(raw) > form.length:
        raise ValueError(f"it takes {form.length} bytes, and this text has {len(raw)}")
    padded = raw.ljust(form.width * 2, b"\0")
    words = [int.from_bytes(padded[at : at + 2], _endian(form)) for at in range(0, len(padded), 2)]
    if decode_text(words, form) != text:
        raise ValueError("a text with blanks at its end or NULs in it would not be read back the same")
    return words


def _endian(form: Form) -> Literal["little", "big"]:
    return "little" if form.order.swaps_bytes else "big"


def _before_nul(raw: bytes, form: Form) -> bytes:
    """Cut at the first NUL, which in utf-16 is two zero bytes that stand in one register."""
    if form.encoding != "utf-16-be":
        return raw.partition(b"\0")[0]
    units = (raw[at : at + 2] for at in range(0, len(raw), 2))
    return next((raw[: at * 2] for at, unit in enumerate(units) if unit == b"\0\0"), raw)
