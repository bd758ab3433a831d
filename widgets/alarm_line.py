"""The one alarm line under the header: always there, in its one place; without an alarm it says so in grey."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from widgets.badge import Badge
from widgets.display import AlarmText
from widgets.label import Label
from widgets.painted_text import least_width, shortened
from widgets.profile import TextRole
from widgets.theme import Theme, restyle
from widgets.touch_button import TouchButton


class AlarmLine(QFrame):
    """The worst alarm: badge, text, consequence and action, age, and a button when `show_action` names it."""

    action_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._said = ""
        self._badge = Badge(theme, role=TextRole.STRONG)
        self._text = Label(theme, "", TextRole.STRONG, wraps=True)
        self._detail = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self._more = Label(theme, "", TextRole.BODY, tone="second")
        self._age = Label(theme, "", TextRole.BODY, tone="second")
        self._button = TouchButton(theme)
        self._button.setObjectName("alarm_action")
        self._button.clicked.connect(self.action_pressed)
        self._row = QHBoxLayout(self)
        self._lay_out()
        self.show_action("")
        self.show_alarm(None)
        theme.changed.connect(self._dress)

    def show_alarm(self, alarm: AlarmText | None, calm: str = "") -> None:
        """Show the worst alarm, or that there is none; `calm` says more than that."""
        none = calm or self.tr("No alarms")
        restyle(self, kind="bar", edge="bottom", attention="false" if alarm is None else "true")
        shown = alarm
        self._said = shown.text if shown else ""
        self._detail.show_text(shown.detail if shown else none)
        self._detail.show_tone("second" if shown else "third")
        self._age.show_text(shown.age if shown else "")
        self._more.show_text(shown.more if shown else "")
        if shown:
            self._badge.show_badge(shown.severity, shown.word)
            self._badge.show_blinking(blinks=shown.blinks)
        else:
            self._badge.hide()
            self._badge.show_blinking(blinks=False)
        self._fit()
        self.setAccessibleName(f"{shown.word}: {shown.text}. {shown.detail}" if shown else none)

    def show_action(self, text: str, reason: str = "") -> None:
        """Name the button; an empty text takes it away, a reason closes it."""
        self._button.show_text(text)
        self._button.set_reason(reason)
        self._button.setVisible(bool(text))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what has no room: the age first, then consequence and action; of an endless text the end."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._text.show_text(self._said)
        for left_out in ((), (self._age,), (self._age, self._detail), (self._age, self._detail, self._more)):
            for label in (self._text, self._detail, self._age, self._more):
                label.setVisible(bool(label.text()) and label not in left_out)
            for label in (self._text, self._detail):
                label.setMinimumWidth(least_width(label.font(), label.text(), self._inner_height()))
            self._row.invalidate()
            if self._row.minimumSize().width() <= self.width():
                return
        self._shorten()

    def _shorten(self) -> None:
        """Show the beginning of a text that no line holds: all of it is on the page behind the button."""
        others = self._row.minimumSize().width() - self._text.minimumWidth()
        room = max(0, self.width() - others)
        self._text.show_text(shortened(self._text.font(), self._said, room, self._inner_height()))
        self._text.setMinimumWidth(room)

    def _inner_height(self) -> float:
        return self.height() - self._theme.profile.mm(2)

    def _lay_out(self) -> None:
        self._row.addWidget(self._badge)
        self._row.addWidget(self._text)
        self._row.addWidget(self._detail)
        self._row.addStretch(1)
        self._row.addWidget(self._more)
        self._row.addWidget(self._age)
        self._row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._dress()

    def _dress(self) -> None:
        profile = self._theme.profile
        self._row.setContentsMargins(profile.mm(6), profile.mm(1), profile.mm(6), profile.mm(1))
        self._row.setSpacing(profile.mm(4))
        self.setFixedHeight(profile.mm(18))
