"""Values as cells of a CSV file that a spreadsheet opens without running anything, and that read back as what they were.

A text that a spreadsheet could take for a formula gets an apostrophe in front of it; so does one that begins with an apostrophe,
and a text without letters where the field may be empty. So one apostrophe at the beginning is always ours. Numbers stay numbers.
"""

from __future__ import annotations

import json

APOSTROPHE = "'"
DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠|%" + APOSTROPHE)  # full-width signs run as formulas too
BLANKS = " \u00a0\u3000\"'"
"""What a spreadsheet may take away before it looks."""


def cell(value: object, *, optional: bool) -> str:
    """A value of JSON's types as a cell; a list or an object is its JSON text, nothing is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return neutral(value, optional=optional)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def neutral(text: str, *, optional: bool) -> str:
    """A text that no spreadsheet takes for a formula."""
    if not text:
        return APOSTROPHE if optional else ""
    is_risky = text[0] in DANGEROUS or text.lstrip(BLANKS)[:1] in DANGEROUS
    return APOSTROPHE + text if is_risky else text
