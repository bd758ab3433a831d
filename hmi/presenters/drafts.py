"""Half-typed text on its way to the engine: there within a second of the key, kept here until the engine has it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from hmi.presenters.desk import Desk, Wishes
from hmi.station.commands import Answer, SaveDraft

SAVE_MS = 400
AGAIN_MS = 2_000
"""How long to wait before a text that was not taken is sent again."""


class Drafts(QObject):
    """Sends the newest text of a step, at most every 400 ms, until it is saved.

    While the engine is away, or nobody or somebody else is signed in, the text waits for whoever typed it.
    """

    def __init__(self, desk: Desk, wishes: Wishes) -> None:
        super().__init__()
        self._desk = desk
        self._wishes = wishes
        self._unsaved: SaveDraft | None = None
        self._person = ""
        self._sent: tuple[str, SaveDraft] | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.flush)
        desk.answered.connect(self._after)

    def keep(self, step_run: str, text: str) -> None:
        """Keep what is typed now at a step; an empty text forgets it."""
        self._unsaved = SaveDraft(step_run=step_run, text=text)
        self._person = self._who() or self._person
        if not self._timer.isActive():
            self._timer.start(SAVE_MS)

    def text_of(self, step_run: str) -> str | None:
        """What this person typed at a step and the engine has not yet; None for nothing."""
        kept = self._unsaved
        is_theirs = self._who() in ("", self._person)
        return kept.text if kept and kept.step_run == step_run and is_theirs else None

    def drop(self) -> None:
        """The number was entered: nothing is half typed any more."""
        self._unsaved = self._sent = None
        self._timer.stop()

    @Slot()
    def flush(self) -> None:
        """Send what waits, or try again where nobody would take it."""
        if self._unsaved is None or self._sent:
            return
        if self._desk.is_heard and self._is_over(self._unsaved):
            self.drop()
        elif self._desk.is_heard and self._who() == self._person:
            self._sent = (self._wishes.send(self._unsaved), self._unsaved)
        else:
            self._timer.start(SAVE_MS)

    def _after(self, answer: Answer) -> None:
        """Saved: let go of it, unless more was typed since. Not saved: it is sent again."""
        if self._sent is None or answer.id != self._sent[0]:
            return
        body, self._sent = self._sent[1], None
        if answer.done and body == self._unsaved:
            self._unsaved = None
        else:
            self._timer.start(SAVE_MS if answer.done else AGAIN_MS)

    def _is_over(self, draft: SaveDraft) -> bool:
        step = self._desk.picture.work.step
        return step is None or step.run != draft.step_run

    def _who(self) -> str:
        person = self._desk.picture.people.signed_in
        return person.id if person else ""
