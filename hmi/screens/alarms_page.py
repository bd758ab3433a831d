"""All alarms with what to do, and the key by which somebody says that they were seen; notices apart."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.alarms import present_notices, present_rows, present_summary
from hmi.presenters.desk import Desk
from hmi.screens.notice_line import NoticeLine
from hmi.station.commands import AcknowledgeAlarm
from widgets.alarm_row import AlarmRow
from widgets.card import Card
from widgets.display import AlarmRowText
from widgets.empty_state import EmptyState
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_list import TouchList


class AlarmsPage(QWidget):
    """Rows that stay where they are while only their words change."""

    def __init__(self, theme: Theme, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._desk = desk
        self._shown: tuple[AlarmRowText, ...] = ()
        self._notices: tuple[str, ...] = ()
        self._alarms: dict[tuple[str, str], AlarmRow] = {}
        self._summary = Label(theme, "", TextRole.BODY, tone="second")
        self._list = TouchList(theme)
        self._empty = EmptyState(theme, self.tr("No alarms"))
        self._lay_out()
        self._show((), ())

    def refresh(self) -> None:
        """Show what is true now."""
        picture = self._desk.picture
        rows, notices = present_rows(picture, self._desk.now()), present_notices(picture)
        self._summary.show_text(present_summary(picture))
        if (rows, notices) != (self._shown, self._notices):
            self._show(rows, notices)

    def _show(self, rows: tuple[AlarmRowText, ...], notices: tuple[str, ...]) -> None:
        is_other = notices != self._notices or [row.key for row in rows] != [row.key for row in self._shown]
        self._shown, self._notices = rows, notices
        for row in rows:
            if row.key in self._alarms:
                self._alarms[row.key].show_row(row)
        if is_other:
            self._alarms = {row.key: self._alarms.get(row.key) or self._row(row) for row in rows}
            self._list.show_rows([*self._alarms.values(), *(self._notice(text) for text in notices)])
        self._list.setVisible(bool(rows or notices))
        self._empty.setVisible(not rows and not notices)

    def _row(self, text: AlarmRowText) -> AlarmRow:
        row = AlarmRow(self._theme, text)
        row.setObjectName(f"alarm_{text.key[0]}_{text.key[1]}")
        row.action_pressed.connect(self._acknowledge)
        row.refused.connect(self._desk.tell)
        return row

    def _notice(self, text: str) -> Label:
        return Label(self._theme, self.tr("Notice · {0}").format(text), TextRole.BODY, tone="second", wraps=True)

    def _acknowledge(self, key: tuple[str, str]) -> None:
        self._desk.ask(AcknowledgeAlarm(*key), f"acknowledge {key}")

    def _lay_out(self) -> None:
        gap = self._theme.profile.gap
        head = QHBoxLayout()
        head.setSpacing(gap)
        head.addWidget(Label(self._theme, self.tr("Alarms"), TextRole.TITLE))
        head.addWidget(self._summary)
        head.addStretch(1)
        card = Card(self._theme)
        card.column.addWidget(self._list, 1)
        card.column.addWidget(self._empty, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(gap, gap, gap, gap)
        column.setSpacing(gap)
        column.addLayout(head)
        column.addWidget(NoticeLine(self._theme, self._desk))
        column.addWidget(card, 1)
