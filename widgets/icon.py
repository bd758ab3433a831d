"""Line icons from SVG, in any colour and size."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from resources.assets import IconName, icon_svg


@lru_cache(maxsize=256)
def icon_pixmap(name: IconName, colour: str, side: int) -> QPixmap:
    """An icon, `side` pixels square, its lines in `colour`."""
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(icon_svg(name, colour))).render(painter)
    painter.end()
    return pixmap


def draw_icon(painter: QPainter, name: IconName, colour: QColor, place: QRectF) -> None:
    """Draw an icon centred in `place`, as large as its shorter side."""
    side = int(min(place.width(), place.height()))
    pixmap = icon_pixmap(name, colour.name(), side)
    painter.drawPixmap(int(place.center().x() - side / 2), int(place.center().y() - side / 2), pixmap)
