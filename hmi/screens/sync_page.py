"""Where the records are: safe here, at the centre, set aside; for the lead, and for whoever wants to switch off."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.desk import Desk
from hmi.presenters.safety import SafetyView, present_safety
from hmi.presenters.sync import SyncView, present_page, why_no_export, why_no_retry
from hmi.screens.notice_line import NoticeLine
from hmi.screens.panel import PanelSize, page_margin
from hmi.screens.sync_lists import SyncLists
from hmi.station.commands import Body, ExportSetAside, RetrySync
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme
from widgets.touch_button import TouchButton


class SyncPage(QWidget):
    """Everybody may look; who may act is the engine's to say."""

    def __init__(self, theme: Theme, desk: Desk, *, size: PanelSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._desk = desk
        self._shown: tuple[SyncView, SafetyView] | None = None
        self._state = Label(theme, "", TextRole.BODY, tone="second")
        self._retry = TouchButton(theme, self.tr("Try now"))
        self._export = TouchButton(theme, self.tr("Export"))
        self._lists = SyncLists(theme, size=size)
        self._retry.setObjectName("sync_retry")
        self._export.setObjectName("sync_export")
        self._lay_out(size)
        self._connect()

    def refresh(self) -> None:
        """Show what is true now; what looks the same is left alone."""
        picture, now = self._desk.picture, self._desk.now()
        self._retry.set_reason(why_no_retry(picture))
        self._export.set_reason(why_no_export(picture))
        shown = present_page(picture, now), present_safety(picture, now)
        if shown != self._shown:
            self._shown = shown
            self._show(*shown)

    def _show(self, view: SyncView, safety: SafetyView) -> None:
        self._state.show_text(view.state)
        self._lists.show_view(view, safety)
        for button in (self._retry, self._export):
            button.setVisible(bool(view.balance))

    def _ask(self, body: Body, key: str) -> None:
        self._desk.ask(body, key)

    def _after(self, body: Body) -> None:
        """Say what a touch led to; how it ends is seen on the page."""
        if isinstance(body, RetrySync):
            self._desk.tell(self.tr("The centre is tried now."))
        elif isinstance(body, ExportSetAside):
            self._desk.tell(self.tr("Once the centre answers, it is a file in the folder exports beside the record."))

    def _connect(self) -> None:
        self._retry.clicked.connect(lambda: self._ask(RetrySync(), "sync_retry"))
        self._export.clicked.connect(lambda: self._ask(ExportSetAside(), "sync_export"))
        for button in (self._retry, self._export):
            button.refused.connect(self._desk.tell)
        self._desk.succeeded.connect(self._after)

    def _lay_out(self, size: PanelSize) -> None:
        margin = page_margin(self._theme.profile, is_small=size is not PanelSize.LARGE)
        column = QVBoxLayout(self)
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(margin)
        column.addLayout(self._head())
        column.addWidget(NoticeLine(self._theme, self._desk))
        column.addWidget(self._lists, 1)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(self._theme.profile.gap)
        head.addWidget(Label(self._theme, self.tr("The record"), TextRole.TITLE))
        head.addWidget(self._state)
        head.addStretch(1)
        head.addWidget(self._export)
        head.addWidget(self._retry)
        return head
