"""The pad for a value that shall be written to a machine; nothing is written from here."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.setpoints import Target, ask_setpoint, judge_setpoint, value_of
from hmi.screens.pad_page import PadPage
from hmi.screens.panel import PanelSize
from hmi.station.topics import SetpointView
from widgets.theme import Theme


class SetpointPage(PadPage):
    """What is typed goes back to the machine's page, where it is looked at before it is written."""

    proposed = Signal(str)

    def __init__(self, theme: Theme, desk: Desk, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(theme, desk, size=size, parent=parent)
        self._desk = desk
        self._setpoint: SetpointView | None = None
        self.pad.typed.connect(self._judge)
        self.pad.entered.connect(self.proposed)

    def ask_for(self, target: Target) -> None:
        """Open the pad for a setpoint."""
        setpoint = target.setpoint
        if setpoint is None:
            return
        self._setpoint = setpoint
        shown = value_of(self._desk.picture, target.machine, setpoint, self._desk.values, self._desk.now().mono)
        machine = self._desk.picture.machine(target.machine)
        question = ask_setpoint(setpoint, shown.text, self.locale().decimalPoint())
        self.ask(setpoint.title, machine.name if machine else "", question)

    def refresh(self) -> None:
        """The page holds what is typed; nothing else moves."""

    def _judge(self, text: str) -> None:
        if self._setpoint is not None:
            self.pad.show_judgement(judge_setpoint(self._setpoint, text))
