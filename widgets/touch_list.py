"""Rows that may be more than fit: turned page by page with two buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from resources.assets import IconName
from widgets.theme import Theme
from widgets.touch_button import TouchButton


class TouchList(QWidget):
    """A column of rows under a head; the two page buttons are there only when there is more than fits."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[QWidget] = []
        self._head: QWidget | None = None
        self._area = _Area()
        self._inside = QWidget()
        self._inside.setObjectName("rows")
        self._column = QVBoxLayout(self._inside)
        self._column.addStretch(1)
        self._area.setWidget(self._inside)
        self._left = QVBoxLayout()
        self._up = TouchButton(theme, icon=IconName.UP, name=self.tr("one page up"))
        self._down = TouchButton(theme, icon=IconName.DOWN, name=self.tr("one page down"))
        self._up.clicked.connect(lambda: self.turn(-1))
        self._down.clicked.connect(lambda: self.turn(1))
        self._lay_out()
        bar = self._area.verticalScrollBar()
        bar.rangeChanged.connect(self._show_buttons)
        bar.valueChanged.connect(self._show_buttons)
        self._inside.installEventFilter(self)
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

    def show_head(self, head: QWidget) -> None:
        """Put this over the rows, as wide as they are, in place of the one before."""
        if self._head:
            self._left.removeWidget(self._head)
            self._head.hide()
            self._head.deleteLater()
        self._head = head
        self._left.insertWidget(0, head)

    def turn(self, pages: int) -> None:
        """Turn by whole pages, up when negative; a row cut before is whole afterwards, unless it is higher than a page."""
        bar = self._area.verticalScrollBar()
        for _ in range(abs(pages)):
            bar.setValue(self._below(bar.value(), bar.pageStep()) if pages > 0 else self._above(bar.value(), bar.pageStep()))

    def _below(self, at: int, page: int) -> int:
        """Where the next page begins."""
        begins = (row.y() for row in self._rows if row.geometry().bottom() >= at + page)
        return next((top for top in begins if top > at), at + page)

    def _above(self, at: int, page: int) -> int:
        """Where the page before begins."""
        return next((row.y() for row in self._rows if at - page <= row.y() < at), at - page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another height may show all rows, or not any more."""
        super().resizeEvent(event)
        self._show_buttons()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Rows that grew or shrank may need the buttons, or not any more."""
        if watched is self._inside and event.type() == QEvent.Type.LayoutRequest:
            self._show_buttons()
        return super().eventFilter(watched, event)

    def _show_buttons(self) -> None:
        """Judged by the whole width: buttons that narrow the rows must not be the reason for buttons."""
        bar = self._area.verticalScrollBar()
        needed = self._needed_height() > self._area.height()
        self._up.setVisible(needed)
        self._down.setVisible(needed)
        self._up.set_reason("" if bar.value() > bar.minimum() else self.tr("top"))
        self._down.set_reason("" if bar.value() < bar.maximum() else self.tr("end"))

    def _needed_height(self) -> int:
        width = self.width()
        needed = self._column.totalHeightForWidth(width) if self._column.hasHeightForWidth() else -1
        return needed if needed >= 0 else self._column.totalMinimumSize().height()

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
        self._left.setSpacing(gap)
        self._left.addWidget(self._area, 1)
        row.addLayout(self._left, 1)
        row.addLayout(pages)


class _Area(QScrollArea):
    """A scroll area without bars: a press that slides off a row does nothing, it never moves the rows."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustIgnored)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        """What room there is; asking for all rows would squeeze what stands beside."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """One row wide and high."""
        return QSize(self.widget().minimumSizeHint().width() if self.widget() else 0, 80)
