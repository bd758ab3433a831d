"""The parts of the sync page: how safe the record is with its sum, and what waits for a person."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hmi.presenters.safety import SafetyView
from hmi.presenters.sync import SyncView
from hmi.presenters.sync_needs import Need
from hmi.screens.panel import PanelSize
from resources.assets import IconName
from widgets.badge import Badge
from widgets.balance_line import BalanceLine
from widgets.chip import Chip
from widgets.display import ChipText, Severity
from widgets.label import Label
from widgets.profile import TextRole
from widgets.theme import Theme

TERMS = 4
LONGEST = "888\u202f888"
"""Room for the records of some months; more only move the sum."""


class NeedLine(QWidget):
    """A badge and the sentence of what waits for a person."""

    def __init__(self, theme: Theme, need: Need) -> None:
        super().__init__()
        badge = Badge(theme)
        badge.show_badge(need.severity, self.tr("Error") if need.severity is Severity.ALARM else self.tr("To do"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.profile.gap)
        row.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(theme, need.sentence, TextRole.BODY, wraps=True), 1)


class SafetyPart(QWidget):
    """Whether to switch off is safe, and the sum that says where every record is."""

    def __init__(self, theme: Theme, *, size: PanelSize) -> None:
        super().__init__()
        self._title = Chip(theme)
        self._sentence = Label(theme, "", TextRole.BODY, wraps=True)
        role = TextRole.COUNT if size is PanelSize.LARGE else TextRole.VALUE
        self._balance = BalanceLine(theme, TERMS, LONGEST, role=role)
        line = QHBoxLayout()
        line.setSpacing(theme.profile.mm(4))
        line.addWidget(self._title)
        line.addWidget(self._sentence, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.profile.mm(2))
        column.addLayout(line)
        column.addWidget(self._balance)

    def show_safety(self, safety: SafetyView) -> None:
        """Say whether it is safe."""
        severity = Severity.NORMAL if safety.is_safe else Severity.WARNING
        self._title.show_chip(ChipText(safety.title, icon=IconName.CHECK if safety.is_safe else None, severity=severity))
        self._sentence.show_text(safety.sentence)

    def show_balance(self, view: SyncView) -> None:
        """Show the sum, where there is one."""
        self._balance.setVisible(bool(view.balance))
        if view.balance:
            self._balance.show_terms(view.balance)
