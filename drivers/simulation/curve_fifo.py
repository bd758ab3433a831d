"""The curve as controllers offer it: a ring of samples with a running index and a count of samples lost."""

from __future__ import annotations

SLOTS = 58
HEADER_WORDS = 8
WORDS = HEADER_WORDS + 2 * SLOTS


class CurveFifo:
    """Sample `i` of (position, force), both int16 in hundredths, stands at slot `i mod 58`."""

    def __init__(self) -> None:
        self.index = 0
        """Samples ever put."""
        self.first = 0
        """Index of the first sample of the newest cycle."""
        self.overrun = 0
        """Samples the controller itself lost; they have no index."""
        self._slots = [0] * (2 * SLOTS)
        self._to_lose = 0

    def begin(self) -> None:
        """The next sample is the first of a new cycle."""
        self.first = self.index

    def lose(self, samples: int) -> None:
        """Let the controller lose its next samples."""
        self._to_lose += samples

    def put(self, position: int, force: int) -> None:
        """Keep one sample, over the oldest."""
        if self._to_lose:
            self._to_lose -= 1
            self.overrun += 1
            return
        at = 2 * (self.index % SLOTS)
        self._slots[at : at + 2] = (position & 0xFFFF, force & 0xFFFF)
        self.index += 1

    def words(self, cycle: int, boot: int, period_ms: int) -> list[int]:
        """The block as it stands in the registers: header, then the slots."""
        header = [*_double(self.index), self.overrun & 0xFFFF, cycle, *_double(self.first), period_ms, boot]
        return header + self._slots


def _double(number: int) -> tuple[int, int]:
    return number >> 16 & 0xFFFF, number & 0xFFFF
