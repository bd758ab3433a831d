"""The operator's home: the machine at the left, the work at the right; on small panels one after the other, work first."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.reasons import pause_reasons
from hmi.screens.action_strip import ActionStrip
from hmi.screens.bad_part_card import BadPartCard
from hmi.screens.chart_card import ChartCard
from hmi.screens.choice_card import ChoiceCard
from hmi.screens.finish_card import FinishCard
from hmi.screens.free_card import FreeCard
from hmi.screens.hand_card import HandCard
from hmi.screens.panel import PanelSize, page_margin
from hmi.screens.sign_in_card import SignInCard
from hmi.screens.step_card import StepCard
from hmi.station.commands import BadPart, Body, FinishOrder, PauseOrder, SignIn
from station_db.records.orders import JobState, StepKind
from widgets.theme import Theme


class RunPage(QWidget):
    """Work card and machine card. What is asked besides takes the work card's place and goes back to it when done."""

    wanted = Signal(str)
    """Another page: `number`, `serial`, `orders`."""

    def __init__(self, theme: Theme, desk: Desk, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_small = size is not PanelSize.LARGE
        is_small, is_low = size is not PanelSize.LARGE, size is PanelSize.LOW
        self._desk = desk
        strip = ActionStrip(theme, desk, with_chart=is_small)
        self._strip = strip
        self.step = StepCard(theme, desk, strip if is_small else None, is_low=is_low)
        self.free = FreeCard(theme, desk, with_chart=is_small, is_low=is_low)
        self.machine = ChartCard(theme, desk, None if is_small else strip)
        self.hand = HandCard(theme, desk, size=size)
        self.sign_in = SignInCard(theme, desk)
        self.bad_part = BadPartCard(theme, desk, is_small=is_small)
        self.pause = ChoiceCard(theme, desk, pause_reasons(), name="pause")
        self.finish = FinishCard(theme, desk)
        self.cards = {"step": self.step, "free": self.free, "sign_in": self.sign_in, "bad_part": self.bad_part}
        self.cards |= {"pause": self.pause, "finish": self.finish}
        if is_low:
            for card in (self.sign_in, self.bad_part, self.pause, self.finish):
                card.keep_margin(1.2)
        self._side = QStackedWidget()
        self._machines = QStackedWidget()
        self._side.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._key = "step"
        self._lay_out(theme, is_small=is_small)
        self._connect()

    @property
    def key(self) -> str:
        """Which card is shown."""
        return self._key

    def show_card(self, key: str, unit: str = "") -> None:
        """Show a card in the work's place; `unit` is the one a bad part begins with."""
        self._key = key
        if key == "bad_part":
            self.bad_part.choose(unit)
        self.refresh()

    def refresh(self) -> None:
        """Show what is true now."""
        if self._key in ("step", "free"):
            self._key = "step" if self._desk.picture.work.order else "free"
        card = self.cards[self._shown_key()]
        self._side.setCurrentWidget(card)
        self._refresh_machine(card)
        if card is self.pause:
            self._ask_pause()
        else:
            card.refresh()

    def _refresh_machine(self, card: QWidget) -> None:
        """The machine's place: its chart, or where people count the keys for it."""
        machine = self.hand if self._desk.picture.handwork.machine else self.machine
        if not self._is_small:
            self._machines.setCurrentWidget(machine)
        if card is not machine:
            machine.refresh()

    def _shown_key(self) -> str:
        """On small panels the keys to count with take the work's place where the work is to count."""
        picture = self._desk.picture
        if not self._is_small or not picture.handwork.machine or self._key not in ("step", "free"):
            return self._key
        step = picture.work.step
        counts = step is not None and step.spec.kind is StepKind.MACHINE_CYCLE and picture.work.state == JobState.RUNNING
        return "hand" if counts or not picture.work.order else self._key

    def _ask_pause(self) -> None:
        title = self.tr("Pause {0}. Why?").format(self._desk.picture.work.order)
        self.pause.show_question(title, self.tr("The step you are at is kept."))

    def _connect(self) -> None:
        for strip in (self._strip, self.hand.strip):
            strip.chosen.connect(self.show_card)
        for card in (self.step, self.free, self.hand):
            card.wanted.connect(self._go)
        self.machine.unit_chosen.connect(lambda unit: self.show_card("bad_part", unit))
        self.machine.back_pressed.connect(self.show_work)
        for card in (self.bad_part, self.pause, self.finish):
            card.cancelled.connect(self.show_work)
        self.sign_in.left.connect(self.show_work)
        self.pause.chosen.connect(lambda reason: self._desk.ask(PauseOrder(reason=reason), "pause"))
        self._desk.succeeded.connect(self._after)

    def show_work(self) -> None:
        """Back to the work."""
        self.show_card("step")

    def _go(self, key: str) -> None:
        if key in self.cards:
            self.show_card(key)
        else:
            self.wanted.emit(key)

    def _after(self, body: Body) -> None:
        """What was asked for is done: back to the work."""
        if isinstance(body, BadPart | FinishOrder | PauseOrder | SignIn):
            self.show_work()

    def _lay_out(self, theme: Theme, *, is_small: bool) -> None:
        if is_small:
            self.cards |= {"chart": self.machine, "hand": self.hand}
        for card in self.cards.values():
            self._side.addWidget(card)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(page_margin(theme.profile, is_small=is_small),) * 4)
        row.setSpacing(theme.profile.gap)
        if not is_small:
            self._machines.addWidget(self.machine)
            self._machines.addWidget(self.hand)
            self._machines.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            row.addWidget(self._machines, 59)
        row.addWidget(self._side, 41)
