"""While the recorder is away all of a page is old: it is hatched, and a touch is answered with why nothing is taken."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.words import say
from widgets.hatch import draw_hatch
from widgets.theme import Theme

PITCH_MM = 12
"""Wide enough that every text under the hatch stays readable."""


class AwayVeil(QWidget):
    """Lies over `page` and takes its touches; frame and navigation stay free."""

    def __init__(self, theme: Theme, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self.setObjectName("away_veil")
        self._theme = theme
        self._desk = desk
        self._page = page
        self.hide()

    def refresh(self, *, can_do_without: bool) -> None:
        """Cover the page, unless the recorder is heard, was never heard, or the page reads what is stored."""
        away = self._desk.picture.station is not None and not self._desk.is_heard
        self.setGeometry(self._page.rect())
        self.setVisible(away and not can_do_without)
        self.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say why nothing is taken."""
        event.accept()
        self._desk.tell(say(self._desk.away_code))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Hatch the whole page."""
        painter = QPainter(self)
        draw_hatch(painter, QRectF(self.rect()), self._theme, pitch_mm=PITCH_MM)
        painter.end()
