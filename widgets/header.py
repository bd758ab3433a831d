"""The header: where we are, what the machine does, which order, how the links are, who is here, what time it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from resources.assets import IconName
from widgets.chip import Chip
from widgets.chip_key import ChipKey
from widgets.display import ChipText
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme, restyle
from widgets.touch_button import TouchButton

_WIDE_EMS = 75
"""From this width in text sizes on there is room for the order and for details."""

SYNC_EMS = 11
"""Room for the longest word on where the records are."""


class Header(QFrame):
    """Every piece keeps its place whatever is said; where room is short order, details and subtitle go, the clock never."""

    person_pressed = Signal()
    sync_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        restyle(self, kind="bar", edge="bottom")
        self._title = Label(theme, "", TextRole.TITLE)
        self._subtitle = Label(theme, "", TextRole.LABEL, tone="second")
        self.state, self.order, self.link = (Chip(theme) for _ in range(3))
        self.sync = ChipKey(theme)
        self.sync.clicked.connect(self.sync_pressed)
        self.person = TouchButton(theme, icon=IconName.PERSON)
        self.person.clicked.connect(self.person_pressed)
        self._clock = Label(theme, "", TextRole.VALUE)
        self._row = QHBoxLayout(self)
        self._lay_out()
        theme.changed.connect(self._dress)

    def show_station(self, title: str, subtitle: str) -> None:
        """Name the station; the subtitle is the last to go."""
        self._title.show_text(title)
        self._subtitle.show_text(subtitle)
        self._fit()

    def show_state(self, chip: ChipText) -> None:
        """Show what the machine does, with its glyph and elapsed time."""
        self._show(self.state, chip)

    def show_order(self, chip: ChipText) -> None:
        """Show the running order; empty without one."""
        self._show(self.order, chip)

    def show_link(self, chip: ChipText) -> None:
        """Show how old the machine's word is."""
        self._show(self.link, chip)

    def show_sync(self, chip: ChipText) -> None:
        """Show how the centre stands and how many records are safe here."""
        self._show(self.sync, chip)

    def show_person(self, text: str) -> None:
        """Show who is signed in, or that nobody is."""
        self.person.show_text(text)
        self._fit()

    def show_time(self, text: str) -> None:
        """Show the time of day."""
        self._clock.show_text(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what has no room."""
        super().resizeEvent(event)
        self._fit()

    def _show(self, piece: Chip | ChipKey, chip: ChipText) -> None:
        piece.show_chip(chip)
        self._fit()

    def _fit(self) -> None:
        """Show everything, then take away one thing after the other until it fits."""
        chips = (self.state, self.order, self.link, self.sync)
        wide = self._is_wide()
        self._keep_places(wide=wide)
        self._subtitle.setVisible(bool(self._subtitle.text()))
        for chip in chips:
            chip.setVisible(bool(chip.accessibleName()))
            chip.show_brief(brief=False)
        self.order.setVisible(bool(self.order.accessibleName()) and wide)
        steps = (
            lambda: self.order.setVisible(False),
            lambda: self.sync.reserve(0),
            lambda: self.link.setVisible(self.link.property("severity") != "normal"),
            *(lambda chip=chip: chip.show_brief(brief=True) for chip in (self.sync, self.link, self.state)),
            self._subtitle.hide,
            self._give_places_up,
        )
        for leave_out in steps:
            if self._needed() <= self.width():
                return
            leave_out()

    def _is_wide(self) -> bool:
        return self.width() > _WIDE_EMS * self._em()

    def _em(self) -> int:
        return self._theme.profile.font_px(TextRole.BODY)

    def _keep_places(self, *, wide: bool) -> None:
        """Room for what each piece may say, so that none moves another."""
        self.state.reserve(16 if wide else 0)
        self.sync.reserve(SYNC_EMS)
        self._title.setMinimumWidth(max(round(5.5 * self._em()), self._title.sizeHint().width()))
        self.person.setMinimumWidth(round((13 if wide else 7.5) * self._em()))

    def _give_places_up(self) -> None:
        """Rather let a piece move than cut one."""
        self.person.setMinimumWidth(0)

    def _needed(self) -> int:
        self._row.invalidate()
        return self._row.minimumSize().width()

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch(1)
        names.addWidget(self._title)
        names.addWidget(self._subtitle)
        names.addStretch(1)
        self._row.addLayout(names)
        self._row.addWidget(self.state)
        self._row.addWidget(self.order)
        self._row.addStretch(1)
        self._row.addWidget(self.link)
        self._row.addWidget(self.sync, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self.person, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self._clock)
        self._dress()

    def _dress(self) -> None:
        profile = self._theme.profile
        self._row.setContentsMargins(profile.mm(6), 0, profile.mm(6), 0)
        self._row.setSpacing(profile.mm(5))
        self.setFixedHeight(profile.mm(18.6))
