"""Fixtures of the screens: themes that put the application back as it was."""

from collections.abc import Callable
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSize

from resources.themes import DAY, Tokens
from tests.hmi.screens.views import VIEWS, built, window_of
from widgets.profile import PANEL_12, PANEL_21, DisplayProfile
from widgets.theme import Theme

SMALL = QSize(1280, 800)
BIG = QSize(1920, 1080)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """A limit that strikes while a window is being built leaves half of one, and clearing that away can end the process."""
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(30))


@pytest.fixture
def dressed(qapp) -> Callable[..., Theme]:
    """Make a theme and dress the application with it."""

    def dress(tokens: Tokens = DAY, profile: DisplayProfile = PANEL_21) -> Theme:
        theme = Theme(tokens, profile)
        theme.apply(qapp)
        return theme

    return dress


@pytest.fixture
def show(dressed):
    """Build a view's window and let it go afterwards."""
    windows = []

    def build(name: str = "run", *, small: bool = False, tokens: Tokens = DAY):
        theme = dressed(tokens, PANEL_12 if small else PANEL_21)
        window = built(VIEWS[name], theme, SMALL if small else BIG)
        windows.append(window)
        return window

    yield build
    for window in windows:
        shiboken6.delete(window)


@pytest.fixture
def open_window(dressed):
    """A window on a stage of the test's own."""
    windows = []

    def build(made, *, small: bool = False):
        window = window_of(made, dressed(DAY, PANEL_12 if small else PANEL_21), SMALL if small else BIG)
        windows.append(window)
        return window

    yield build
    for window in windows:
        shiboken6.delete(window)
