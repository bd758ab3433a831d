"""Which rule makes which tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from drivers.derived.edges import EdgeRule
from drivers.derived.lamps import LampRule, Pace
from drivers.derived.mapped import MapRule
from drivers.derived.running import RunningRule
from drivers.derived.setup import Edges, Lamps, Made, Mapped, Running
from drivers.tag import Value


class Rule(Protocol):
    """One tag made from others: a pure step from what is known now to its value."""

    def turn(self, image: Mapping[str, Value], now: int) -> Value:
        """Return the value at `now`, in ns of `heard_ns`; None where it is not known."""
        ...

    def forget(self) -> None:
        """Nothing that was seen before counts."""
        ...


def rule_of(made: Made, silence: int | None) -> Rule:
    """Return what makes a tag."""
    match made:
        case Lamps():
            return LampRule(made.lamps, made.rows, Pace.of(made.blink_hz, silence))
        case Edges():
            return EdgeRule(made, silence)
        case Running():
            return RunningRule(made)
        case Mapped():
            return MapRule(made)
