"""Typing with gloves: one page for a measured value, a PIN and the digits of a serial number."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.screens.notice_line import NoticeLine
from hmi.screens.panel import PanelSize, page_margin
from hmi.screens.step_picture import StepPicture
from widgets.display import PadQuestion
from widgets.label import Label
from widgets.number_pad import NumberPad
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import TouchButton


class PadPage(QWidget):
    """The pad under a heading, Back at its top."""

    left = Signal()

    def __init__(self, theme: Theme, desk: Desk, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        is_small = size is not PanelSize.LARGE
        self.pad = NumberPad(theme, compact=is_small, is_low=size is PanelSize.LOW)
        self._title = Label(theme, "", TextRole.TITLE, wraps=True)
        self._note = Label(theme, "", TextRole.BODY, tone="second", wraps=True)
        self._is_small = is_small
        # With larger text a low panel has room for the limits, not for the step's text too; it stands on the step's card.
        self.has_room = not is_small or (size is PanelSize.SMALL and theme.profile.text_scale <= 1)
        self._picture = StepPicture(theme)
        if not is_small:
            self._picture.setMinimumHeight(theme.profile.mm(50))
        self._back = TouchButton(theme, self.tr("Back"))
        self._back.setObjectName("pad_back")
        self._back.clicked.connect(self.left)
        self._lay_out(theme, desk)

    def ask(self, title: str, note: str, question: PadQuestion, *, picture: str = "", text: str = "") -> None:
        """Open the pad with its question."""
        self._title.show_text(title)
        self._note.show_text(note)
        self._note.setVisible(bool(note) and self.has_room)
        self._picture.show_picture("" if self._is_small else picture)
        self.pad.ask(question, text)
        self.pad.setFocus()

    def _lay_out(self, theme: Theme, desk: Desk) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._title)
        names.addWidget(self._note)
        head = QHBoxLayout()
        head.setSpacing(theme.profile.gap)
        head.addLayout(names, 1)
        head.addWidget(self._back)
        self.pad.head.addLayout(head)
        self.pad.head.addWidget(self._picture, 1)
        self.pad.head.addWidget(NoticeLine(theme, desk))
        row = QHBoxLayout(self)
        row.setContentsMargins(*(page_margin(theme.profile, is_small=self._is_small),) * 4)
        row.addWidget(self.pad)
