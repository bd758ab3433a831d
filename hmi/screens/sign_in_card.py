"""Who works here: scan the badge or tap the name. Also where the person signs out and day or night is chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.people import NameTile, present_names, present_signed_in
from hmi.screens.notice_line import NoticeLine
from hmi.screens.prompt_box import BigIcon
from hmi.station.commands import SignIn, SignOut
from resources.assets import IconName
from widgets.card import Card
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import ButtonKind, TouchButton


class SignInCard(Card):
    """Names as tiles; the machine stays in sight beside it. `pin_wanted` carries the person whose PIN is needed."""

    pin_wanted = Signal(str)
    left = Signal()
    theme_wanted = Signal()

    def __init__(self, theme: Theme, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self.setObjectName("sign_in_card")
        self._theme = theme
        self._desk = desk
        self._names: tuple[NameTile, ...] = ()
        self._title = Label(theme, self.tr("Scan your badge"), TextRole.VALUE)
        self._hint = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.profile.gap)
        self._notice = NoticeLine(theme, desk)
        self._back = self._button(self.tr("Back"), "sign_in_back", self.left.emit)
        self._dark = self._button("", "theme_switch", self.theme_wanted.emit)
        self._out = self._button(self.tr("Sign out"), "sign_out", lambda: desk.ask(SignOut(), "sign_out"))
        self._lay_out()

    def refresh(self) -> None:
        """Show who may come and who is here."""
        here = present_signed_in(self._desk.picture)
        self._show_hint(here)
        self._out.setVisible(bool(here))
        night = self._theme.tokens.name == "night"
        self._dark.show_text(self.tr("Day colours") if night else self.tr("Night colours"))
        names = present_names(self._desk.picture)
        if names != self._names:
            self._names = names
            self._show_names(names)

    def _show_hint(self, here: str) -> None:
        has_people = bool(self._desk.picture.people.people)
        self._title.show_text(self.tr("Scan your badge") if has_people else self.tr("Nobody signs in here"))
        if here:
            self._hint.show_text(self.tr("{0} is signed in · or tap a name").format(here))
        elif has_people:
            self._hint.show_text(self.tr("or tap your name"))
        else:
            self._hint.show_text(self.tr("No people are set up at this station. It shows and records without them."))

    def _show_names(self, names: tuple[NameTile, ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for at, name in enumerate(names):
            self._grid.addWidget(
                self._button(name.text, f"name_{name.key}", lambda tile=name: self._choose(tile)), at // 2, at % 2
            )

    def _choose(self, name: NameTile) -> None:
        if name.needs_pin:
            self.pin_wanted.emit(name.key)
        else:
            self._desk.ask(SignIn(person=name.key), f"name_{name.key}")

    def _button(self, text: str, name: str, act: Callable[[], object]) -> TouchButton:
        button = TouchButton(self._theme, text, ButtonKind.LARGE)
        button.setObjectName(name)
        button.clicked.connect(lambda: act())
        return button

    def _lay_out(self) -> None:
        self.column.addWidget(BigIcon(self._theme, IconName.BADGE, side_mm=14), 0, Qt.AlignmentFlag.AlignHCenter)
        self.column.addWidget(self._title, 0, Qt.AlignmentFlag.AlignHCenter)
        self.column.addWidget(self._hint)
        self.column.addLayout(self._grid)
        self.column.addStretch(1)
        self.column.addWidget(self._notice)
        bottom = QHBoxLayout()
        bottom.setSpacing(self._theme.profile.gap)
        for button in (self._back, self._dark, self._out):
            bottom.addWidget(button, 1)
        self.column.addLayout(bottom)
