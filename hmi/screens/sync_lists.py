"""All of the sync page that may be more than fits: side by side where there is room, else one under the other."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.safety import SafetyView
from hmi.presenters.sync import SyncView
from hmi.presenters.sync_needs import Need
from hmi.screens.fact_rows import FactRows
from hmi.screens.panel import PanelSize, page_margin
from hmi.screens.sync_parts import NeedLine, SafetyPart
from widgets.aside_row import AsideRow
from widgets.card import Card
from widgets.display import AsideText
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_list import TouchList


class SyncLists(QWidget):
    """Rows stay while only their words change, so that nothing scrolls away under a hand."""

    def __init__(self, theme: Theme, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_small = size is not PanelSize.LARGE
        self._safety = SafetyPart(theme, size=size)
        self._facts = FactRows(theme)
        self._needs: dict[Need, NeedLine] = {}
        self._asides: dict[str, AsideRow] = {}
        self._asides_title = ""
        self._left, self._right = TouchList(theme), TouchList(theme)
        self._right_card = self._card(self._right)
        self._right_card.hide()
        self._lay_out()

    def show_view(self, view: SyncView, safety: SafetyView) -> None:
        """Show all of it."""
        self._safety.show_safety(safety)
        self._safety.show_balance(view)
        self._facts.show_rows(view.facts)
        needs, asides = self._kept_needs(view.needs), self._kept_asides(view.asides)
        is_same = (view.asides_title, list(needs), list(asides)) == (self._asides_title, list(self._needs), list(self._asides))
        self._needs, self._asides, self._asides_title = needs, asides, view.asides_title
        if not is_same or not self._left.rows:
            self._show_rows()

    def _show_rows(self) -> None:
        first = [*self._needs.values(), self._facts]
        title = Label(self._theme, self._asides_title, TextRole.STRONG)
        second = [title, *self._asides.values()] if self._asides else []
        self._left.show_rows([self._safety, *first, *second] if self._is_small else first)
        self._right.show_rows([] if self._is_small else second)
        self._right_card.setVisible(bool(second) and not self._is_small)

    def _kept_needs(self, needs: tuple[Need, ...]) -> dict[Need, NeedLine]:
        return {need: self._needs.get(need) or NeedLine(self._theme, need) for need in needs}

    def _kept_asides(self, asides: tuple[AsideText, ...]) -> dict[str, AsideRow]:
        kept = {aside.place: self._asides.get(aside.place) or AsideRow(self._theme, aside) for aside in asides}
        for aside in asides:
            kept[aside.place].show_aside(aside)
        return kept

    def _card(self, part: QWidget) -> Card:
        card = Card(self._theme)
        card.column.addWidget(part, 1)
        return card

    def _lay_out(self) -> None:
        gap = page_margin(self._theme.profile, is_small=self._is_small)
        column, row = QVBoxLayout(self), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        for layout in (column, row):
            layout.setSpacing(gap)
        if not self._is_small:
            column.addWidget(self._card(self._safety))
        row.addWidget(self._card(self._left), 1)
        row.addWidget(self._right_card, 1)
        column.addLayout(row, 1)
