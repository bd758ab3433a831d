"""Raw numbers to units and back: `value = raw * scale + offset`, one exact way in each direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.tag import Tag

_NEAR = 1e-6


@dataclass(frozen=True)
class Scaling:
    """How a tag's raw number becomes its unit; works on numbers and numpy arrays alike."""

    scale: float = 1.0
    offset: float = 0.0

    @classmethod
    def of(cls, tag: Tag) -> Scaling:
        """Return the scaling of `tag`."""
        return cls(tag.scale, tag.offset)

    @property
    def is_identity(self) -> bool:
        """Whether raw and value are the same, so that 64-bit integers stay exact."""
        return self.scale == 1.0 and self.offset == 0.0

    @cached_property
    def divisor(self) -> float | None:
        """Return 100.0 for a scale of 0.01: dividing gives 0.57 where multiplying gives 0.5700000000000001."""
        inverse = float(round(1 / self.scale)) if abs(self.scale) <= 1 else 0.0
        return inverse if inverse and 1 / inverse == self.scale else None

    def to_units(self, raw: Any) -> Any:
        """Return `raw` in the tag's unit."""
        if self.is_identity:
            return raw
        scaled = raw * self.scale if self.divisor is None else raw / self.divisor
        return scaled + self.offset if self.offset else scaled

    def to_raw(self, value: float) -> float:
        """Return the raw number that stands for `value`; not rounded."""
        if self.is_identity:
            return value
        return (value - self.offset) * self.divisor if self.divisor is not None else (value - self.offset) / self.scale


class ScalingColumn:
    """The scalings of many tags, done at once and to the bit as `Scaling` does each."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        scalings = [Scaling.of(tag) for tag in tags]
        self._is_identity = all(each.is_identity for each in scalings)
        self._factors = np.array([each.scale if each.divisor is None else 1.0 for each in scalings])
        self._divisors = np.array([each.divisor or 1.0 for each in scalings])
        self._offsets = np.array([each.offset for each in scalings])

    @staticmethod
    def is_needed(tag: Tag) -> bool:
        """Whether `tag` is scaled at all; one that is not should not share a column with one that is, to stay exact."""
        return not Scaling.of(tag).is_identity

    def to_units(self, raw: NDArray[Any]) -> NDArray[Any]:
        """Return each raw number in its tag's unit; too large ones become infinite."""
        if self._is_identity:
            return raw
        with np.errstate(all="ignore"):
            return raw * self._factors / self._divisors + self._offsets


def whole(raw: float) -> int | None:
    """Return the whole number `raw` stands for, None where it lies between two."""
    if isinstance(raw, int):
        return int(raw)
    nearest = round(raw)
    return nearest if abs(raw - nearest) <= _NEAR * max(1.0, abs(raw) * 1e-6) else None
