"""What the centre wants decided, one thing after the other: orders that differ, then what leads ask."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from hmi.presenters.conflicts import decision_reasons
from hmi.presenters.desk import Desk
from hmi.presenters.requests import refusal_reasons
from hmi.screens.choice_card import ChoiceCard
from hmi.screens.conflict_card import ConflictCard
from hmi.screens.panel import PanelSize, page_margin
from hmi.screens.request_card import RequestCard
from hmi.station.commands import AnswerRequest, DecideConflict
from hmi.station.topics import ConflictView, RequestView
from station_db.records.keeping import ConflictDecision
from widgets.theme import Theme


class CentrePage(QWidget):
    """The oldest item. `left` when all are decided, or left for later."""

    left = Signal()

    def __init__(self, theme: Theme, desk: Desk, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._desk = desk
        self._item: ConflictView | RequestView | None = None
        is_small = size is not PanelSize.LARGE
        self._conflict = ConflictCard(theme, desk, is_small=is_small)
        self._request = RequestCard(theme, desk)
        columns = 4 if is_small else 2
        self._reasons = {
            decision: ChoiceCard(theme, desk, decision_reasons(decision), name=decision.value, columns=columns)
            for decision in ConflictDecision
        }
        self._refusal = ChoiceCard(theme, desk, refusal_reasons(), name="refusal", columns=columns)
        self._cards = (self._conflict, self._request, *self._reasons.values(), self._refusal)
        self._pages = QStackedWidget(self)
        self._lay_out(theme, size)
        self._connect()

    def open(self) -> None:
        """Show the oldest item that waits."""
        self._item = next(iter(self._waiting()), None)
        self._show_item()

    def refresh(self) -> None:
        """The page holds what is being decided, until it is, or the centre changes it again."""
        if self._item is not None and self._item.id not in {item.id for item in self._waiting()}:
            self.open()
        self._conflict.refresh()
        self._request.refresh()

    def _waiting(self) -> tuple[ConflictView | RequestView, ...]:
        picture = self._desk.picture
        return (*picture.conflicts.conflicts, *picture.requests.requests)

    def _show_item(self) -> None:
        match self._item:
            case ConflictView() as conflict:
                self._conflict.show_conflict(conflict)
                self._show(self._conflict)
            case RequestView() as request:
                self._request.show_request(request)
                self._show(self._request)
            case None:
                self.left.emit()

    def _show(self, card: QWidget) -> None:
        # A key that goes would pass its focus to another, which then looks chosen.
        self.setFocus()
        self._pages.setCurrentIndex(self._cards.index(card))

    def _ask_reason(self, decision: ConflictDecision) -> None:
        card, item = self._reasons[decision], self._item
        if not isinstance(item, ConflictView):
            return
        keeps = decision is ConflictDecision.KEEP
        title = self.tr("{0} goes on as started. Why?") if keeps else self.tr("{0} follows the centre. Why?")
        card.show_question(title.format(item.order), self.tr("Your name and reason are recorded."))
        self._show(card)

    def _ask_refusal(self) -> None:
        self._refusal.show_question(self.tr("Not done. Why?"), self.tr("The lead reads your reason."))
        self._show(self._refusal)

    def _decide(self, decision: ConflictDecision, reason: str) -> None:
        if self._item:
            self._desk.ask(DecideConflict(self._item.id, decision.value, reason), "decide")

    def _answer(self, reason: str = "", *, accept: bool) -> None:
        if self._item:
            self._desk.ask(AnswerRequest(self._item.id, accept, reason), "answer_request")

    def _connect(self) -> None:
        self._conflict.later.connect(self.left)
        self._conflict.decided.connect(self._ask_reason)
        self._request.later.connect(self.left)
        self._request.refused.connect(self._ask_refusal)
        self._request.accepted.connect(lambda: self._answer(accept=True))
        for decision, card in self._reasons.items():
            card.cancelled.connect(self._show_item)
            card.chosen.connect(lambda reason, decision=decision: self._decide(decision, reason))
        self._refusal.cancelled.connect(self._show_item)
        self._refusal.chosen.connect(lambda reason: self._answer(reason, accept=False))

    def _lay_out(self, theme: Theme, size: PanelSize) -> None:
        margin = page_margin(theme.profile, is_small=size is not PanelSize.LARGE)
        for card in self._cards:
            if size is PanelSize.LOW:
                card.keep_margin(1.2)
            page = QWidget()
            framed = QVBoxLayout(page)
            framed.setContentsMargins(margin, margin, margin, margin)
            framed.addWidget(card)
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
