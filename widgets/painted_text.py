"""A text a widget paints itself, kept as a fact so that what is drawn and what is checked are one thing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

CENTRED = Qt.AlignmentFlag.AlignCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
BREAK = "\u200b"
"""Where a long word may go on in the next line; nothing is seen of it."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class PaintedText:
    """A text with its place, font and colour; it wraps inside `rect` and is never elided."""

    text: str
    rect: QRectF
    font: QFont
    colour: QColor
    align: Qt.AlignmentFlag = CENTRED
    wraps: bool = True

    @property
    def flags(self) -> int:
        """Alignment and wrapping as Qt's text flags."""
        return int(self.align) | (int(Qt.TextFlag.TextWordWrap) if self.wraps else int(Qt.TextFlag.TextSingleLine))

    def needed(self) -> QRectF:
        """The room the text takes when laid out in its place."""
        return QFontMetricsF(self.font).boundingRect(self.rect, self.flags, self.text)

    def draw(self, painter: QPainter) -> None:
        """Draw it."""
        painter.setFont(self.font)
        painter.setPen(self.colour)
        painter.drawText(self.rect, self.flags, self.text)


@runtime_checkable
class PaintsTexts(Protocol):
    """A widget that paints texts itself says which, for the audit."""

    def painted_texts(self) -> list[PaintedText]:
        """Every text it draws now, in its own coordinates."""
        ...


def text_width(font: QFont, text: str) -> float:
    """Width of the longest line of `text`, unwrapped."""
    metrics = QFontMetricsF(font)
    return max((metrics.horizontalAdvance(line) for line in text.split("\n")), default=0.0) + 1


def word_width(font: QFont, text: str) -> float:
    """Width of the longest word of `text`: the least a wrapped text needs."""
    metrics = QFontMetricsF(font)
    return max((metrics.horizontalAdvance(word) for word in text.replace(BREAK, " ").split()), default=0.0) + 2


def shortened(font: QFont, text: str, width: float, height: float) -> str:
    """The longest beginning of `text` that is whole in its place, with three dots where it is not all of it, by halving."""
    if wrapped_height(font, text, width) <= height:
        return text
    words = text.split(" ")
    low, high = 0, len(words)
    while low + 1 < high:
        middle = (low + high) // 2
        fits = wrapped_height(font, _begun(words[:middle]), width) <= height
        low, high = (middle, high) if fits else (low, middle)
    return _begun(words[:low])


def _begun(words: list[str]) -> str:
    return f"{' '.join(words)} …".lstrip()


def least_width(font: QFont, text: str, height: float) -> int:
    """The narrowest place of `height` in which `text` is whole, by halving; 0 for no text."""
    low, high = int(word_width(font, text)), int(text_width(font, text)) + 2
    while text and low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if wrapped_height(font, text, middle) <= height else (middle + 1, high)
    return high if text else 0


@lru_cache(maxsize=8192)
def wrapped_height(font: QFont, text: str, width: float) -> float:
    """Height of `text` wrapped at `width`; 0 for no text. Kept, because layouts ask the same thousands of times."""
    if not text:
        return 0.0
    flags = int(CENTRED) | int(Qt.TextFlag.TextWordWrap)
    return QFontMetricsF(font).boundingRect(QRectF(0, 0, max(1.0, width), 1e5), flags, text).height()
