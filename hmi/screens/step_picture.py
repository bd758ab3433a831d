"""The picture of a step, drawn in the theme's own colours."""

from __future__ import annotations

from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.theme import Theme

_INK, _ACCENT = "#3A4148", "#0A4F96"
"""The two colours the drawings are made in."""


def picture_svg(name: str) -> str:
    """The drawing called `name`; empty where there is none."""
    path = resources.files("resources").joinpath("demo", "pictures", f"{name}.svg")
    return path.read_text(encoding="utf-8") if name and path.is_file() else ""


class StepPicture(QWidget):
    """A framed drawing that keeps its shape; hidden without one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = ""
        self._svg = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(theme.profile.mm(62))
        self.hide()

    def show_picture(self, name: str) -> None:
        """Show the drawing `name`."""
        if name == self._name:
            return
        self._name, self._svg = name, picture_svg(name)
        self.setVisible(bool(self._svg))
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        """Large enough to be read at arm's length."""
        return QSize(self._theme.profile.mm(60), self._theme.profile.mm(40))

    def minimumSizeHint(self) -> QSize:
        """Still a picture."""
        return QSize(self._theme.profile.mm(22), self._theme.profile.mm(16))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame and picture."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.color("line"))
        painter.setBrush(self._theme.color("raised"))
        radius = self._theme.profile.radius
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        tokens = self._theme.tokens
        renderer = QSvgRenderer(QByteArray(self._svg.replace(_INK, tokens.second).replace(_ACCENT, tokens.accent).encode()))
        renderer.render(painter, self._place(renderer.defaultSize()))
        painter.end()

    def _place(self, drawing: QSize) -> QRectF:
        room = self.rect().adjusted(4, 4, -4, -4)
        size = drawing.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(room.center().x() - size.width() / 2, room.center().y() - size.height() / 2, size.width(), size.height())
