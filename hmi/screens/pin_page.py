"""The PIN of whoever needs one: after the name or the badge."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hmi.presenters.desk import Desk
from hmi.screens.pad_page import PadPage
from hmi.screens.panel import PanelSize
from hmi.station.codes import Code
from hmi.station.commands import Body, SignIn
from widgets.display import PadQuestion
from widgets.theme import Theme


class PinPage(PadPage):
    """Digits as dots. `wanted` opens it when a badge turned out to need a PIN."""

    wanted = Signal()

    def __init__(self, theme: Theme, desk: Desk, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(theme, desk, size=size, parent=parent)
        self._desk = desk
        self._who = SignIn()
        self.pad.entered.connect(self._enter)
        desk.refused.connect(self._after_refusal)

    def ask_person(self, person: str) -> None:
        """Ask for the PIN of somebody chosen by name."""
        name = next((each.name for each in self._desk.picture.people.people if each.id == person), "")
        self._ask(SignIn(person=person), name)

    def refresh(self) -> None:
        """The page holds what is typed; nothing else moves."""

    def _ask(self, who: SignIn, name: str) -> None:
        self._who = who
        title = self.tr("PIN of {0}").format(name) if name else self.tr("Your PIN")
        self.ask(title, "", PadQuestion("", self.tr("Type your PIN, then Enter."), has_decimals=False, is_secret=True))

    def _enter(self, text: str) -> None:
        self._desk.ask(replace(self._who, pin=text), "key_enter")

    def _after_refusal(self, body: Body, code: str) -> None:
        """A badge that needs a PIN asks for it; a wrong one is typed again."""
        if not isinstance(body, SignIn):
            return
        if code == Code.PIN_NEEDED:
            self._ask(replace(body, pin=""), "")
            self.wanted.emit()
        elif body.pin:
            self.pad.clear()
