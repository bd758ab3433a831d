"""Every screen holds touch size, spacing, contrast and whole texts (C01, C05, C18) at both panels, both themes, in a longer
language and with larger text."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication

from resources.themes import DAY, NIGHT
from tests.audit import audit, controls
from tests.hmi.screens.conftest import BIG, SMALL
from tests.hmi.screens.views import VIEWS, built
from widgets.profile import PANEL_12, PANEL_21
from widgets.pseudo import PseudoTranslator
from widgets.theme import Theme

CASES = {
    "small day": (PANEL_12, SMALL, DAY, False, 1.0),
    "small night": (PANEL_12, SMALL, NIGHT, False, 1.0),
    "small pseudo": (PANEL_12, SMALL, DAY, True, 1.0),
    "small 125": (PANEL_12, SMALL, NIGHT, False, 1.25),
    "big day": (PANEL_21, BIG, DAY, False, 1.0),
    "big night": (PANEL_21, BIG, NIGHT, False, 1.0),
    "big pseudo": (PANEL_21, BIG, NIGHT, True, 1.0),
    "big 125": (PANEL_21, BIG, DAY, False, 1.25),
}
MOST_TARGETS = 24


@pytest.mark.timeout(60)  # thirty windows are built and drawn one after the other
@pytest.mark.parametrize("case", list(CASES))
def test_every_screen_is_large_enough_apart_whole_and_readable(qapp, case):
    profile, size, tokens, is_pseudo, scale = CASES[case]
    profile = replace(profile, text_scale=scale)
    translator = PseudoTranslator()
    if is_pseudo:
        QCoreApplication.installTranslator(translator)
    theme = Theme(tokens, profile)
    theme.apply(qapp)
    faults = []
    try:
        for name, view in VIEWS.items():
            window = built(view, theme, size)
            faults += [f"{name}: {finding}" for finding in audit(window, profile, tokens)]
            targets = len(controls(window))
            faults += [f"{name}: {targets} targets"] if targets > MOST_TARGETS + 12 * (size is BIG) else []
            window.deleteLater()
    finally:
        QCoreApplication.removeTranslator(translator)
    assert not faults, "\n".join(faults)
