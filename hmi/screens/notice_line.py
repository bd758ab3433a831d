"""Where an answer that was no, or a refused touch, is said: near the action, for ten seconds."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from hmi.presenters.desk import Desk
from widgets.badge import Badge
from widgets.display import Severity
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme


class NoticeLine(QWidget):
    """A badge and a sentence; takes no room while nothing is to be said. A pending wish says so after a second."""

    def __init__(self, theme: Theme, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setObjectName("notice")
        self._badge = Badge(theme, parent=self)
        self._sentence = Label(theme, "", TextRole.BODY, wraps=True, parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.profile.gap)
        row.addWidget(self._badge)
        row.addWidget(self._sentence, 1)
        desk.notice_changed.connect(self.refresh)
        desk.ticked.connect(self.refresh)
        self.refresh()

    def text(self) -> str:
        """The sentence shown; empty for none."""
        return self._sentence.text()

    def refresh(self) -> None:
        """Show the desk's notice, or that an answer is awaited."""
        notice = self._desk.notice
        waits = self._desk.waits_long()
        text = notice.text if notice else self.tr("Saving: waiting for the recorder.") if waits else ""
        if text == self._sentence.text() and self.isVisibleTo(self.parentWidget()) == bool(text):
            return
        self._sentence.show_text(text)
        self._badge.show_badge(Severity.WARNING, self.tr("Note") if notice else "")
        self.setVisible(bool(text))
