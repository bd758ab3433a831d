"""What was typed is what is shown, what is no number says why, and nothing leaves the pad that was not seen."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from widgets.display import PadJudgement, PadQuestion
from widgets.entry import BACKSPACE, MOST_KEYS, SIGN, EntryProblem, NumberEntry
from widgets.number_pad import NumberPad

KEYS = some.lists(some.sampled_from([*"0123456789", ".", ",", "٣", BACKSPACE, SIGN]), max_size=20)


def reference(keys: list[str], mark: str) -> str:
    """The text a person would expect, kept as a list of what is on the display."""
    shown: list[str] = []
    negative = False
    for key in keys:
        if key == BACKSPACE:
            if shown:
                shown.pop()
            else:
                negative = False
        elif key == SIGN:
            negative = not negative
        elif len(shown) + negative <= MOST_KEYS:
            shown.append(mark if key in ".," else str(int(key)))
    return "-" * negative + "".join(shown)


@given(KEYS, some.sampled_from([".", ","]))
def test_any_keys_show_exactly_what_was_typed(keys, mark):
    entry = NumberEntry(mark=mark)
    for key in keys:
        entry = entry.press(key)
    assert entry.text == reference(keys, mark)
    number = re.fullmatch(r"-?\d+(\.\d+)?", entry.text.replace(mark, "."))
    if number and len(entry.text) <= MOST_KEYS:
        assert entry.value == Decimal(number.group())
    else:
        assert entry.value is None
        assert entry.problem is not None


def test_a_second_decimal_mark_is_an_error_that_is_shown():
    entry = NumberEntry("1.2").press(",")
    assert entry.text == "1.2."
    assert entry.problem is EntryProblem.SECOND_MARK
    assert entry.press(BACKSPACE).value == Decimal("1.2")


@pytest.fixture
def pad(qtbot, theme):
    pad = NumberPad(theme, compact=True)
    qtbot.addWidget(pad)
    pad.resize(1150, 520)
    pad.ask(PadQuestion("mm", "Limits 0.000 to 0.050 mm", mark=","))
    pad.show()
    qtbot.waitExposed(pad)
    return pad


def press(pad, touch, name):
    from widgets.touch_button import TouchButton

    [button] = [b for b in pad.findChildren(TouchButton) if b.accessibleName() == name and b.isVisible()]
    touch(button, QPoint(button.width() // 2, button.height() // 2))


def test_touched_keys_type_with_the_mark_of_the_language_and_enter_gives_the_text(pad, touch):
    typed, entered = [], []
    pad.typed.connect(typed.append)
    pad.entered.connect(entered.append)
    for name in ("0", "decimal mark", "0", "3", "2"):
        press(pad, touch, name)
        QTest.qWait(0)
    assert typed[-1] == pad.text()
    press(pad, touch, "Enter")
    assert entered == [pad.text()]


def test_enter_is_closed_with_its_reason_while_nothing_is_typed(pad, touch):
    refused, entered = [], []
    pad.refused.connect(refused.append)
    pad.entered.connect(entered.append)
    press(pad, touch, "Enter")
    assert refused == ["type a number"]
    assert not entered


def test_a_number_above_the_limit_is_asked_about_and_failed_only_by_its_own_button(pad, touch):
    entered, failed = [], []
    pad.entered.connect(entered.append)
    pad.failed.connect(failed.append)
    for key in "0,32":
        pad.press(key)
    pad.show_judgement(PadJudgement("above the limit", "ten times the usual", "outside the limits", "0,32 is right: part fails"))
    press(pad, touch, "Enter")
    assert not entered
    press(pad, touch, "0,32 is right: part fails")
    assert failed == ["0,32"]
    press(pad, touch, "Correct it")
    assert pad.text() == ""


def test_a_new_key_takes_the_old_judgement_away(pad):
    pad.press("9")
    pad.show_judgement(PadJudgement("above the limit", "", "outside the limits", "9 is right"))
    pad.press(BACKSPACE)
    entered = []
    pad.entered.connect(entered.append)
    pad.press("0")
    QTest.keyClick(pad, Qt.Key.Key_Return)
    assert entered == ["0"]


def test_a_usb_keypad_types_too(pad):
    QTest.keyClicks(pad, "0.03")
    QTest.keyClick(pad, Qt.Key.Key_Backspace)
    assert pad.text() == "0,0"


def test_a_draft_comes_back_as_it_was_typed(pad):
    pad.ask(PadQuestion("mm", "", mark=","), "0,0")
    assert pad.text() == "0,0"
