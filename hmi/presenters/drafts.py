"""Half-typed text on its way to the engine: there within a second of the key, kept until it is."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from hmi.presenters.desk import Desk, Wishes
from hmi.station.commands import SaveDraft

SAVE_MS = 400


class Drafts(QObject):
    """Sends the newest text of a step, at most every 400 ms; while the engine is away it waits for it."""

    def __init__(self, desk: Desk, wishes: Wishes) -> None:
        super().__init__()
        self._desk = desk
        self._wishes = wishes
        self._unsent: SaveDraft | None = None
        self._timer = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._timer.timeout.connect(self.flush)

    def keep(self, step_run: str, text: str) -> None:
        """Keep what is typed now at a step; an empty text forgets it."""
        self._unsent = SaveDraft(step_run=step_run, text=text)
        if not self._timer.isActive():
            self._timer.start()

    def drop(self) -> None:
        """The number was entered: nothing is half typed any more."""
        self._unsent = None
        self._timer.stop()

    @Slot()
    def flush(self) -> None:
        """Send what waits, or try again where nobody would hear it."""
        if self._unsent is None:
            return
        if not self._desk.is_heard:
            self._timer.start()
            return
        body, self._unsent = self._unsent, None
        self._wishes.send(body)
