"""A piece of the header: glyph or icon, a strong word, a plain rest; abnormal it is a badge."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.badge import FILLS
from widgets.display import ChipText, Severity
from widgets.icon import draw_icon
from widgets.painted_text import LEFT, PaintedText, text_width
from widgets.profile import TextRole
from widgets.shapes import draw_glyph, draw_severity
from widgets.theme import Theme, restyle


class Chip(QWidget):
    """State or link in a few words; it cannot be touched and has no border while normal. In a key the key is the badge."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, is_in_key: bool = False) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chip = ChipText()
        self._brief = False
        self._least = 0.0
        self._is_in_key = is_in_key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_chip(self, chip: ChipText) -> None:
        """Show `chip` now."""
        self._chip = chip
        restyle(self, severity=chip.severity.value)
        self.setAccessibleName(" ".join(filter(None, (chip.lead, chip.strong, chip.plain, chip.below))))
        self.updateGeometry()
        self.update()

    def show_brief(self, *, brief: bool) -> None:
        """Leave out the plain rest and the second line where room is short and a strong word stays."""
        if brief == self._brief:
            return
        self._brief = brief
        self.updateGeometry()
        self.update()

    def reserve(self, ems: float) -> None:
        """Keep a place `ems` text sizes wide, so that other words move nothing beside it."""
        self._least = ems
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Its texts, never elided, in the place it keeps."""
        size = self._theme.profile.font_px(TextRole.BODY)
        height = round(self._heights()[0] + self._heights()[1]) + self._theme.profile.mm(2)
        return QSize(max(self._content_width(), round(self._least * size)), height)

    def minimumSizeHint(self) -> QSize:
        """Never smaller than its texts."""
        return self.sizeHint()

    def painted_texts(self) -> list[PaintedText]:
        """The strong word, the plain rest, and the line below."""
        return self._texts(self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw badge or glyph, and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._chip.severity is not Severity.NORMAL and not self._is_in_key:
            painter.setPen(QPen(self._theme.color("edge"), 2))
            painter.setBrush(self._theme.color(FILLS[self._chip.severity][0]))
            painter.drawRoundedRect(QRectF(1, 1, self._content_width() - 2, self.height() - 2), 6, 6)
        self._draw_shape(painter)
        for text in self.painted_texts():
            text.draw(painter)
        painter.end()

    def _draw_shape(self, painter: QPainter) -> None:
        side = self._shape_side()
        line = self._first_line(self.height())
        spot = QRectF(self._inset(), line.center().y() - side / 2, side, side)
        abnormal = self._chip.severity is not Severity.NORMAL
        ink = self._theme.color(FILLS[self._chip.severity][1] if abnormal else "second")
        if self._chip.glyph:
            draw_glyph(painter, self._chip.glyph, ink if abnormal else self._theme.color("running"), spot)
        elif self._chip.icon:
            draw_icon(painter, self._chip.icon, ink, spot)
        else:
            draw_severity(painter, self._chip.severity, ink, spot)

    def _texts(self, height: float) -> list[PaintedText]:
        ink = self._theme.color(FILLS[self._chip.severity][1])
        plain = "" if self._is_short() else self._chip.plain
        line, begin = self._first_line(height), self._inset() + self._shape_room()
        texts, left = [], begin
        for words, role in ((self._chip.lead, TextRole.BODY), (self._chip.strong, TextRole.STRONG), (plain, TextRole.BODY)):
            if words:
                font = self._theme.font(role)
                width = text_width(font, words) + 2
                texts.append(PaintedText(words, QRectF(left, line.top(), width, line.height()), font, ink, LEFT, wraps=False))
                left += width + font.pixelSize() * 0.4
        if self._heights()[1]:
            font = self._theme.font(TextRole.LABEL)
            place = QRectF(begin, line.bottom(), text_width(font, self._chip.below) + 2, self._heights()[1])
            texts.append(PaintedText(self._chip.below, place, font, ink, LEFT, wraps=False))
        return texts

    def _is_short(self) -> bool:
        return self._brief and bool(self._chip.strong)

    def _heights(self) -> tuple[float, float]:
        """Of the first line, and of the one below where there is one."""
        profile = self._theme.profile
        below = 0.0 if self._is_short() or not self._chip.below else profile.font_px(TextRole.LABEL) * 1.3
        return profile.font_px(TextRole.BODY) * (1.3 if below else 1.5), below

    def _first_line(self, height: float) -> QRectF:
        first, below = self._heights()
        return QRectF(0, (height - first - below) / 2, self.width(), first)

    def _content_width(self) -> int:
        if not self.accessibleName():
            return 0
        right = max((text.rect.right() for text in self._texts(100.0)), default=0.0)
        return int(right + self._inset()) + 2

    def _has_shape(self) -> bool:
        return bool(self._chip.glyph or self._chip.icon) or self._chip.severity is not Severity.NORMAL

    def _shape_side(self) -> float:
        return self._theme.profile.font_px(TextRole.BODY) * (1.15 if self._chip.icon and not self._chip.glyph else 0.85)

    def _shape_room(self) -> float:
        return self._shape_side() + self._theme.profile.mm(1.6) if self._has_shape() else 0.0

    def _inset(self) -> int:
        return 0 if self._chip.severity is Severity.NORMAL or self._is_in_key else self._theme.profile.mm(2)
