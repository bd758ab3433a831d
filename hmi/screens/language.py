"""The screen's language: English needs nothing, the others are compiled translations, `pseudo` finds what is not translated."""

from __future__ import annotations

import logging
from importlib import resources

from PySide6.QtCore import QTranslator

from widgets.pseudo import PseudoTranslator

log = logging.getLogger(__name__)


def translator_of(language: str) -> QTranslator | None:
    """What translates into `language`; None for English and for a language that is not here."""
    if language == "en":
        return None
    if language == "pseudo":
        return PseudoTranslator()
    translator = QTranslator()
    if translator.load(str(resources.files("resources").joinpath("translations", f"lineside_{language}.qm"))):
        return translator
    log.warning("there is no translation into %s", language)
    return None
