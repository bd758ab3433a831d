"""Codes of the core, the engine and the command line as sentences in the screen's language."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication

from hmi.messages import Words
from resources.words.english import ENGLISH
from widgets.painted_text import BREAK

WORD = 10
"""Letters of an endless word that stay together."""
_ENDLESS = re.compile(rf"\S{{{2 * WORD + 5},}}")

translate = QCoreApplication.translate


def say(code: str, args: tuple[str, ...] = ()) -> str:
    """The sentence of `code`; one that is not known shows itself rather than nothing."""
    return say_words(Words(code, args)) if code else ""


def say_words(words: Words) -> str:
    """`words` in the screen's language."""
    source = ENGLISH.get(words.code)
    if source is None:
        return words.code
    try:
        return translate("words", source).format(*words.args)
    except IndexError:
        return translate("words", source)


def breakable(text: str) -> str:
    """A text of a machine or of its settings, in which a word without end may go on in the next line."""
    return _ENDLESS.sub(lambda word: BREAK.join(word[0][at : at + WORD] for at in range(0, len(word[0]), WORD)), text)


def joined(*parts: str) -> str:
    """What belongs on one line, parted by a middle dot; empty parts leave no trace."""
    return " · ".join(part for part in parts if part)
