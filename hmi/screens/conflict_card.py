"""An order the centre changed while it runs here: both versions, and the two decisions."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hmi.presenters.conflicts import present_conflict, why_not_decided
from hmi.presenters.desk import Desk
from hmi.screens.notice_line import NoticeLine
from hmi.screens.side_rows import SideRows
from hmi.station.topics import ConflictView
from station_db.records.keeping import ConflictDecision
from widgets.card import Card
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class ConflictCard(Card):
    """Later at the left, following the centre beside it, going on as started (which loses nothing) at the right."""

    later = Signal()
    decided = Signal(ConflictDecision)

    def __init__(self, theme: Theme, desk: Desk, *, is_small: bool, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self.setObjectName("conflict_card")
        self._desk = desk
        self._title = Label(theme, "", TextRole.TITLE, wraps=True)
        self._note = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self._note.setVisible(not is_small)
        self._is_small = is_small
        self._sides = SideRows(theme, is_small=is_small)
        self._follow_note = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self._later = TouchButton(theme, self.tr("Later"), ButtonKind.LARGE)
        self._later.setObjectName("conflict_later")
        self._later.clicked.connect(lambda: self.later.emit())
        self._follow = self._decider(theme, "conflict_follow", "", ButtonKind.LARGE, ConflictDecision.FOLLOW)
        self._keep = self._decider(theme, "conflict_keep", self.tr("Go on as started"), ButtonKind.PRIMARY, ConflictDecision.KEEP)
        self._lay_out(theme)

    def show_conflict(self, conflict: ConflictView) -> None:
        """Show both versions."""
        text = present_conflict(conflict, self._desk.picture, self._desk.now())
        self._title.show_text(text.title)
        self._note.show_text(text.note)
        # A low panel has room for what differs only.
        self._sides.show_rows([row for row in text.rows if row.is_changed or not self._is_small])
        self._follow.show_text(text.follow)
        self._follow_note.show_text(f"{text.follow}: {text.follow_note}")
        self.refresh()

    def refresh(self) -> None:
        """Only whether it may be decided changes."""
        reason = why_not_decided(self._desk.picture)
        self._follow.set_reason(reason)
        self._keep.set_reason(reason)

    def _decider(self, theme: Theme, name: str, text: str, kind: ButtonKind, decision: ConflictDecision) -> TouchButton:
        button = TouchButton(theme, text, kind)
        button.setObjectName(name)
        button.clicked.connect(lambda: self.decided.emit(decision))
        button.refused.connect(self._desk.tell)
        return button

    def _lay_out(self, theme: Theme) -> None:
        for widget in (self._title, self._note, self._sides, self._follow_note):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        self.column.addWidget(NoticeLine(theme, self._desk))
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.profile.gap)
        bottom.addWidget(self._later, 2)
        bottom.addWidget(self._follow, 3)
        bottom.addWidget(self._keep, 3)
        self.column.addLayout(bottom)
