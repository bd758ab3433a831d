"""A theme for widget tests: the 12.1 inch panel by day."""

import pytest
from PySide6.QtTest import QTest

from resources.themes import DAY
from widgets.profile import PANEL_12
from widgets.theme import Theme


@pytest.fixture
def theme(qapp):
    theme = Theme(DAY, PANEL_12)
    theme.apply(qapp)
    return theme


@pytest.fixture(scope="session")
def finger(qapp):
    return QTest.createTouchDevice()


@pytest.fixture
def touch(finger):
    """Touch a widget from one point to another; `lift` False leaves the finger on it."""

    def touch(widget, start, end=None, *, lift=True):
        QTest.touchEvent(widget, finger, False).press(0, start, widget).commit(False)
        if end is not None:
            QTest.touchEvent(widget, finger, False).move(0, end, widget).commit(False)
        if lift:
            QTest.touchEvent(widget, finger, False).release(0, end or start, widget).commit(False)

    return touch
