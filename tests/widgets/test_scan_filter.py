"""A scan never types into a field and never presses a button; a hand's typing passes."""

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget  # noqa: TID251 - a foreign field to type into

from widgets.scan_filter import ScanFilter
from widgets.touch_button import TouchButton

CODES = ["P310-0185", "1234", "WO-24117", "]C1010123456789", "badge:00042", "a b/c+d", "ÄÖ-99"]


class Desk:
    """A field and a button under a filter whose clock the test owns."""

    def __init__(self, qtbot, qapp, theme, **options):
        self.now = 0
        self.page = QWidget()
        qtbot.addWidget(self.page)
        self.field, self.button = QLineEdit(), TouchButton(theme, "Enter")
        column = QVBoxLayout(self.page)
        column.addWidget(self.field)
        column.addWidget(self.button)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.clicks, self.scans, self.broken = [], [], []
        self.button.clicked.connect(lambda: self.clicks.append(1))
        self.filter = ScanFilter(qapp, clock=lambda: self.now, **options)
        self.filter.scanned.connect(self.scans.append)
        self.filter.broken.connect(self.broken.append)

    def type(self, target, text, gaps, end=Qt.Key.Key_Return):
        for character in text:
            self.now += next(gaps)
            QTest.keyClick(target, character) if character.isascii() else QTest.sendKeyEvent(
                QTest.KeyAction.Click, target, Qt.Key.Key_unknown, character, Qt.KeyboardModifier.NoModifier
            )
        if end is not None:
            self.now += next(gaps)
            QTest.keyClick(target, end)


@pytest.fixture
def desk(qtbot, qapp, theme):
    desk = Desk(qtbot, qapp, theme)
    yield desk
    desk.filter.stop()


def gaps(low, high, seed=0):
    chance = random.Random(seed)
    while True:
        yield chance.randint(low, high)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
@pytest.mark.parametrize("where", ["field", "button"])
def test_a_scan_of_any_speed_types_nothing_and_presses_nothing(desk, code, end, where):
    target = getattr(desk, where)
    target.setFocus()
    for seed, (low, high) in enumerate([(2, 2), (2, 35), (10, 20), (35, 35)]):
        desk.now += 1000
        desk.type(target, code, gaps(low, high, seed), end)
    assert desk.scans == [code] * 4
    assert desk.field.text() == ""
    assert not desk.clicks
    assert target.hasFocus()


def test_a_hand_types_into_the_field_and_presses_the_button(desk):
    desk.field.setFocus()
    desk.type(desk.field, "0.032 mm", gaps(80, 300), end=None)
    desk.filter.settle()
    assert desk.field.text() == "0.032 mm"
    desk.button.setFocus()
    desk.now += 200
    QTest.keyClick(desk.button, Qt.Key.Key_Return)
    assert desk.clicks == [1]
    assert desk.scans == desk.broken == []


def test_a_hand_that_rolls_two_keys_still_types_both(desk):
    desk.field.setFocus()
    desk.type(desk.field, "ab", gaps(10, 10), end=None)
    desk.filter.settle()
    assert desk.field.text() == "ab"


def test_a_held_key_goes_on_by_itself(desk, qtbot):
    desk.field.setFocus()
    desk.type(desk.field, "7", gaps(100, 100), end=None)
    assert desk.field.text() == ""
    qtbot.waitUntil(lambda: desk.field.text() == "7")


def test_a_scan_that_stutters_is_still_one_scan(desk):
    desk.field.setFocus()
    desk.type(desk.field, "P310-0185", iter([2, 2, 2, 2, 2, 90, 2, 110, 2, 2]))
    assert desk.scans == ["P310-0185"]
    assert desk.field.text() == ""


def test_a_scan_that_never_ends_is_told_and_types_nothing(desk):
    desk.field.setFocus()
    desk.type(desk.field, "P310-01", gaps(5, 5), end=None)
    desk.filter.settle()
    assert desk.broken == ["P310-01"]
    assert desk.field.text() == ""


def test_two_scans_in_a_row_are_two(desk):
    desk.type(desk.field, "P310-0185", gaps(3, 3))
    desk.type(desk.field, "P310-0186", gaps(3, 3))
    assert desk.scans == ["P310-0185", "P310-0186"]


def test_prefix_and_suffix_are_taken_off_and_a_scan_without_them_is_told(qtbot, qapp, theme):
    desk = Desk(qtbot, qapp, theme, prefix="~", suffix="#")
    desk.type(desk.field, "~P310#", gaps(3, 3))
    desk.now += 500
    desk.type(desk.field, "P310", gaps(3, 3))
    desk.filter.stop()
    assert desk.scans == ["P310"]
    assert desk.broken == ["P310"]
