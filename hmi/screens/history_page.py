"""What happened in this shift or the last: cycles with their curves, checks, states, stops. Works without a network."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hmi.archive import Archive, AskShifts, Found, NotFound
from hmi.presenters.desk import Desk
from hmi.presenters.history import say_unreadable
from hmi.presenters.settling import say_open
from hmi.screens.cycle_view import CycleView
from hmi.screens.history_rows import Kind, Rows, columns_of
from hmi.screens.history_spans import ShiftChoice, before_this, last_of, shift_span
from station_db.queries import Span
from station_db.records.production import Cycle
from widgets.card import Card
from widgets.display import RowText
from widgets.empty_state import EmptyState
from widgets.table_row import TableHead, TableRow
from widgets.theme import Theme
from widgets.touch_button import TouchButton
from widgets.touch_list import TouchList


class HistoryPage(QWidget):
    """A list at the left, the touched cycle at the right. `questions_wanted`: somebody wants to settle what is open."""

    questions_wanted = Signal()

    def __init__(self, theme: Theme, desk: Desk, archive: Archive, *, is_small: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._desk = desk
        self._is_small = is_small
        self.archive = archive
        self._rows = Rows(archive)
        self._kind = Kind.CYCLES
        self._shift = ShiftChoice.THIS
        self._search: AskShifts | None = None
        self._shown: tuple[RowText, ...] | None = None
        self._buttons: dict[str, TouchButton] = {}
        self._list = TouchList(theme)
        self._empty = EmptyState(theme, "")
        self._questions = TouchButton(theme, "")
        self._questions.setObjectName("history_questions")
        self._questions.clicked.connect(self.questions_wanted)
        self._questions.hide()
        self._cycle = CycleView(theme, desk, archive, with_back=is_small)
        self._card = Card(theme)
        self._lay_out()
        self._cycle.back_pressed.connect(lambda: self._show_side(is_open=False))
        archive.found.connect(self._take)
        archive.not_found.connect(self._say_unreadable)

    def showEvent(self, event: object) -> None:
        """Read anew whenever the page is opened."""
        super().showEvent(event)
        self.load()

    def load(self) -> None:
        """Read the chosen list of the chosen shift."""
        self._mark_chosen()
        self._show_head()
        self._search = None
        if self._shift is ShiftChoice.LAST:
            self._search = AskShifts(before_this(self._desk.picture, self._desk.now().wall))
            self.archive.ask(self._search)
        else:
            self._ask_rows(shift_span(self._shift, self._desk.picture, self._desk.now().wall))

    def _ask_rows(self, span: Span) -> None:
        machine = self._desk.picture.main_machine
        self._rows.ask(self._kind, span, machine.id if machine else "")

    def choose_kind(self, kind: Kind) -> None:
        """Show another list."""
        self._kind = kind
        self.load()

    def choose_shift(self, shift: ShiftChoice) -> None:
        """Show another shift."""
        self._shift = shift
        self.load()

    def refresh(self) -> None:
        """History stands still while it is looked at; only the axes may become known."""
        self._cycle.refresh()
        self._show_questions()

    def _show_questions(self) -> None:
        asked = len(self._desk.picture.questions.questions)
        self._questions.setVisible(asked > 0)
        if asked and (text := say_open(asked)) != self._questions.words():
            self._questions.show_text(text)

    def _take(self, found: Found) -> None:
        if self._search is not None and found.question is self._search:
            recorded = last_of(found.rows, self._search.span)
            self._ask_rows(recorded or shift_span(self._shift, self._desk.picture, self._desk.now().wall))
            return
        if not self._rows.take(found):
            return
        rows = self._rows.texts(self._desk.picture.zone, self._desk.now().wall)
        if rows == self._shown:
            return
        self._shown = rows
        self._list.show_rows([*(self._row(row) for row in rows), *([self._more()] if self._rows.has_more else [])])
        self._list.setVisible(bool(rows))
        self._empty.show_sentence(self._rows.empty_sentence())
        self._empty.setVisible(not rows)

    def _more(self) -> TouchButton:
        """The last row of a list that goes on."""
        more = TouchButton(self._theme, self.tr("Show older"))
        more.setObjectName("history_more")
        more.clicked.connect(self._rows.go_on)
        return more

    def _row(self, text: RowText) -> TableRow:
        row = TableRow(self._theme, text, columns_of(self._kind)[1])
        row.setObjectName(f"row_{text.key}")
        row.clicked.connect(lambda: self._open(text.key))
        return row

    def _open(self, key: str) -> None:
        for row in self._list.rows:
            row.setChecked(isinstance(row, TableRow) and row.key == key)
        record = self._rows.record(key)
        if isinstance(record, Cycle):
            self._cycle.show_cycle(record)
            self._show_side(is_open=True)

    def _say_unreadable(self, failure: NotFound) -> None:
        self._list.hide()
        self._empty.show_sentence(say_unreadable(failure.reason))
        self._empty.show()

    def _name_shifts(self) -> None:
        """Without a calendar there is no shift, only the last hours."""
        station = self._desk.picture.station
        has_shift = station is None or station.shift is not None
        self._buttons[ShiftChoice.THIS].show_text(self.tr("This shift") if has_shift else self.tr("Last 8 hours"))
        self._buttons[ShiftChoice.LAST].show_text(self.tr("Last shift") if has_shift else self.tr("8 hours before"))

    def _mark_chosen(self) -> None:
        self._name_shifts()
        for key, button in self._buttons.items():
            button.setChecked(key in (self._kind, self._shift))
        self._show_side(is_open=False)

    def _show_side(self, *, is_open: bool) -> None:
        """On small panels the touched cycle takes the list's place."""
        cycles = self._kind is Kind.CYCLES
        self._cycle.setVisible(cycles and (is_open or not self._is_small))
        self._card.setVisible(not (cycles and is_open and self._is_small))

    def _show_head(self) -> None:
        titles, shares = columns_of(self._kind)
        self._list.show_head(TableHead(self._theme, titles, shares))

    def _choice(self, key: ShiftChoice | Kind, text: str) -> TouchButton:
        button = TouchButton(self._theme, text)
        button.setObjectName(f"history_{key}")
        button.setCheckable(True)
        act = self.choose_kind if isinstance(key, Kind) else self.choose_shift
        button.clicked.connect(lambda: act(key))
        self._buttons[key] = button
        return button

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.profile.gap)
        row.addWidget(self._choice(ShiftChoice.THIS, ""))
        row.addWidget(self._choice(ShiftChoice.LAST, ""))
        row.addWidget(self._questions)
        row.addStretch(1)
        row.addWidget(self._choice(Kind.CYCLES, self.tr("Cycles")))
        row.addWidget(self._choice(Kind.CHECKS, self.tr("Checks")))
        row.addWidget(self._choice(Kind.STATES, self.tr("States")))
        row.addWidget(self._choice(Kind.STOPS, self.tr("Stops")))
        return row

    def _lay_out(self) -> None:
        gap = self._theme.profile.gap
        self._card.column.addWidget(self._list, 1)
        self._card.column.addWidget(self._empty, 1)
        self._list.hide()
        sides = QHBoxLayout()
        sides.setSpacing(gap)
        sides.addWidget(self._card, 5)
        sides.addWidget(self._cycle, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(gap, gap, gap, gap)
        column.setSpacing(gap)
        column.addLayout(self._choices())
        column.addLayout(sides, 1)
