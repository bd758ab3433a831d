"""Where no machine counts: the count, keys to count with, the last entries and the way back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.handwork import ROWS, EntryText, present_handwork
from hmi.screens.action_strip import ActionStrip
from hmi.screens.notice_line import NoticeLine
from hmi.screens.panel import PanelSize
from hmi.station.commands import CountParts, TakeBackCount
from widgets.card import Card
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton

SEVERAL = (2, 5, 10)
KEYS_MM = {PanelSize.LOW: 22, PanelSize.SMALL: 27, PanelSize.LARGE: 60}
ENTRIES = {PanelSize.LOW: 1, PanelSize.SMALL: 2, PanelSize.LARGE: ROWS}
APART_MM = 13
"""Around the key that counts a bad part."""


class HandCard(Card):
    """Large keys in the chart's place. `wanted` asks for another page: `orders`."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, desk: Desk, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self.setObjectName("hand_card")
        self._desk = desk
        self._is_low = size is PanelSize.LOW
        self._title = Label(theme, "", TextRole.TITLE)
        self._good = Label(theme, "", TextRole.COUNT if self._is_low else TextRole.DISPLAY)
        self._bad = Label(theme, "", TextRole.COUNT)
        self._size = size
        self._one = self._key(theme, "count_one", "+1", 1, 0, ButtonKind.COUNT)
        self._one_bad = self._key(theme, "count_bad", self.tr("+1 bad"), 0, 1)
        self._several = tuple(self._key(theme, f"count_{parts}", f"+{parts}", parts, 0, ButtonKind.KEY) for parts in SEVERAL)
        self._rows = tuple(_EntryRow(theme, desk) for _ in range(ENTRIES[size]))
        self._orders = TouchButton(theme, self.tr("Choose an order"), ButtonKind.LARGE)
        self._orders.setObjectName("hand_orders")
        self._orders.clicked.connect(lambda: self.wanted.emit("orders"))
        self._has_way = size is not PanelSize.LARGE
        self.strip = ActionStrip(theme, desk, prefix="hand_")
        self._lay_out(theme)

    def refresh(self) -> None:
        """Show what is true now."""
        picture = self._desk.picture
        view = present_handwork(picture, self._desk.now())
        self._title.show_text(view.title)
        self._good.show_text(view.good)
        self._bad.show_text(view.bad)
        for key in (self._one, self._one_bad):
            key.set_reason(view.one_reason)
        for key in self._several:
            key.set_reason(view.several_reason)
        for at, row in enumerate(self._rows):
            row.show_entry(view.entries[at] if at < len(view.entries) else None)
        has_order = bool(picture.work.order)
        self.strip.setVisible(has_order)
        self._orders.setVisible(self._has_way and not has_order and bool(picture.orders.orders))
        self.strip.refresh()

    def _key(self, theme: Theme, name: str, text: str, good: int, bad: int, kind: ButtonKind = ButtonKind.LARGE) -> TouchButton:
        button = TouchButton(theme, text, kind)
        button.setObjectName(name)
        button.setMinimumHeight(theme.profile.mm(KEYS_MM[self._size]))
        button.clicked.connect(lambda: self._count(name, good, bad))
        button.refused.connect(self._desk.tell)
        return button

    def _count(self, name: str, good: int, bad: int) -> None:
        machine = self._desk.picture.handwork.machine
        self._desk.ask(CountParts(machine=machine, good=good, bad=bad), name)

    def _lay_out(self, theme: Theme) -> None:
        gap = theme.profile.gap
        if self._is_low:
            self.keep_margin(1.5)
        entries = QVBoxLayout()
        entries.setSpacing(gap)
        for row in self._rows:
            entries.addWidget(row)
        entries.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(theme.profile.mm(8))
        top.addLayout(self._counts(theme), 2)
        top.addLayout(entries, 3)
        self.column.addWidget(self._title)
        self._title.setVisible(not self._is_low)
        self.column.addLayout(top)
        self.column.addStretch(1)
        self.column.addWidget(NoticeLine(theme, self._desk))
        self.column.addLayout(self._keys(theme))
        self.column.addWidget(self.strip)
        self.column.addWidget(self._orders)

    def _counts(self, theme: Theme) -> QGridLayout:
        """Good and bad beside each other, their names over them."""
        grid = QGridLayout()
        grid.setSpacing(0)
        grid.setHorizontalSpacing(theme.profile.mm(8))
        for at, (name, number) in enumerate(((self.tr("Good"), self._good), (self.tr("Bad"), self._bad))):
            grid.addWidget(Label(theme, name, TextRole.BODY, tone="second"), 0, at)
            grid.addWidget(number, 1, at, Qt.AlignmentFlag.AlignBottom)
        grid.setRowStretch(2, 1)
        grid.setColumnStretch(2, 1)
        return grid

    def _keys(self, theme: Theme) -> QHBoxLayout:
        """A bad part at the left, well apart; the one used most at the right, where the thumb is."""
        keys = QHBoxLayout()
        keys.setSpacing(theme.profile.gap)
        keys.addWidget(self._one_bad, 2)
        keys.addSpacing(theme.profile.mm(APART_MM) - 2 * theme.profile.gap)
        for key in self._several:
            keys.addWidget(key, 1)
        keys.addWidget(self._one, 3)
        return keys


class _EntryRow(QWidget):
    """One of the last entries with the key that takes it back; it keeps its place when there is none."""

    def __init__(self, theme: Theme, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._key = ""
        self._text = Label(theme, "", TextRole.BODY)
        self._undo = TouchButton(theme, "")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setRetainSizeWhenHidden(True)
        self._undo.setSizePolicy(policy)
        self._undo.clicked.connect(self._take_back)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.profile.gap)
        row.addWidget(self._text, 1)
        row.addWidget(self._undo)

    def show_entry(self, entry: EntryText | None) -> None:
        """Show an entry, or an empty place."""
        self._key = entry.key if entry else ""
        self._text.show_text(entry.text if entry else "")
        self._undo.setObjectName(f"undo_{self._key}")
        if entry and entry.undo and entry.undo != self._undo.words():
            self._undo.show_text(entry.undo)
        self._undo.setVisible(bool(entry and entry.undo))

    def _take_back(self) -> None:
        self._desk.ask(TakeBackCount(count=self._key), f"undo {self._key}")
