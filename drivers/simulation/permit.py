"""The permit: which one cycle the station lets the machine run, and when that is void. Times are real milliseconds."""

from __future__ import annotations

from enum import StrEnum

LIFE_MS = 2000.0
"""A station whose heartbeat did not change for so long is gone."""


class PermitWord(StrEnum):
    """The words the station writes."""

    REQUIRED = "permit_required"
    CYCLE = "permitted_cycle"
    HEARTBEAT = "station_heartbeat"


class Permit:
    """The station's three words and what follows from them."""

    def __init__(self) -> None:
        self.words = dict.fromkeys(PermitWord, 0)
        self._is_given = False
        self._given_ms = 0.0
        self._beat_ms = float("-inf")

    @property
    def is_required(self) -> bool:
        """True while the machine may only run permitted cycles."""
        return self.words[PermitWord.REQUIRED] != 0

    def write(self, word: PermitWord, value: int, now_ms: float) -> None:
        """Take a word from the station; a permitted cycle counts as given anew even when its number is the same."""
        if word is PermitWord.HEARTBEAT and value != self.words[word]:
            self._beat_ms = now_ms
        if word is PermitWord.CYCLE:
            self._is_given, self._given_ms = True, now_ms
        self.words[word] = value

    def take_void(self, now_ms: float) -> int | None:
        """Void a permit whose station went silent and return its cycle, else None.

        A permit that reached us a little before the station's first beat is given the same time to be joined by one.
        """
        if not self._is_given or now_ms - max(self._beat_ms, self._given_ms) <= LIFE_MS:
            return None
        self._is_given = False
        return self.words[PermitWord.CYCLE]

    def use(self, cycle: int, now_ms: float) -> bool:
        """True if `cycle` may start now; that uses the permit up."""
        is_alive = now_ms - self._beat_ms <= LIFE_MS
        if not (self._is_given and is_alive and self.words[PermitWord.CYCLE] == cycle):
            return False
        self._is_given = False
        return True
