"""Raw values to one, by a table; where it can't be told, nothing is told. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.derived.setup import Condition, Mapped, MapRow
from drivers.tag import Value


class MapRule:
    """A table of rows; the first that fits wins."""

    def __init__(self, setup: Mapped) -> None:
        self._rows = setup.rows

    def turn(self, image: Mapping[str, Value], now: int) -> Value:
        """Return the value of the first row that fits; None where none does, or where a row before it could."""
        for row in self._rows:
            match _fits(row, image):
                case True:
                    return row.value
                case None:
                    return None
                case _:
                    continue
        return None

    def forget(self) -> None:
        """Nothing is remembered from one look to the next."""


def _fits(row: MapRow, image: Mapping[str, Value]) -> bool | None:
    """Whether all conditions hold; None where one that may fail is not known."""
    held = [holds(condition, image.get(condition.tag)) for condition in row.when]
    if False in held:
        return False
    return None if None in held else True


def holds(condition: Condition, value: Value) -> bool | None:
    """Whether a value is as it must be; None where it is not known."""
    if value is None:
        return None
    return _meets(condition, value) is not condition.is_not


def _meets(condition: Condition, value: Value) -> bool:
    if condition.values:
        return value in condition.values
    if not isinstance(value, int | float):
        return False
    low, high = condition.low, condition.high
    return (low is None or value >= low) and (high is None or value <= high)
