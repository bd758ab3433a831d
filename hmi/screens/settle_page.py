"""A question about counts, one thing after the other: what happened, how many were good, how many bad, how one knows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.settling import ask_for, ask_parts, gap_reasons, judge_parts, say_parts, why_not_settled
from hmi.screens.choice_card import ChoiceCard
from hmi.screens.pad_page import PadPage
from hmi.screens.panel import PanelSize, page_margin
from hmi.screens.question_card import QuestionCard
from hmi.station.commands import Body, SettleGap
from hmi.station.topics import QuestionView
from widgets.number_pad import NumberPad
from widgets.theme import Theme

STOOD = "stood"
"""The reason of who says that nothing was made."""


class SettlePage(QWidget):
    """The oldest open question. `left` when it is answered or left for later."""

    left = Signal()

    def __init__(self, theme: Theme, desk: Desk, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._desk = desk
        self._question: QuestionView | None = None
        self._parts: dict[str, str] = {}
        self._asked = "good"
        self._card = QuestionCard(theme, desk)
        self._entry = PadPage(theme, desk, size=size)
        self._reason = ChoiceCard(theme, desk, gap_reasons(), name="gap", columns=2 if size is PanelSize.LARGE else 3)
        if size is PanelSize.LOW:
            for card in (self._card, self._reason):
                card.keep_margin(1.2)
        self._pages = QStackedWidget(self)
        self._lay_out(theme, is_small=size is not PanelSize.LARGE)
        self._connect()

    @property
    def pad(self) -> NumberPad:
        """Where the numbers are typed."""
        return self._entry.pad

    def open(self) -> None:
        """Ask the oldest question from its beginning."""
        questions = self._desk.picture.questions.questions
        self._question = questions[-1] if questions else None
        self._parts = {"good": "", "bad": ""}
        self._pages.setCurrentIndex(0)
        if self._question:
            self._card.show_question(self._question)

    def is_open(self) -> bool:
        """Whether the question still waits."""
        asked = self._question
        return asked is not None and any(one.gap == asked.gap for one in self._desk.picture.questions.questions)

    def refresh(self) -> None:
        """The page holds what is typed; only whether it may be answered changes."""
        self._card.refresh()
        self.pad.show_block(why_not_settled(self._desk.picture))

    def _ask(self, which: str) -> None:
        question = self._question
        if question is None:
            return
        self._asked = which
        self._pages.setCurrentIndex(1)
        title = ask_for(which, question, self._desk.picture.zone)
        self._entry.ask(title, "", ask_parts(question), text=self._parts[which])
        self._typed(self._parts[which])

    def _typed(self, text: str) -> None:
        self._parts[self._asked] = text
        if self._question:
            other = self._number("bad" if self._asked == "good" else "good")
            self.pad.show_judgement(judge_parts(self._question, text, other))

    def _entered(self) -> None:
        if self._asked == "good":
            self._ask("bad")
            return
        # A pad that goes would pass its focus to a reason, which then looks chosen.
        self.setFocus()
        self._reason.show_question(say_parts(self._number("good"), self._number("bad")))
        self._pages.setCurrentIndex(2)

    def _back(self) -> None:
        if self._asked == "bad":
            self._ask("good")
        else:
            self._pages.setCurrentIndex(0)

    def _answer(self, reason: str) -> None:
        if self._question:
            good, bad = self._number("good"), self._number("bad")
            self._desk.ask(SettleGap(gap=self._question.gap, good=good, bad=bad, reason=reason), "settle")

    def _nothing_made(self) -> None:
        self._parts = {"good": "", "bad": ""}
        self._answer(STOOD)

    def _number(self, which: str) -> int:
        return int(self._parts[which] or 0)

    def _after(self, body: Body) -> None:
        if isinstance(body, SettleGap):
            self.left.emit()

    def _connect(self) -> None:
        self._card.later.connect(self.left)
        self._card.nothing_made.connect(self._nothing_made)
        self._card.answer_wanted.connect(lambda: self._ask("good"))
        self._entry.left.connect(self._back)
        self.pad.typed.connect(self._typed)
        self.pad.entered.connect(lambda _text: self._entered())
        self.pad.refused.connect(self._desk.tell)
        self._reason.cancelled.connect(lambda: self._ask("bad"))
        self._reason.chosen.connect(self._answer)
        self._desk.succeeded.connect(self._after)

    def _lay_out(self, theme: Theme, *, is_small: bool) -> None:
        margin = page_margin(theme.profile, is_small=is_small)
        for page in (self._framed(self._card, margin), self._entry, self._framed(self._reason, margin)):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)

    def _framed(self, card: QWidget, margin: int) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(margin, margin, margin, margin)
        column.addWidget(card)
        return page
