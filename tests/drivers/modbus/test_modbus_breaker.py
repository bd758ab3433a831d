"""How much of a shared line one device may take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus.breaker import Breaker

TIMEOUT_S = 0.8


def ask(breaker, now, takes_s):
    """Ask as soon as the device's rest is over; return when that ended and how long it used the line."""
    now = max(now, breaker.rests_until)
    patience_s = breaker.patience_s(now)
    if takes_s is not None and takes_s <= patience_s:
        breaker.answered(takes_s, now + takes_s, too_long_s=max(0.0, takes_s - 0.05))
        return now + takes_s, takes_s
    breaker.silent(patience_s, now + patience_s)
    return now + patience_s, patience_s


@pytest.mark.parametrize("takes_s", [None, 0.3, 0.7, 0.9])
def test_a_slow_or_silent_device_has_less_than_a_tenth_of_the_line(takes_s):
    breaker, now, used = Breaker(TIMEOUT_S), 0.0, 0.0
    while now < 600:
        now, of_line = ask(breaker, now, takes_s)
        used += of_line
    assert used / now < 0.1


@given(st.lists(st.sampled_from([0.002, 0.3, 0.9, None]), max_size=30))
def test_a_device_that_answers_at_once_again_is_heard_within_five_seconds(past):
    """A probe given up holds nobody up here; where it does, `charge` makes the rest longer."""
    breaker, now = Breaker(TIMEOUT_S), 0.0
    for takes_s in past:
        now, _ = ask(breaker, now, None if takes_s == 0.9 else takes_s and min(takes_s, 0.04))
    healed = now
    now, _ = ask(breaker, now, 0.002)
    assert now - healed < 5
    assert not breaker.is_suspect


def test_a_prompt_device_never_rests_and_has_its_whole_timeout():
    breaker, now = Breaker(TIMEOUT_S), 100.0
    for _ in range(50):
        now, _ = ask(breaker, now, 0.02)
        assert breaker.rests_until < now
        assert breaker.patience_s(now) == TIMEOUT_S


def test_what_others_had_to_wait_for_is_paid_too():
    breaker = Breaker(TIMEOUT_S)
    breaker.patience_s(9.9)
    breaker.silent(0.1, 10.0)
    breaker.charge(0.8, 10.8)
    assert breaker.rests_until == pytest.approx(10.8 + 13 * 0.8)


def test_a_device_that_was_long_prompt_may_be_slow_once_and_is_asked_on():
    breaker, now = Breaker(TIMEOUT_S), 0.0
    while now < 30:
        now, _ = ask(breaker, now, 0.02)
    now, _ = ask(breaker, now, 0.75)
    assert breaker.rests_until < now
    now, _ = ask(breaker, now, 0.75)
    assert breaker.rests_until > now + 4


def test_a_device_that_was_prompt_and_is_slow_from_then_on_has_less_than_a_tenth_of_the_line():
    breaker, now, used = Breaker(TIMEOUT_S), 0.0, 0.0
    while now < 60:
        now, _ = ask(breaker, now, 0.02)
    began = now
    while now < began + 100:
        now, of_line = ask(breaker, now, 0.7)
        used += of_line
    assert used / (now - began) < 0.1
