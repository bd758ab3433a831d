"""A bad part in two touches: which of the last units, and why."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.reasons import bad_reasons
from hmi.presenters.units import SHOWN, SHOWN_SMALL, present_units
from hmi.screens.choice_card import ChoiceCard
from hmi.station.commands import BadPart
from widgets.display import UnitMark, UnitText
from widgets.theme import Theme
from widgets.unit_tiles import UnitTile, UnitTiles


class BadPartCard(ChoiceCard):
    """Units as tiles at the left, reasons at the right. The unit in work is chosen to begin with."""

    def __init__(self, theme: Theme, desk: Desk, *, is_small: bool, parent: QWidget | None = None) -> None:
        super().__init__(theme, desk, bad_reasons(), name="reason", columns=4 if is_small else 2, parent=parent)
        self.setObjectName("bad_part_card")
        self._desk = desk
        self._most = SHOWN_SMALL if is_small else SHOWN
        self._chosen = ""
        self._units: tuple[UnitText, ...] = ()
        self._tiles = UnitTiles(theme, columns=4)
        self._tiles.unit_pressed.connect(self.choose)
        self.middle.insertWidget(0, self._tiles, 0, Qt.AlignmentFlag.AlignTop)
        self.chosen.connect(self._ask)

    def choose(self, unit: str = "") -> None:
        """Take this unit for the bad one; empty takes the one in work, else the newest that is not bad yet."""
        self._units = present_units(self._desk.picture, with_open=True, most=self._most)
        self._chosen = unit or next((each.key for each in reversed(self._units) if each.mark is not UnitMark.BAD), "")
        self.refresh()

    def refresh(self) -> None:
        """Show the units as they are now."""
        self._units = present_units(self._desk.picture, with_open=True, most=self._most)
        self._tiles.show_units(self._units)
        number = next((each.number for each in self._units if each.key == self._chosen), "")
        title = self.tr("Unit {0} is bad. Why?").format(number) if number else self.tr("No unit is made yet.")
        self.show_question(title, self.tr("Touch another unit first if it is that one."))
        for tile, unit in zip(self._tiles.findChildren(UnitTile), self._units, strict=False):
            tile.setObjectName(f"unit_{unit.number}")
            tile.setCheckable(True)
            tile.setChecked(unit.key == self._chosen)

    def _ask(self, reason: str) -> None:
        if self._chosen:
            self._desk.ask(BadPart(unit=self._chosen, reason=reason), "bad_part")
