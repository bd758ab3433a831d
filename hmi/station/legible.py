"""What machines say in their own words, made fit to be read and kept: printable characters in one line, not without end.

A machine's text is anybody's text. Control characters break lines and stores, marks of writing direction turn the words around
them, and a text of ten thousand letters leaves no room for the next alarm.
"""

from __future__ import annotations

import unicodedata

MOST = 200
"""Letters of one text; what is longer ends with three dots."""
JOINERS = "\u200c\u200d"
"""They shape letters of some scripts, and nothing around them."""


def legible(text: str) -> str:
    """A machine's text as a person may see it."""
    words = " ".join("".join(_seen(letter) for letter in text[: 4 * MOST]).split())
    return words if len(words) <= MOST else f"{words[: MOST - 1].rstrip()}…"


def _seen(letter: str) -> str:
    match unicodedata.category(letter):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf" if letter not in JOINERS:
            return ""
        case "Cs":
            return "\ufffd"
        case _:
            return letter
