"""A button acts on release inside, once, and says why when it does not."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from widgets.press_guard import BOUNCE_MS, DOUBLE_PRESS_MS, PressGuard
from widgets.touch_button import ButtonKind, TouchButton


@pytest.fixture
def button(qtbot, theme):
    button = TouchButton(theme, "Bad part", ButtonKind.LARGE)
    qtbot.addWidget(button)
    button.setFixedSize(300, 100)
    button.show()
    qtbot.waitExposed(button)
    return button


@pytest.fixture
def clicks(button):
    clicks = []
    button.clicked.connect(lambda: clicks.append("click"))
    return clicks


INSIDE, OUTSIDE = QPoint(150, 50), QPoint(150, 400)


def test_a_touch_that_ends_inside_acts_once(button, clicks, touch):
    touch(button, INSIDE)
    assert clicks == ["click"]


def test_a_touch_does_nothing_before_it_is_lifted(button, clicks, touch):
    touch(button, INSIDE, lift=False)
    assert not clicks
    assert button.isDown()


def test_a_touch_that_slides_off_is_taken_back(button, clicks, touch):
    touch(button, INSIDE, OUTSIDE)
    assert not clicks
    assert not button.isDown()


def test_a_double_press_is_one_wish(button, clicks, touch):
    touch(button, INSIDE)
    touch(button, INSIDE)
    assert clicks == ["click"]


def test_a_press_changes_the_look_at_once(button, touch):
    before = button.grab().toImage()
    touch(button, INSIDE, lift=False)
    assert button.grab().toImage() != before


def test_a_closed_button_refuses_with_its_reason(button, clicks, touch):
    refused = []
    button.refused.connect(refused.append)
    button.set_reason("nobody is signed in")
    touch(button, INSIDE)
    assert refused == ["nobody is signed in"]
    assert not clicks
    assert button.property("disabledReason") == "nobody is signed in"
    assert [text.text for text in button.painted_texts()] == ["Bad part", "nobody is signed in"]


def test_a_button_opened_again_acts(button, clicks, touch):
    button.set_reason("busy")
    button.set_reason("")
    touch(button, INSIDE)
    assert clicks == ["click"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_keyboard_presses_it_too_and_only_once(button, clicks, key):
    button.setFocus()
    QTest.keyClick(button, key)
    QTest.keyClick(button, key)
    assert clicks == ["click"]


def test_focus_is_a_frame_that_is_seen(button):
    button.clearFocus()
    before = button.grab().toImage()
    button.setFocus()
    assert button.hasFocus()
    assert button.grab().toImage() != before


def test_a_text_with_an_ampersand_is_shown_whole(button):
    button.show_text("Nuts & bolts")
    assert button.painted_texts()[0].text == "Nuts & bolts"
    assert button.accessibleName() == "Nuts & bolts"


def test_a_second_press_within_400_ms_is_not_admitted():
    guard = PressGuard(DOUBLE_PRESS_MS)
    assert [guard.admits(at) for at in (0, 399, 400, 401, 800)] == [True, False, True, False, True]


def test_pad_keys_admit_the_same_digit_twice():
    guard = PressGuard(BOUNCE_MS)
    assert [guard.admits(at) for at in (0, 30, 120)] == [True, False, True]


def test_a_button_grows_with_its_words_and_its_reason(button):
    low = button.heightForWidth(120)
    button.show_text("Bad part of a long name")
    higher = button.heightForWidth(120)
    button.set_reason("sign in first: your number is kept")
    assert low < higher < button.heightForWidth(120)
