"""Rows that may be more than fit: dragged by a finger or turned by two buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QScroller,
    QScrollerProperties,
    QVBoxLayout,
    QWidget,
)

from resources.assets import IconName
from widgets.theme import Theme
from widgets.touch_button import TouchButton


class TouchList(QWidget):
    """A column of rows; the two page buttons are there only when there is more than fits."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[QWidget] = []
        self._area = _Area()
        self._inside = QWidget()
        self._inside.setObjectName("rows")
        self._column = QVBoxLayout(self._inside)
        self._column.addStretch(1)
        self._area.setWidget(self._inside)
        self._up = TouchButton(theme, icon=IconName.UP, name=self.tr("one page up"))
        self._down = TouchButton(theme, icon=IconName.DOWN, name=self.tr("one page down"))
        self._up.clicked.connect(lambda: self.turn(-1))
        self._down.clicked.connect(lambda: self.turn(1))
        self._lay_out()
        bar = self._area.verticalScrollBar()
        bar.rangeChanged.connect(self._show_buttons)
        bar.valueChanged.connect(self._show_buttons)
        self._show_buttons()

    @property
    def rows(self) -> tuple[QWidget, ...]:
        """The rows in order."""
        return tuple(self._rows)

    def show_rows(self, rows: Sequence[QWidget]) -> None:
        """Take these rows in place of the ones before, which are let go."""
        kept = set(rows)
        for row in self._rows:
            self._column.removeWidget(row)
            if row not in kept:
                row.hide()
                row.deleteLater()
        self._rows = list(rows)
        for at, row in enumerate(rows):
            self._column.insertWidget(at, row)
            row.show()

    def turn(self, pages: int) -> None:
        """Turn by whole pages, up when negative."""
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() + pages * max(1, bar.pageStep() - self._theme.profile.other))

    def _show_buttons(self) -> None:
        bar = self._area.verticalScrollBar()
        needed = bar.maximum() > 0
        self._up.setVisible(needed)
        self._down.setVisible(needed)
        self._up.set_reason("" if bar.value() > bar.minimum() else self.tr("top"))
        self._down.set_reason("" if bar.value() < bar.maximum() else self.tr("end"))

    def _lay_out(self) -> None:
        gap = self._theme.profile.gap
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(gap)
        pages = QVBoxLayout()
        pages.setSpacing(gap)
        pages.addWidget(self._up)
        pages.addStretch(1)
        pages.addWidget(self._down)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(gap)
        row.addWidget(self._area, 1)
        row.addLayout(pages)


class _Area(QScrollArea):
    """A scroll area without bars, moved by a finger, pixel by pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustIgnored)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        QScroller.grabGesture(self.viewport(), QScroller.ScrollerGestureType.LeftMouseButtonGesture)
        scroller = QScroller.scroller(self.viewport())
        properties = scroller.scrollerProperties()
        properties.setScrollMetric(QScrollerProperties.ScrollMetric.MousePressEventDelay, 0.0)
        properties.setScrollMetric(
            QScrollerProperties.ScrollMetric.VerticalOvershootPolicy, QScrollerProperties.OvershootPolicy.OvershootAlwaysOff
        )
        scroller.setScrollerProperties(properties)

    def minimumSizeHint(self) -> QSize:
        """One row wide and high."""
        return QSize(self.widget().minimumSizeHint().width() if self.widget() else 0, 80)
