"""Every screen holds touch size, spacing, contrast and whole texts (C01, C05, C18) at both panels, both themes, in a longer
language and with larger text."""

from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget  # noqa: TID251 - the audit walks widgets

from resources.themes import DAY, NIGHT
from tests.audit import audit, controls, text_contrast
from tests.hmi.screens.conftest import BIG, SMALL
from tests.hmi.screens.views import VIEWS, built, settle
from widgets.painted_text import PaintsTexts
from widgets.profile import PANEL_10, PANEL_12, PANEL_21
from widgets.pseudo import PseudoTranslator
from widgets.theme import Theme

PANELS = {"12 inch": (PANEL_12, SMALL), "21 inch": (PANEL_21, BIG)}
HARDEST = (
    "run",
    "run_scan",
    "run_judge",
    "run_nobody",
    "run_offline",
    "run_silent",
    "chart",
    "number",
    "pin",
    "orders",
    "bad_part",
    "finish",
    "history",
)
MOST_TARGETS = 24
LEAST_PLOT_MM = 45
"""A curve lower than this can't be judged by eye."""


def faults_of(window, name, theme, size):
    """What is wrong on one screen as it stands."""
    by = theme.tokens.name
    faults = [f"{name} by {by}: {finding}" for finding in audit(window, theme.profile, theme.tokens)]
    if size == SMALL and len(controls(window)) > MOST_TARGETS:
        faults.append(f"{name}: {len(controls(window))} targets")
    chart = window.run.machine.chart
    if chart.isVisibleTo(window) and (high := chart.plot_rect().height() / theme.profile.px_per_mm) < LEAST_PLOT_MM:
        faults.append(f"{name}: the chart's plot is {high:.0f} mm high, least {LEAST_PLOT_MM}")
    return faults


def faults_by_the_other_light(window, name, theme):
    """Day made night or night day: the colours must hold again, and nothing may have moved, so places need no second look."""
    before = places(window)
    theme.switch(NIGHT if theme.tokens is DAY else DAY)
    settle(window)
    by = theme.tokens.name
    moved = [] if places(window) == before else [f"{name} by {by}: places changed with the theme"]
    return moved + [f"{name} by {by}: {finding}" for finding in text_contrast(window, theme.tokens)]


def places(window):
    """Where every widget lies, and every text a widget paints itself."""
    seen = [child for child in window.findChildren(QWidget) if child.isVisibleTo(window)]
    drawn = [
        (text.text, text.rect.getRect()) for child in seen if isinstance(child, PaintsTexts) for text in child.painted_texts()
    ]
    return [child.geometry().getRect() for child in seen], drawn


def faults_on(qapp, names, profile, size, *, by=DAY, in_both_lights=False):
    """What is wrong on the screens `names`, built one after the other in the light the one before was left in."""
    theme = Theme(by, profile)
    theme.apply(qapp)
    faults = []
    for name in names:
        window = built(VIEWS[name], theme, size)
        faults += faults_of(window, name, theme, size)
        faults += faults_by_the_other_light(window, name, theme) if in_both_lights else []
        shiboken6.delete(window)
    return faults


@pytest.mark.timeout(60)  # thirty windows are built, drawn and read one after the other
@pytest.mark.parametrize("panel", list(PANELS))
@pytest.mark.parametrize("part", [0, 1])
def test_every_screen_is_large_enough_apart_whole_and_readable_by_day_and_night(qapp, panel, part):
    faults = faults_on(qapp, list(VIEWS)[part::2], *PANELS[panel], in_both_lights=True)
    assert not faults, "\n".join(faults)


@pytest.mark.timeout(60)  # thirty windows are built, drawn and read one after the other
@pytest.mark.parametrize("panel", list(PANELS))
@pytest.mark.parametrize("part", [0, 1])
def test_every_screen_has_room_for_a_longer_language(qapp, panel, part):
    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    try:
        faults = faults_on(qapp, list(VIEWS)[part::2], *PANELS[panel], by=NIGHT)
    finally:
        QCoreApplication.removeTranslator(translator)
    assert not faults, "\n".join(faults)


@pytest.mark.timeout(60)  # a dozen windows are built, drawn and read one after the other
@pytest.mark.parametrize("panel", list(PANELS))
def test_the_fullest_screens_have_room_for_larger_text(qapp, panel):
    profile, size = PANELS[panel]
    faults = faults_on(qapp, HARDEST, replace(profile, text_scale=1.25), size)
    assert not faults, "\n".join(faults)


def test_the_work_the_chart_and_the_pad_have_room_on_ten_inches(qapp):
    faults = faults_on(
        qapp, ("run", "run_scan", "run_judge", "run_free", "chart", "number", "pin", "serial", "pause"), PANEL_10, SMALL
    )
    assert not faults, "\n".join(faults)
