"""Errors and facts put into words for people: a code with its args becomes `Words`, which the screen translates. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from resources.words.english import ENGLISH


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence to be said; `code` is also its key in the translations (context `words`)."""

    code: str
    args: tuple[str, ...] = ()

    def in_english(self) -> str:
        """The sentence in English; an unknown code shows itself rather than nothing."""
        return ENGLISH.get(self.code, self.code).format(*self.args)
