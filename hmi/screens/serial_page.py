"""Typing a serial number whose code can't be read."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.serial import lead_of
from hmi.presenters.step_card import present_step_card
from hmi.screens.pad_page import PadPage
from hmi.screens.panel import PanelSize
from hmi.station.commands import ScanSerial
from hmi.station.topics import OpenStep
from station_db.records.orders import StepKind
from widgets.display import PadQuestion
from widgets.theme import Theme


class SerialPage(PadPage):
    """The letters it begins with are given; only digits are typed."""

    def __init__(self, theme: Theme, desk: Desk, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(theme, desk, size=size, parent=parent)
        self._desk = desk
        self._step: OpenStep | None = None
        self.pad.entered.connect(self._enter)

    def open(self) -> None:
        """Ask for the serial of the open step."""
        step = self._desk.picture.work.step
        if step is None:
            return
        self._step = step
        view = present_step_card(self._desk.picture)
        lead = lead_of(step.spec.pattern)
        note = self.tr("It begins with {0}: type the digits after it.").format(lead) if lead else self.tr("Type the digits.")
        self.ask(view.heading, view.who, PadQuestion("", note, has_decimals=False), picture=view.picture)

    def is_open(self) -> bool:
        """Whether the step it asks for still waits."""
        step = self._desk.picture.work.step
        return bool(step and self._step and step.run == self._step.run and step.spec.kind is StepKind.SCAN_SERIAL)

    def refresh(self) -> None:
        """The page holds what is typed; nothing else moves."""

    def _enter(self, text: str) -> None:
        if self._step:
            serial = lead_of(self._step.spec.pattern) + text
            self._desk.ask(ScanSerial(step_run=self._step.run, serial=serial), "key_enter")
