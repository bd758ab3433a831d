"""Every screen holds touch size, spacing, contrast and whole texts (C01, C05, C18) at both panels, both themes, in a longer
language and with larger text."""

from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication

from resources.themes import DAY, NIGHT
from tests.audit import audit, controls, text_contrast
from tests.hmi.screens.conftest import BIG, SMALL
from tests.hmi.screens.views import VIEWS, built, settle
from widgets.profile import PANEL_12, PANEL_21
from widgets.pseudo import PseudoTranslator
from widgets.theme import Theme

PANELS = {"12 inch": (PANEL_12, SMALL), "21 inch": (PANEL_21, BIG)}
HARDEST = (
    "run",
    "run_scan",
    "run_judge",
    "run_nobody",
    "run_offline",
    "number",
    "pin",
    "orders",
    "bad_part",
    "finish",
    "history",
)
MOST_TARGETS = 24


def faults_of(qapp, names, profile, size, *, by_night=False):
    """What is wrong on the screens `names`; colours do not depend on language or size, so one round looks at night too."""
    theme = Theme(DAY, profile)
    theme.apply(qapp)
    faults = []
    for name in names:
        window = built(VIEWS[name], theme, size)
        faults += [f"{name}: {finding}" for finding in audit(window, profile, DAY)]
        if by_night:
            theme.switch(NIGHT)
            settle(window)
            faults += [f"{name} by night: {finding}" for finding in text_contrast(window, NIGHT)]
        if size == SMALL and len(controls(window)) > MOST_TARGETS:
            faults.append(f"{name}: {len(controls(window))} targets")
        shiboken6.delete(window)
        if by_night:
            theme.switch(DAY)
    return faults


@pytest.mark.timeout(60)  # thirty windows are built, drawn and read one after the other
@pytest.mark.parametrize("panel", list(PANELS))
@pytest.mark.parametrize("part", [0, 1])
def test_every_screen_is_large_enough_apart_whole_and_readable(qapp, panel, part):
    faults = faults_of(qapp, list(VIEWS)[part::2], *PANELS[panel], by_night=True)
    assert not faults, "\n".join(faults)


@pytest.mark.timeout(60)  # thirty windows are built, drawn and read one after the other
@pytest.mark.parametrize("panel", list(PANELS))
@pytest.mark.parametrize("part", [0, 1])
def test_every_screen_has_room_for_a_longer_language(qapp, panel, part):
    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    try:
        faults = faults_of(qapp, list(VIEWS)[part::2], *PANELS[panel])
    finally:
        QCoreApplication.removeTranslator(translator)
    assert not faults, "\n".join(faults)


@pytest.mark.timeout(60)  # a dozen windows are built, drawn and read one after the other
@pytest.mark.parametrize("panel", list(PANELS))
def test_the_fullest_screens_have_room_for_larger_text(qapp, panel):
    profile, size = PANELS[panel]
    faults = faults_of(qapp, HARDEST, replace(profile, text_scale=1.25), size)
    assert not faults, "\n".join(faults)
