"""Every widget in every state holds the figures of the audit, on both panels, in both themes, at +40 % text and 125 %."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication

from resources.themes import DAY, NIGHT
from tests.audit import audit
from widgets.gallery import PANELS
from widgets.gallery_pages import PAGES
from widgets.pseudo import PseudoTranslator
from widgets.theme import Theme

CASES = [
    (False, DAY, False, 1.0),
    (False, NIGHT, True, 1.0),
    (False, DAY, False, 1.25),
    (True, NIGHT, False, 1.0),
    (True, DAY, True, 1.0),
    (True, NIGHT, False, 1.25),
]


@pytest.mark.parametrize("name", list(PAGES))
@pytest.mark.parametrize(("small", "tokens", "pseudo", "scale"), CASES)
def test_every_widget_is_large_enough_apart_whole_and_readable(qapp, name, small, tokens, pseudo, scale):
    profile, size = PANELS[small]
    profile = replace(profile, text_scale=scale)
    translator = PseudoTranslator()
    if pseudo:
        QCoreApplication.installTranslator(translator)
    theme = Theme(tokens, profile)
    theme.apply(qapp)
    try:
        page = PAGES[name](theme, small)
        page.setFixedSize(size)
        page.grab()
        findings = audit(page, profile, tokens)
    finally:
        QCoreApplication.removeTranslator(translator)
    assert not findings, "\n".join(map(str, findings))
    page.deleteLater()
