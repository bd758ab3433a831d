"""The last units as tiles."""

from __future__ import annotations

from hmi.presenters.picture import Picture
from hmi.station.topics import UnitView
from station_db.records.orders import UnitState
from widgets.display import UnitMark, UnitText

SHOWN = 12
SHOWN_SMALL = 8
"""With eight reasons beside them a small panel has room for so many that can be touched."""


def present_units(picture: Picture, *, with_open: bool = False, most: int = SHOWN) -> tuple[UnitText, ...]:
    """The last units, oldest first; `with_open` adds the one under work."""
    work = picture.work
    last = tuple(sorted(work.last_units, key=lambda unit: unit.number))
    if with_open and work.unit and work.unit.id not in {unit.id for unit in last}:
        last = (*last, work.unit)
    return tuple(UnitText(unit.id, f"{unit.number}", _mark(unit)) for unit in last[-most:])


def _mark(unit: UnitView) -> UnitMark:
    match unit.state:
        case UnitState.GOOD:
            return UnitMark.GOOD
        case UnitState.BAD:
            return UnitMark.BAD
        case _:
            return UnitMark.OPEN
