"""A number as it is typed, key by key: what was typed is what is shown, and nothing is repaired."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

MOST_KEYS = 12

BACKSPACE = "backspace"
SIGN = "sign"
MARKS = frozenset({".", ",", "٫"})
"""Whatever decimal mark is typed, it is the one of the person's language."""

_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")


class EntryProblem(StrEnum):
    """Why what is typed is not a number yet."""

    EMPTY = "empty"
    SECOND_MARK = "second_mark"
    DIGIT_MISSING = "digit_missing"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class NumberEntry:
    """The keys typed so far; `mark` is the one decimal mark shown, grouping is never typed."""

    text: str = ""
    mark: str = "."

    def press(self, key: str) -> NumberEntry:
        """The entry after one more key: a digit of any script, a decimal mark, `BACKSPACE` or `SIGN`."""
        if key == BACKSPACE:
            return replace(self, text=self.text[:-1])
        if key == SIGN:
            return replace(self, text=self.text[1:] if self.text.startswith("-") else "-" + self.text)
        if key not in MARKS and not (len(key) == 1 and key.isdecimal()):
            raise ValueError(f"no such key: {key!r}")
        if len(self.text) > MOST_KEYS:
            return self
        return replace(self, text=self.text + (self.mark if key in MARKS else str(int(key))))

    @property
    def problem(self) -> EntryProblem | None:
        """What keeps it from being a number; None when it is one."""
        if not self.text:
            return EntryProblem.EMPTY
        if self.text.count(self.mark) > 1:
            return EntryProblem.SECOND_MARK
        if len(self.text) > MOST_KEYS:
            return EntryProblem.TOO_LONG
        return None if _NUMBER.fullmatch(self.text) else EntryProblem.DIGIT_MISSING

    @property
    def value(self) -> Decimal | None:
        """The number typed; None while it is none."""
        return None if self.problem else Decimal(self.text.replace(self.mark, "."))
