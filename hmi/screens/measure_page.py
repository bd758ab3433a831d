"""The number pad of a numeric step: the core's own limits judge each key, the draft is kept within a second."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hmi.presenters.desk import Desk, Wishes
from hmi.presenters.drafts import Drafts
from hmi.presenters.pad import ask_measurement, judge_measurement, why_not_entered
from hmi.presenters.step_card import present_step_card
from hmi.presenters.words import joined
from hmi.screens.pad_page import PadPage
from hmi.screens.panel import PanelSize
from hmi.station.commands import Body, EnterMeasurement
from hmi.station.topics import OpenStep
from station_db.records.orders import StepKind
from widgets.theme import Theme


class MeasurePage(PadPage):
    """What is typed here is asked about where it is outside, and never repaired."""

    def __init__(self, theme: Theme, desk: Desk, wishes: Wishes, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(theme, desk, size=size, parent=parent)
        self._desk = desk
        self._drafts = Drafts(desk, wishes)
        self._step: OpenStep | None = None
        self.pad.typed.connect(self._judge)
        self.pad.entered.connect(lambda text: self._enter(text, accept_fail=False))
        self.pad.failed.connect(lambda text: self._enter(text, accept_fail=True))
        desk.succeeded.connect(self._after)

    def open(self) -> None:
        """Ask for the value of the open step; what was half typed is there again."""
        step = self._desk.picture.work.step
        if step is None:
            return
        self._step = step
        view = present_step_card(self._desk.picture)
        mark = self.locale().decimalPoint()
        kept = self._drafts.text_of(step.run)
        text = (step.draft if kept is None else kept).replace(".", mark).replace(",", mark)
        self.ask(
            view.heading,
            joined(view.who, step.spec.text),
            ask_measurement(step, mark, is_brief=not self.has_room),
            picture=view.picture,
            text=text,
        )
        self.pad.show_judgement(judge_measurement(step, text))

    def is_open(self) -> bool:
        """Whether the step it asks for still waits."""
        step = self._desk.picture.work.step
        return bool(step and self._step and step.run == self._step.run and step.spec.kind is StepKind.NUMERIC)

    def refresh(self) -> None:
        """The page holds what is typed; only whether it may be entered changes."""
        self.pad.show_block(why_not_entered(self._desk.picture))

    def _judge(self, text: str) -> None:
        if self._step:
            self.pad.show_judgement(judge_measurement(self._step, text))
            self._drafts.keep(self._step.run, text)

    def _enter(self, text: str, *, accept_fail: bool) -> None:
        if self._step:
            self._desk.ask(EnterMeasurement(step_run=self._step.run, text=text, accept_fail=accept_fail), "key_enter")

    def _after(self, body: Body) -> None:
        if isinstance(body, EnterMeasurement):
            self._drafts.drop()
