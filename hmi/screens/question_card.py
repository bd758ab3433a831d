"""A question about counts before it is answered: what the machine says, what is counted, and the ways on."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.settling import present_question, present_sides, why_not_settled
from hmi.screens.fact_rows import FactRows
from hmi.screens.notice_line import NoticeLine
from hmi.station.topics import QuestionView
from widgets.card import Card
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class QuestionCard(Card):
    """Later at the left, `Nothing was made` beside it, the way to the numbers at the right."""

    later = Signal()
    nothing_made = Signal()
    answer_wanted = Signal()

    def __init__(self, theme: Theme, desk: Desk, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self.setObjectName("question_card")
        self._desk = desk
        self._title = Label(theme, "", TextRole.TITLE, wraps=True)
        self._sides = FactRows(theme)
        self._later = self._button(theme, "question_later", self.tr("Later"), self.later)
        self._nothing = self._button(theme, "question_nothing", self.tr("Nothing was made"), self.nothing_made)
        self._answer = self._button(theme, "question_answer", self.tr("Type the number"), self.answer_wanted, ButtonKind.PRIMARY)
        self._lay_out(theme)

    def show_question(self, question: QuestionView) -> None:
        """Ask."""
        self._title.show_text(present_question(question, self._desk.picture.zone))
        self._sides.show_rows(present_sides(question))
        self.refresh()

    def refresh(self) -> None:
        """Only whether it may be answered changes."""
        reason = why_not_settled(self._desk.picture)
        self._nothing.set_reason(reason)
        self._answer.set_reason(reason)

    def _button(self, theme: Theme, name: str, text: str, signal: Signal, kind: ButtonKind = ButtonKind.LARGE) -> TouchButton:
        button = TouchButton(theme, text, kind)
        button.setObjectName(name)
        button.clicked.connect(lambda: signal.emit())
        button.refused.connect(self._desk.tell)
        return button

    def _lay_out(self, theme: Theme) -> None:
        self.column.addWidget(self._title)
        self.column.addWidget(self._sides)
        self.column.addStretch(1)
        self.column.addWidget(NoticeLine(theme, self._desk))
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.profile.gap)
        bottom.addWidget(self._later, 2)
        bottom.addWidget(self._nothing, 3)
        bottom.addWidget(self._answer, 3)
        self.column.addLayout(bottom)
