"""Codes of the core, the engine and the command line as sentences in the screen's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from hmi.messages import Words
from resources.words.english import ENGLISH

translate = QCoreApplication.translate


def say(code: str, args: tuple[str, ...] = ()) -> str:
    """The sentence of `code`; one that is not known shows itself rather than nothing."""
    return say_words(Words(code, args)) if code else ""


def say_words(words: Words) -> str:
    """`words` in the screen's language."""
    source = ENGLISH.get(words.code, words.code)
    try:
        return translate("words", source).format(*words.args)
    except IndexError:
        return translate("words", source)


def joined(*parts: str) -> str:
    """What belongs on one line, parted by a middle dot; empty parts leave no trace."""
    return " · ".join(part for part in parts if part)
