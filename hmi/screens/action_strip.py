"""The strip under the work: always the same actions in the same places."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.strip import present_strip
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class ActionStrip(QWidget):
    """Bad part, Pause, Finish order; on small panels also the way to the chart.

    `prefix` parts the names of its keys from another strip's.
    """

    chosen = Signal(str)
    """The key of a page: `bad_part`, `pause`, `finish`, `chart`."""

    def __init__(
        self, theme: Theme, desk: Desk, *, with_chart: bool = False, prefix: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.profile.gap)
        names = {"bad_part": self.tr("Bad part"), "pause": self.tr("Pause"), "finish": self.tr("Finish order")}
        if with_chart:
            names["chart"] = self.tr("Chart")
        self._buttons = {key: self._add(theme, key, text, prefix) for key, text in names.items()}
        for button in self._buttons.values():
            row.addWidget(button, 1)

    def refresh(self) -> None:
        """Close what can't be done now, with the reason. Where people count there is no chart to go to."""
        if "chart" in self._buttons:
            self._buttons["chart"].setVisible(not self._desk.picture.handwork.machine)
        for key, reason in present_strip(self._desk.picture).items():
            self._buttons[key].set_reason(reason)

    def _add(self, theme: Theme, key: str, text: str, prefix: str) -> TouchButton:
        button = TouchButton(theme, text, ButtonKind.LARGE)
        button.setObjectName(f"{prefix}{key}")
        button.clicked.connect(lambda: self.chosen.emit(key))
        button.refused.connect(self._desk.tell)
        return button
