"""A text on the screen: plain, never elided, sized by its role."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from widgets.painted_text import text_width, word_width
from widgets.profile import TextRole
from widgets.theme import Theme, restyle


class Label(QLabel):
    """A text of one role; `tone` is `ink`, `second` or `third`. A wrapping one grows in height."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        role: TextRole = TextRole.BODY,
        *,
        tone: str = "ink",
        wraps: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._role = role
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wraps)
        if wraps:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        self.setProperty("tone", tone)
        self._dress()
        self.show_text(text)
        theme.changed.connect(self._dress)

    @property
    def role(self) -> TextRole:
        """What the text is for."""
        return self._role

    def show_text(self, text: str) -> None:
        """Show `text` as it is."""
        if text == self.text():
            return
        self.setText(text)
        self._keep_words_whole()

    def show_tone(self, tone: str) -> None:
        """Change the tone."""
        restyle(self, tone=tone)

    def sizeHint(self) -> QSize:
        """One line where there is room; a wrapping text gives way down to its longest word."""
        if not self.wordWrap():
            return super().sizeHint()
        width = int(text_width(self.font(), self.text())) + 2
        return QSize(width, super().heightForWidth(width))

    def _dress(self) -> None:
        self.setFont(self._theme.font(self._role))
        self._keep_words_whole()

    def _keep_words_whole(self) -> None:
        if self.wordWrap():
            self.setMinimumWidth(int(word_width(self.font(), self.text())) + 1)
