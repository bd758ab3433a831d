"""A sheet: a question that takes the place of a part of the screen and blocks nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.card import Card, CardKind
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class Sheet(Card):
    """Lies over `host` from its right edge, `share` of its width wide; `later_pressed` asks to put it away.

    What it asks goes into `body`. "Later" sits at the left, the main action at the right.
    """

    later_pressed = Signal()
    done_pressed = Signal()

    def __init__(self, theme: Theme, host: QWidget, *, share: float = 1.0) -> None:
        super().__init__(theme, CardKind.SHEET, parent=host)
        self._share = share
        self._title = Label(theme, "", TextRole.TITLE, wraps=True)
        self._note = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.profile.gap)
        self._later = TouchButton(theme, self.tr("Later"), ButtonKind.LARGE)
        self._done = TouchButton(theme, "", ButtonKind.PRIMARY)
        self._later.clicked.connect(self.later_pressed)
        self._done.clicked.connect(self.done_pressed)
        self._lay_out()
        host.installEventFilter(self)
        self.hide()

    def show_sheet(self, title: str, note: str = "", *, done: str = "", later: str = "") -> None:
        """Open it with its question; `done` names the main action, `later` what puts it away."""
        self._title.show_text(title)
        self._note.show_text(note)
        self._note.setVisible(bool(note))
        self._done.show_text(done)
        self._done.setVisible(bool(done))
        self._later.show_text(later or self.tr("Later"))
        self._place()
        self.show()
        self.raise_()

    def show_done_reason(self, reason: str) -> None:
        """Close the main action with a reason, or open it with none."""
        self._done.set_reason(reason)

    def put_away(self) -> None:
        """Close it."""
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the host's place."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self._place()
        return False

    def _place(self) -> None:
        host = self.parentWidget()
        width = round(host.width() * self._share)
        self.setGeometry(QRect(host.width() - width, 0, width, host.height()))

    def _lay_out(self) -> None:
        self.column.addWidget(self._title)
        self.column.addWidget(self._note)
        self.column.addLayout(self.body)
        self.column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(self._theme.profile.mm(15))
        row.addWidget(self._later, 1)
        row.addWidget(self._done, 2)
        self.column.addLayout(row)
