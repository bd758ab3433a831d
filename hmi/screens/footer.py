"""The bottom of the frame: the shift's numbers and its timeline, on every screen in the same place."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from hmi.presenters.counts import present_counts
from hmi.presenters.desk import Desk
from hmi.presenters.timeline import present_timeline, say_timeline
from widgets.count_tile import CountTile
from widgets.display import CountText
from widgets.profile import TextRole
from widgets.theme import Theme, restyle
from widgets.timeline_strip import TimelineStrip

MOST_COUNTS = 4
_LONGEST = (("≥ 188", "of 888"), ("≥ 88",), ("8888", "", "88 behind of plan"), ("888", "of 888"))
"""The widest numbers of a usual shift: their room is kept, so that the strip beside them stands still."""


class Footer(QFrame):
    """Good, bad, plan and order, then the strip. Each keeps its place; where room is short, order and plan go first."""

    question_pressed = Signal()
    """A count that is `at least` was touched: settle what is open."""

    def __init__(self, theme: Theme, desk: Desk, *, counts: int = MOST_COUNTS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        restyle(self, kind="bar")
        self.setObjectName("footer")
        self._theme = theme
        self._desk = desk
        self._shown: tuple[CountText, ...] = ()
        roles = (TextRole.COUNT, TextRole.COUNT, TextRole.TITLE, TextRole.TITLE)[:counts]
        self._tiles = tuple(CountTile(theme, role=role, parent=self) for role in roles)
        self.strip = TimelineStrip(theme, parent=self)
        self._row = QHBoxLayout(self)
        for tile, longest in zip(self._tiles, _LONGEST, strict=False):
            tile.reserve(*longest)
            policy = tile.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            tile.setSizePolicy(policy)
            tile.pressed.connect(self.question_pressed)
            self._row.addWidget(tile)
        self._row.addWidget(self.strip, 1)
        self._dress()
        theme.changed.connect(self._dress)

    def refresh(self) -> None:
        """Show what is true now."""
        now = self._desk.now()
        self._show_counts(present_counts(self._desk.picture, now))
        has_question = any(question.is_now for question in self._desk.picture.questions.questions)
        for tile in self._tiles[:2]:
            tile.open_question(is_open=has_question)
        shift = present_timeline(self._desk.picture, now)
        self.strip.show_strip(shift, say_timeline(shift))

    def _show_counts(self, counts: tuple[CountText, ...]) -> None:
        if counts == self._shown:
            return
        self._shown = counts
        for at, tile in enumerate(self._tiles):
            tile.setVisible(at < len(counts))
        for tile, count in zip(self._tiles, counts, strict=False):
            tile.show_count(count)

    def _dress(self) -> None:
        profile = self._theme.profile
        self._row.setContentsMargins(profile.mm(5), profile.mm(1), profile.mm(5), profile.mm(1))
        self._row.setSpacing(profile.mm(8))
        needed = max(tile.sizeHint().height() for tile in self._tiles)
        self.setFixedHeight(max(profile.mm(21), needed + 2 * profile.mm(1)))
