"""The work card: which step, what to do, its entry, and the one next action at the bottom right."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.step_card import Act, CardBody, StepCardView, present_step_card
from hmi.screens.action_strip import ActionStrip
from hmi.screens.judge_keys import JudgeKeys
from hmi.screens.notice_line import NoticeLine
from hmi.screens.prompt_box import PromptBox
from hmi.screens.step_picture import StepPicture
from hmi.screens.value_box import ValueBox
from hmi.station.commands import ConfirmStep, JudgeStep, ResumeOrder
from widgets.card import Card
from widgets.label import Label
from widgets.profile import TextRole
from widgets.step_progress import StepProgress
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class StepCard(Card):
    """What to do now. `wanted` asks for another page: `number`, `serial`, `sign_in`, `finish`, `orders`."""

    wanted = Signal(str)

    def __init__(
        self, theme: Theme, desk: Desk, strip: ActionStrip | None = None, *, is_low: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent=parent)
        self._theme = theme
        self._desk = desk
        self._strip = strip
        self._is_low = is_low
        self._view: StepCardView | None = None
        self._heading = Label(theme, "", TextRole.TITLE, wraps=True)
        self._who = Label(theme, "", TextRole.STRONG)
        self._progress = StepProgress(theme, parent=self)
        self._picture = StepPicture(theme)
        self._text = Label(theme, "", TextRole.STEP, wraps=True)
        self._value = ValueBox(theme, is_small=strip is not None, is_low=is_low)
        self._prompt = PromptBox(theme)
        self._judge = JudgeKeys(theme, is_apart=strip is not None)
        self._notice = NoticeLine(theme, desk)
        self._note = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self.main = TouchButton(theme, "", ButtonKind.PRIMARY)
        self.main.setObjectName("main_action")
        # Its place stays its own while there is nothing to confirm: the strip beside it never moves.
        policy = self.main.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.main.setSizePolicy(policy)
        self._lay_out()
        self._connect()

    def refresh(self) -> None:
        """Show what is to be done now."""
        view = present_step_card(self._desk.picture)
        if self._strip:
            self._strip.refresh()
        if view == self._view:
            return
        self._view = view
        self._show_texts(view)
        self._show_entry(view)
        self._show_main(view)

    def show_pending(self) -> None:
        """A wish is under way, or was answered."""
        waits = self._desk.pending is not None
        self.setProperty("pending", waits)
        self.main.setDown(waits)
        if not waits:
            self._view = None
            self.refresh()

    def minimumSizeHint(self) -> QSize:
        """Narrow enough to stand beside a chart; its texts wrap."""
        return QSize(self._theme.profile.mm(80), super().minimumSizeHint().height())

    def _show_texts(self, view: StepCardView) -> None:
        self._heading.show_text(view.heading)
        self._who.show_text(view.who)
        self._who.setVisible(bool(view.who))
        self._progress.show_steps(view.progress, view.heading)
        self._progress.setVisible(bool(view.progress) and not self._is_low)
        self._picture.show_picture(view.picture)
        self._text.show_text(view.text)
        self._note.show_text(view.note)
        self._note.setVisible(bool(view.note) and self._strip is None)

    def _show_entry(self, view: StepCardView) -> None:
        if view.measure:
            self._value.show_measure(view.measure)
        # A low panel has no room for a value nobody may type yet.
        waits = self._strip is not None and view.main.act is Act.SIGN_IN
        self._value.setVisible(view.measure is not None and not waits)
        self._prompt.show_prompt(view.prompt, is_scan=view.body is CardBody.SCAN, type_reason=view.type_reason)
        self._prompt.setVisible(view.body in (CardBody.SCAN, CardBody.MACHINE))
        self._judge.show_keys(is_asked=view.body is CardBody.JUDGE and view.main.act is Act.NONE)

    def _show_main(self, view: StepCardView) -> None:
        self.main.show_text(view.main.text)
        self.main.setVisible(bool(view.main.text))

    def _connect(self) -> None:
        self.main.clicked.connect(self._act)
        self.main.refused.connect(self._desk.tell)
        self._value.pressed.connect(self._open_pad)
        self._prompt.type_pressed.connect(lambda: self.wanted.emit("serial"))
        self._prompt.refused.connect(self._desk.tell)
        self._judge.judged.connect(self._answer)
        self._desk.pending_changed.connect(self.show_pending)
        if self._strip:
            self._strip.chosen.connect(self.wanted)

    def _act(self) -> None:
        view = self._view
        if view is None:
            return
        match view.main.act:
            case Act.CONFIRM:
                self._desk.ask(ConfirmStep(step_run=view.step_run), "main_action")
            case Act.RESUME:
                self._desk.ask(ResumeOrder(), "main_action")
            case Act.TYPE_NUMBER:
                self.wanted.emit("number")
            case Act.SIGN_IN:
                self.wanted.emit("sign_in")
            case Act.FINISH:
                self.wanted.emit("finish")
            case Act.CHOOSE_ORDER:
                self.wanted.emit("orders")

    def _open_pad(self) -> None:
        if self._view and self._view.main.act is Act.TYPE_NUMBER:
            self.wanted.emit("number")

    def _answer(self, passed: bool) -> None:  # noqa: FBT001  # a slot of judged(bool)
        if self._view:
            self._desk.ask(JudgeStep(step_run=self._view.step_run, passed=passed), "judge")

    def _lay_out(self) -> None:
        if self._strip:
            self.keep_margin(1.5 if self._is_low else 2.2)
        head = QHBoxLayout()
        head.setSpacing(self._theme.profile.gap)
        head.addWidget(self._heading, 1)
        head.addWidget(self._who)
        self.column.addLayout(head)
        if not self._is_low:  # The heading says `4 of 7` too.
            self.column.addWidget(self._progress)
        self.column.addLayout(self._middle(), 1)
        self.column.addWidget(self._notice)
        self.column.addWidget(self._note)
        self.column.addLayout(self._bottom())

    def _middle(self) -> QBoxLayout:
        """Picture and text side by side; the entry under both, on small panels under the text."""
        entry = QVBoxLayout()
        for widget in (self._value, self._prompt):
            entry.addWidget(widget)
        words = QVBoxLayout()
        words.addWidget(self._text)
        sides = QHBoxLayout()
        sides.setSpacing(self._theme.profile.gap)
        sides.addWidget(self._picture, 2)
        sides.addLayout(words, 4 if self._strip else 2)
        if self._strip:
            words.addLayout(entry)
            words.addStretch(1)
            words.addWidget(self._judge)
            return sides
        words.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(self._theme.profile.gap)
        column.addLayout(sides)
        column.addLayout(entry)
        column.addWidget(self._judge)
        column.addStretch(1)
        return column

    def _bottom(self) -> QHBoxLayout:
        """The one next action at the right; beside a strip a good part's key takes its place while that is asked."""
        row = QHBoxLayout()
        row.setSpacing(self._theme.profile.gap)
        next_action = QGridLayout()
        next_action.addWidget(self.main, 0, 0)
        if self._strip:
            row.addWidget(self._strip, 3)
            next_action.addWidget(self._judge.good, 0, 0)
        row.addLayout(next_action, 2)
        return row
