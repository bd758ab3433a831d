"""Whether a machine runs, from a current or another number that rises when it does. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from drivers.derived.setup import Running

_MS = 1_000_000


class RunningRule:
    """A number to running or standing; None where it is not known."""

    def __init__(self, setup: Running) -> None:
        self._setup = setup
        self._runs: bool | None = None
        self._other_since: int | None = None

    def turn(self, image: Mapping[str, object], now: int) -> bool | None:
        """Look at the number at `now`, in ns; between the two levels it goes on as it was."""
        number = image.get(self._setup.tag)
        if not isinstance(number, int | float) or not math.isfinite(number):
            self.forget()
            return None
        if self._runs is None:
            self._runs = number >= self._setup.threshold
        elif self._is_other(number):
            self._change(now)
        else:
            self._other_since = None
        return self._runs

    def forget(self) -> None:
        """The machine was not heard."""
        self._runs = self._other_since = None

    def _is_other(self, number: float) -> bool:
        if self._runs:
            return number < self._setup.threshold - self._setup.hysteresis
        return number >= self._setup.threshold

    def _change(self, now: int) -> None:
        since = self._other_since = now if self._other_since is None else self._other_since
        delay = self._setup.off_delay_ms if self._runs else self._setup.on_delay_ms
        if now - since >= delay * _MS:
            self._runs, self._other_since = not self._runs, None
