"""How far a unit is: one segment a step, done dark, current in the accent, failed with a cross."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.display import Severity, StepMark
from widgets.shapes import draw_severity
from widgets.theme import Theme

_COLOURS = {StepMark.DONE: "running", StepMark.FAILED: "stopped", StepMark.CURRENT: "accent", StepMark.OPEN: "rest"}


class StepProgress(QWidget):
    """The steps of the open unit as a line of segments."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marks: tuple[StepMark, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_steps(self, marks: Sequence[StepMark], spoken: str = "") -> None:
        """Show the marks in order; `spoken` says it in words ("step 4 of 7")."""
        self._marks = tuple(marks)
        self.setAccessibleName(spoken)
        self.update()

    def sizeHint(self) -> QSize:
        """A thin line, as wide as there is room."""
        return QSize(self._theme.profile.mm(40), self._theme.profile.mm(3.4))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the segments."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark, place in zip(self._marks, self._places(), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(_COLOURS[mark]))
            painter.drawRoundedRect(place, place.height() / 2, place.height() / 2)
            if mark is StepMark.FAILED:
                self._draw_cross(painter, place)
        painter.end()

    def _draw_cross(self, painter: QPainter, place: QRectF) -> None:
        side = place.height()
        spot = QRectF(place.center().x() - side / 2, place.top(), side, side)
        draw_severity(painter, Severity.ALARM, self._theme.color("on_stopped"), spot)

    def _places(self) -> list[QRectF]:
        gap = self._theme.profile.mm(1)
        count = len(self._marks)
        width = (self.width() - gap * (count - 1)) / max(1, count)
        height = self._theme.profile.mm(2.4)
        return [QRectF(at * (width + gap), (self.height() - height) / 2, width, height) for at in range(count)]
