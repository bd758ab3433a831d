"""The keys of the number pad: four rows of three, on low panels three of four, and a sign for numbers below zero."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from resources.assets import IconName
from widgets.entry import BACKSPACE, SIGN
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton

_DIGITS = (("7", "8", "9"), ("4", "5", "6"), ("1", "2", "3"))
_HIGH = ((3, 0), (3, 1), (3, 2))
"""Row and column of 0, the mark and backspace under the digits."""
_LOW = ((2, 3), (1, 3), (0, 3))
"""The same beside the digits."""


class PadKeys(QWidget):
    """The keys; `key_pressed` carries a digit, the decimal mark, `BACKSPACE` or `SIGN`."""

    key_pressed = Signal(str)

    def __init__(self, theme: Theme, *, is_low: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grid = QGridLayout(self)
        self._rows = 3 if is_low else 4
        zero, mark, backspace = _LOW if is_low else _HIGH
        for row, digits in enumerate(_DIGITS):
            for column, digit in enumerate(digits):
                self._add(digit, row, column)
        self._add("0", *zero)
        self._mark = self._add(".", *mark)
        self._mark.setObjectName("key_mark")
        self._add_backspace(*backspace)
        self._sign = TouchButton(theme, "±", ButtonKind.KEY, name=self.tr("plus or minus"))
        self._sign.setObjectName("key_sign")
        self._sign.clicked.connect(lambda: self.key_pressed.emit(SIGN))
        self._grid.addWidget(self._sign, 0, 4 if is_low else 3, self._rows, 1)
        self.show_marks(mark=".", has_decimals=True, has_sign=False)
        self._dress()
        theme.changed.connect(self._dress)

    def show_marks(self, *, mark: str, has_decimals: bool, has_sign: bool) -> None:
        """Write the decimal mark of the language, and leave out what this number cannot have."""
        self._mark.show_text(mark)
        self._mark.setAccessibleName(self.tr("decimal mark"))
        self._mark.set_reason("" if has_decimals else self.tr("whole number"))
        self._sign.setVisible(has_sign)

    def _add(self, text: str, row: int, column: int) -> TouchButton:
        key = TouchButton(self._theme, text, ButtonKind.KEY)
        key.setObjectName(f"key_{text}")
        key.clicked.connect(lambda: self.key_pressed.emit(key.words()))
        self._grid.addWidget(key, row, column)
        return key

    def _add_backspace(self, row: int, column: int) -> None:
        key = TouchButton(self._theme, "", ButtonKind.KEY, icon=IconName.BACKSPACE, name=self.tr("delete the last key"))
        key.setObjectName("key_backspace")
        key.clicked.connect(lambda: self.key_pressed.emit(BACKSPACE))
        self._grid.addWidget(key, row, column)

    def _dress(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(self._theme.profile.gap)
        for row in range(self._rows):
            self._grid.setRowStretch(row, 1)
