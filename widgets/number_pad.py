"""Number entry: what is asked with its limits, what is typed, what it means, and the keys."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.card import Card
from widgets.display import PadJudgement, PadQuestion, Severity
from widgets.entry import BACKSPACE, MARKS, MOST_KEYS, EntryProblem, NumberEntry
from widgets.label import Label
from widgets.pad_display import PadDisplay
from widgets.pad_keys import PadKeys
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class NumberPad(QWidget):
    """Keys at the right, the number and its meaning at the left; `head` takes what the screen puts above.

    `typed` follows every key with the text as shown, so that whoever judges answers with `show_judgement`.
    `compact` puts Enter under the number, `is_low` makes the keys three rows of four for panels of 10 inch.
    Its keys have names: `key_0` to `key_9`, `key_mark`, `key_backspace`, `key_sign`, `key_enter`, `key_correct`, `key_fail`
    and `key_gauge`. `entered` and `failed` carry the text as typed, `refused` the reason of a press that does not count.
    """

    typed = Signal(str)
    entered = Signal(str)
    failed = Signal(str)
    gauge_pressed = Signal()
    refused = Signal(str)

    def __init__(self, theme: Theme, *, compact: bool = False, is_low: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._question = PadQuestion("", "")
        self._judgement = PadJudgement()
        self._entry = NumberEntry()
        self._limits = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self._block = ""
        self._display = PadDisplay(theme, is_low=is_low)
        self._keys = PadKeys(theme, is_low=is_low)
        self._correct = TouchButton(theme, self.tr("Correct it"), ButtonKind.LARGE)
        self._fail = TouchButton(theme, "", ButtonKind.LARGE)
        self._gauge = TouchButton(theme, "", ButtonKind.LARGE)
        self._enter = TouchButton(theme, self.tr("Enter"), ButtonKind.PRIMARY)
        named = {"key_correct": self._correct, "key_fail": self._fail, "key_gauge": self._gauge, "key_enter": self._enter}
        for name, button in named.items():
            button.setObjectName(name)
        self.head = QVBoxLayout()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out(compact=compact, is_low=is_low)
        self._connect()
        self.show_gauge("")
        self._show()

    def ask(self, question: PadQuestion, text: str = "") -> None:
        """Ask for a number; `text` is what was half typed before."""
        self._question = question
        self._judgement = PadJudgement()
        self._entry = NumberEntry(text, question.mark)
        self._limits.show_text(question.limits)
        self._keys.show_marks(mark=question.mark, has_decimals=question.has_decimals, has_sign=question.has_sign)
        self._show()

    def show_judgement(self, judgement: PadJudgement) -> None:
        """Say what the number typed last means."""
        self._judgement = judgement
        self._show()

    def show_gauge(self, text: str, reason: str = "") -> None:
        """Name the button that takes the number from a gauge; empty takes it away, a reason closes it."""
        self._gauge.show_text(text)
        self._gauge.set_reason(reason)
        self._gauge.setVisible(bool(text))

    def show_block(self, reason: str) -> None:
        """Keep what is typed from being entered, and say why; empty opens the way."""
        if reason != self._block:
            self._block = reason
            self._show()

    def text(self) -> str:
        """What is typed, as typed."""
        return self._entry.text

    def press(self, key: str) -> None:
        """Take one key: a digit, a decimal mark, `BACKSPACE` or `SIGN`."""
        self._take(self._entry.press(key))

    def clear(self) -> None:
        """Forget what was typed."""
        self._take(NumberEntry("", self._question.mark))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A USB keypad types too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter.click()
        elif event.key() == Qt.Key.Key_Backspace:
            self.press(BACKSPACE)
        elif event.text().isdecimal() or (event.text() in MARKS and self._question.has_decimals):
            self.press(event.text())
        else:
            super().keyPressEvent(event)

    def _take(self, entry: NumberEntry) -> None:
        self._entry = entry
        self._judgement = PadJudgement()
        self._show()
        self.typed.emit(entry.text)

    def _show(self) -> None:
        shown = "•" * len(self._entry.text) if self._question.is_secret else self._entry.text
        self._display.show_number(shown, self._question.unit)
        problem = self._problem()
        severity = Severity.ALARM if self._judgement.badge else Severity.WARNING if problem else Severity.NORMAL
        self._display.show_meaning(severity, self._judgement.badge or problem, self._judgement.sentence)
        self._correct.setVisible(bool(self._judgement.fail_text))
        self._fail.setVisible(bool(self._judgement.fail_text))
        self._fail.show_text(self._judgement.fail_text)
        self._fail.set_reason(self._block)
        self._enter.set_reason(self._why_not())

    def _why_not(self) -> str:
        if self._block:
            return self._block
        if self._entry.problem is EntryProblem.EMPTY:
            return self.tr("type a number")
        return self._problem() or self._judgement.enter_reason

    def _problem(self) -> str:
        match self._entry.problem:
            case EntryProblem.SECOND_MARK:
                return self.tr("two decimal marks")
            case EntryProblem.DIGIT_MISSING:
                return self.tr("a digit is missing")
            case EntryProblem.TOO_LONG:
                return self.tr("at most {0} keys").format(MOST_KEYS)
            case _:
                return ""

    def _connect(self) -> None:
        self._keys.key_pressed.connect(self.press)
        self._correct.clicked.connect(self.clear)
        self._fail.clicked.connect(self._pressed_fail)
        self._gauge.clicked.connect(self.gauge_pressed)
        self._enter.clicked.connect(self._pressed_enter)
        for button in (self._enter, self._gauge, self._fail):
            button.refused.connect(self.refused)

    def _pressed_enter(self) -> None:
        """A click by program passes the button's own look at its reason."""
        if not self._why_not():
            self.entered.emit(self._entry.text)

    def _pressed_fail(self) -> None:
        if not self._block:
            self.failed.emit(self._entry.text)

    def _lay_out(self, *, compact: bool, is_low: bool) -> None:
        left, right = Card(self._theme), Card(self._theme)
        if is_low:
            for card in (left, right):
                card.keep_margin(1.5)
            left.column.setSpacing(self._theme.profile.mm(1.4))
        left.column.addLayout(self.head)
        left.column.addStretch(1)
        left.column.addWidget(self._limits)
        left.column.addWidget(self._display)
        under = self._row(self._correct, self._fail, *((self._gauge, self._enter) if compact else ()))
        # The longest text has the widest key.
        for button in (self._correct, self._fail, self._enter):
            under.setStretchFactor(button, 4 if button is self._fail else 3)
        left.column.addLayout(under)
        right.column.addWidget(self._keys, 1)
        if not compact:
            right.column.addLayout(self._row(self._gauge, self._enter))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.profile.gap)
        row.addWidget(left, 3)
        row.addWidget(right, 2)

    def _row(self, *buttons: TouchButton) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.profile.gap)
        for button in buttons:
            row.addWidget(button, 1)
        return row
