"""The chosen setpoint: what it is, then what it would become; the second touch is in another place than the first."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.setpoints import SetpointDetail
from hmi.presenters.words import joined
from hmi.screens.fact_rows import FactRows
from hmi.screens.notice_line import NoticeLine
from widgets.card import Card
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton

COLUMNS = 2


class SetpointCard(Card):
    """Change stands at the left, Write at the right; Cancel takes the place of Change while something is proposed."""

    change_pressed = Signal()
    chosen = Signal(str)
    """A value that has a name."""
    write_pressed = Signal()
    cancel_pressed = Signal()

    def __init__(self, theme: Theme, desk: Desk, *, is_small: bool, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self.setObjectName("setpoint_card")
        self._theme = theme
        self._desk = desk
        self._choices: tuple[tuple[str, str], ...] = ()
        self._ways = QGridLayout()
        self._ways.setSpacing(theme.profile.gap)
        self._is_small = is_small
        self._title = Label(theme, "", TextRole.TITLE, wraps=True)
        self._facts = FactRows(theme)
        self._line = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self._sentence = Label(theme, "", TextRole.TITLE if is_small else TextRole.VALUE, wraps=True)
        self._notice = NoticeLine(theme, desk)
        self._change = self._button(theme, "setpoint_change", ButtonKind.LARGE, self.change_pressed)
        self._cancel = self._button(theme, "setpoint_cancel", ButtonKind.LARGE, self.cancel_pressed)
        self._cancel.show_text(self.tr("Cancel"))
        self._write = self._button(theme, "setpoint_write", ButtonKind.PRIMARY, self.write_pressed)
        room = self._write.sizePolicy()
        room.setRetainSizeWhenHidden(True)  # so that no first touch lies where the second will
        self._write.setSizePolicy(room)
        self._lay_out(theme)

    def show_detail(self, detail: SetpointDetail) -> None:
        """Show the chosen one."""
        is_asking = bool(detail.sentence)
        self._title.show_text(detail.title)
        self._facts.show_rows(detail.facts)
        self._line.show_text(joined(*(f"{name} {value}" for name, value in detail.facts)))
        self._line.setVisible(self._is_small and (detail.is_recipe or not is_asking))
        self._facts.setVisible(not self._is_small)
        self._sentence.show_text(detail.sentence)
        self._sentence.setVisible(is_asking)
        for button in (self._cancel, self._write):
            button.setVisible(is_asking)
        self._change.setVisible(not is_asking and not detail.choices)
        self._show_choices(detail.choices)
        action = self._write if is_asking else self._change
        action.show_text(detail.action)
        action.set_reason(detail.why_not)

    def _show_choices(self, choices: tuple[tuple[str, str], ...]) -> None:
        if choices == self._choices:
            return
        self._choices = choices
        while (item := self._ways.takeAt(0)) is not None:
            if button := item.widget():
                button.hide()
                button.deleteLater()
        for at, (value, text) in enumerate(choices):
            button = TouchButton(self._theme, text, ButtonKind.LARGE)
            button.setObjectName(f"setpoint_choice_{value}")
            button.clicked.connect(lambda _checked=False, value=value: self.chosen.emit(value))
            self._ways.addWidget(button, at // COLUMNS, at % COLUMNS)

    def _button(self, theme: Theme, name: str, kind: ButtonKind, pressed: Signal) -> TouchButton:
        button = TouchButton(theme, "", kind)
        button.setObjectName(name)
        button.clicked.connect(lambda _checked=False: pressed.emit())
        button.refused.connect(self._desk.tell)
        return button

    def _lay_out(self, theme: Theme) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.profile.mm(14))
        buttons.addWidget(self._change, 2)
        buttons.addWidget(self._cancel, 2)
        buttons.addWidget(self._write, 3)
        words = QVBoxLayout()
        for widget in (self._title, self._facts, self._line, self._sentence):
            words.addWidget(widget)
        if self._is_small:
            row = QHBoxLayout()
            row.addLayout(words, 3)
            row.addLayout(self._ways, 2)
            row.addLayout(buttons, 3)
            self.column.addLayout(row)
            self.column.addWidget(self._notice)
            return
        self.column.addLayout(words)
        self.column.addLayout(self._ways)
        self.column.addStretch(1)
        self.column.addWidget(self._notice)
        self.column.addLayout(buttons)
