"""What a lead asks, with why and who, and the two answers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hmi.presenters.conflicts import why_not_answered
from hmi.presenters.desk import Desk
from hmi.presenters.requests import accept_words, present_facts, present_request
from hmi.screens.fact_rows import FactRows
from hmi.screens.notice_line import NoticeLine
from hmi.station.topics import RequestView
from widgets.card import Card
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class RequestCard(Card):
    """Later at the left, refusing beside it, doing it at the right."""

    later = Signal()
    refused = Signal()
    accepted = Signal()

    def __init__(self, theme: Theme, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self.setObjectName("request_card")
        self._desk = desk
        self._title = Label(theme, "", TextRole.TITLE, wraps=True)
        self._facts = FactRows(theme)
        self._later = TouchButton(theme, self.tr("Later"), ButtonKind.LARGE)
        self._later.setObjectName("request_later")
        self._later.clicked.connect(lambda: self.later.emit())
        self._refuse = self._answerer(theme, "request_refuse", ButtonKind.LARGE, self.refused)
        self._refuse.show_text(self.tr("Not now"))
        self._accept = self._answerer(theme, "request_accept", ButtonKind.PRIMARY, self.accepted)
        self._lay_out(theme)

    def show_request(self, request: RequestView) -> None:
        """Show what is asked."""
        picture, now = self._desk.picture, self._desk.now()
        self._title.show_text(present_request(request))
        self._facts.show_rows(present_facts(request, picture, now))
        self._accept.show_text(accept_words(request))
        self.refresh()

    def refresh(self) -> None:
        """Only whether it may be answered changes."""
        reason = why_not_answered(self._desk.picture)
        self._refuse.set_reason(reason)
        self._accept.set_reason(reason)

    def _answerer(self, theme: Theme, name: str, kind: ButtonKind, signal: Signal) -> TouchButton:
        button = TouchButton(theme, "", kind)
        button.setObjectName(name)
        button.clicked.connect(lambda: signal.emit())
        button.refused.connect(self._desk.tell)
        return button

    def _lay_out(self, theme: Theme) -> None:
        self.column.addWidget(self._title)
        self.column.addWidget(self._facts)
        self.column.addStretch(1)
        self.column.addWidget(NoticeLine(theme, self._desk))
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.profile.gap)
        bottom.addWidget(self._later, 2)
        bottom.addWidget(self._refuse, 3)
        bottom.addWidget(self._accept, 3)
        self.column.addLayout(bottom)
