"""Parts counted from a switch that each one passes. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.derived.setup import Edges

_MS = 1_000_000
WIDTH = 1 << 32
"""What is counted here wraps like a uint32."""


class EdgeRule:
    """A switch's levels to a count; None while it is not known."""

    def __init__(self, setup: Edges, silence: int | None = None) -> None:
        """`silence` is for how many ns nothing said means nothing changed; None where silence means nobody looked."""
        self._setup = setup
        self._hole = silence or setup.shortest_ms * _MS
        self._level: bool | None = None
        self._other_since: int | None = None
        self._held_at: int | None = None
        """When the level was last seen as it is believed to be."""
        self._seen_at: int | None = None
        self._pulses = 0

    def turn(self, image: Mapping[str, object], now: int) -> int | None:
        """Look at the switch at `now`, in ns; return the parts since the counting began."""
        level = image.get(self._setup.tag)
        if level is None:
            self.forget()
            return None
        self._seen_at = now
        if self._level is None:
            self._level = bool(level)
        if bool(level) is self._level:
            self._other_since, self._held_at = None, now
        else:
            self._change(now)
        return self._pulses // self._setup.per % WIDTH

    def unseen_since(self, image: Mapping[str, object], now: int) -> int | None:
        """Since when nobody saw the switch well enough to tell whether a pulse came and went by `now`."""
        if self._seen_at is None or self._held_at is None:
            return None
        level = image.get(self._setup.tag)
        if level is None or now - self._seen_at > self._hole:
            return self._seen_at
        is_dropped = self._other_since is not None and bool(level) is self._level
        return self._held_at if is_dropped and now - self._held_at > self._hole else None

    def begin_anew(self) -> None:
        """Count from nought; a part that is half counted is not kept."""
        self._pulses = 0

    def forget(self) -> None:
        """The machine was not heard."""
        self._level = self._other_since = self._held_at = self._seen_at = None

    def _change(self, now: int) -> None:
        """Believe a level that held long enough; what was shorter never was."""
        since = self._other_since = now if self._other_since is None else self._other_since
        rises = not self._level
        if now - since < (self._setup.min_on_ms if rises else self._setup.min_off_ms) * _MS:
            return
        self._level, self._other_since, self._held_at = rises, None, now
        self._pulses += rises is not self._setup.is_falling
