"""Hears a keyboard-wedge scanner: keys too fast for a hand are a scan, and never reach a field or a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

FAST_MS = 35
"""UI.md C14: keys this close together come from a scanner."""

STUTTER_MS = 120
"""Inside a scan a slow key still belongs to it."""

LEAST_KEYS = 4

_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_SHIFTS = (Qt.Key.Key_Shift, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock)


@dataclass(frozen=True)
class _HeldKey:
    target: QObject
    event: QKeyEvent
    text: str


class ScanFilter(QObject):
    """Installed on the application. `scanned` carries what was read; `broken` a scan that never ended.

    A key is held for at most `FAST_MS`, then goes on to where it was typed.
    """

    scanned = Signal(str)
    broken = Signal(str)

    def __init__(
        self, app: QCoreApplication, *, prefix: str = "", suffix: str = "", clock: Callable[[], int] | None = None
    ) -> None:
        super().__init__()
        self._app = app
        self._prefix, self._suffix = prefix, suffix
        self._elapsed = QElapsedTimer()
        self._elapsed.start()
        self._clock = clock or self._elapsed.elapsed
        self._held: list[_HeldKey] = []
        self._swallowed: set[int] = set()
        self._last_ms = 0
        self._replaying = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.settle)
        app.installEventFilter(self)

    def stop(self) -> None:
        """Let go of the application; keys pass again."""
        self._timer.stop()
        self._app.removeEventFilter(self)

    def eventFilter(self, target: QObject, event: QEvent) -> bool:
        """Hold, pass or swallow a key."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and not self._replaying:
            return self._pressed(target, event)
        if kind == QEvent.Type.KeyRelease and not self._replaying:
            return self._released(event.key())
        return False

    def settle(self) -> None:
        """Decide what the held keys were: a hand's go on, a scan's do not."""
        held, self._held = self._held, []
        self._timer.stop()
        if len(held) >= LEAST_KEYS:
            self.broken.emit("".join(key.text for key in held))
            return
        self._replaying = True
        try:
            for key in held:
                self._replay(key)
        finally:
            self._replaying = False

    def _pressed(self, target: QObject, event: QKeyEvent) -> bool:
        now = self._clock()
        if self._held and now - self._last_ms > self._limit():
            self.settle()
        if event.key() in _SHIFTS:
            return False
        if event.key() in _ENDS:
            return self._ended(event)
        if not event.text().isprintable() or not event.text() or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.settle()
            return False
        self._held.append(_HeldKey(target, _copy(event), event.text()))
        self._swallowed.add(event.key())
        self._last_ms = now
        self._timer.start(self._limit())
        return True

    def _ended(self, event: QKeyEvent) -> bool:
        if len(self._held) < LEAST_KEYS:
            self.settle()
            return False
        text = "".join(key.text for key in self._held)
        self._held = []
        self._timer.stop()
        self._swallowed.add(event.key())
        self._report(text)
        return True

    def _report(self, text: str) -> None:
        if text.startswith(self._prefix) and text.endswith(self._suffix):
            self.scanned.emit(text[len(self._prefix) : len(text) - len(self._suffix)])
        else:
            self.broken.emit(text)

    def _released(self, key: int) -> bool:
        """A release follows its press: the replayed press brings its own."""
        if key in self._swallowed:
            self._swallowed.discard(key)
            return True
        return False

    def _replay(self, key: _HeldKey) -> None:
        if not shiboken6.isValid(key.target):
            return
        QCoreApplication.sendEvent(key.target, key.event)
        release = QKeyEvent(QEvent.Type.KeyRelease, key.event.key(), key.event.modifiers(), key.text)
        if shiboken6.isValid(key.target):
            QCoreApplication.sendEvent(key.target, release)

    def _limit(self) -> int:
        return STUTTER_MS if len(self._held) >= LEAST_KEYS else FAST_MS


def _copy(event: QKeyEvent) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, event.key(), event.modifiers(), event.text(), event.isAutoRepeat(), event.count())
