"""A number as a person types it: `.` or `,` is the one decimal mark, and nothing is guessed."""

from __future__ import annotations

import re

from hmi.station.codes import Code, RefusedError

MARKS = re.compile(r"[.,]")
NUMBER = re.compile(r"[+-]?(\d{1,15}\.?\d{0,15}|\.\d{1,15})", re.ASCII)


def parse(text: str) -> float:
    """Read a typed number. Raises `RefusedError` for an empty text, two decimal marks, or what is no number."""
    typed = text.strip().replace("\N{MINUS SIGN}", "-")
    if not typed:
        raise RefusedError(Code.NUMBER_EMPTY)
    if len(MARKS.findall(typed)) > 1:
        raise RefusedError(Code.NUMBER_TWO_MARKS, text)
    plain = typed.replace(",", ".")
    if not NUMBER.fullmatch(plain):
        raise RefusedError(Code.NUMBER_NOT_ONE, text)
    return float(plain)


def plain(value: float, decimals: int) -> str:
    """A limit as it stands in a sentence."""
    return f"{value:.{decimals}f}"
