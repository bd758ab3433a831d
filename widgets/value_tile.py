"""A captioned number with its unit; what is old is hatched and greyed, what is missing says so."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from widgets.badge import Badge
from widgets.display import DisplayValue, Quality, Severity
from widgets.hatch import draw_hatch
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme, restyle


class ValueTile(QFrame):
    """Caption, number, unit and note; the property `quality` is live, stale or bad."""

    def __init__(self, theme: Theme, caption: str, *, role: TextRole = TextRole.VALUE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._quality = Quality.LIVE
        self._caption = Label(theme, caption, TextRole.LABEL, tone="third")
        self._number = Label(theme, "–", role)
        self._unit = Label(theme, "", TextRole.STRONG, tone="second")
        self._note = Label(theme, "", TextRole.LABEL, tone="third", wraps=True)
        self._badge = Badge(theme)
        restyle(self, kind="raised", quality=Quality.LIVE.value, severity=Severity.NORMAL.value)
        self._lay_out()

    @Slot(DisplayValue)
    def show_value(self, value: DisplayValue, badge: str = "") -> None:
        """Show `value` now; `badge` is the word of an abnormal severity ("too high")."""
        self._quality = value.quality
        self._number.show_text(value.text)
        self._number.show_tone("ink" if value.quality is Quality.LIVE else "third")
        self._unit.show_text(value.unit)
        self._note.show_text(value.note)
        self._note.setVisible(bool(value.note))
        self._badge.show_badge(value.severity, badge)
        restyle(self, quality=value.quality.value, severity=value.severity.value)
        self.setAccessibleName(f"{self._caption.text()}: {value.text} {value.unit} {value.note}".strip())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame, and the hatch at the right edge of a value that is not live."""
        super().paintEvent(event)
        if self._quality is Quality.LIVE:
            return
        painter = QPainter(self)
        draw_hatch(painter, self._hatched(), self._theme)
        painter.end()

    def _hatched(self) -> QRectF:
        """A band the texts never reach, so that they stay readable."""
        width = self._theme.profile.mm(6)
        return QRectF(self.width() - width - 2, 2, width, self.height() - 4)

    def _lay_out(self) -> None:
        profile = self._theme.profile
        row = QHBoxLayout()
        row.setSpacing(profile.mm(2))
        row.addWidget(self._number)
        row.addWidget(self._unit)
        row.addStretch(1)
        row.addWidget(self._badge)
        row.addStrut(self._badge.sizeHint().height())
        column = QVBoxLayout(self)
        column.setContentsMargins(profile.mm(3.6), profile.mm(2), profile.mm(8), profile.mm(2))
        column.setSpacing(profile.mm(0.5))
        column.addWidget(self._caption)
        column.addLayout(row)
        column.addWidget(self._note)
        column.addStretch(1)
        self._note.hide()
