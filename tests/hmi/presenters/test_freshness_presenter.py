"""A value is live only while engine, device and group were heard in time and the heartbeat moves."""

import pytest

from hmi.channel.facts import Pulse, SourceAge
from hmi.presenters.freshness import Hearing, Silence

S = 1_000_000_000
NOW = 1000 * S


def hearing(*, heard=0.1, group=0.1, period=0.1, pulse=0.1, beating=True):
    source = SourceAge("press", NOW - int(heard * S), (("fast", NOW - int(group * S), int(period * S)),), beating)
    return Hearing().hear(Pulse(NOW - int(pulse * S), (source,)))


@pytest.mark.parametrize(
    ("ages", "silence"),
    [
        ({}, Silence.NONE),
        ({"pulse": 0.99}, Silence.NONE),
        ({"pulse": 1.01}, Silence.ENGINE),
        ({"heard": 1.49}, Silence.NONE),
        ({"heard": 1.51}, Silence.DEVICE),
        ({"group": 0.69}, Silence.NONE),
        ({"group": 0.71}, Silence.GROUP),
        ({"group": 1.4, "period": 0.5}, Silence.NONE),
        ({"beating": False}, Silence.PROGRAM),
    ],
)
def test_the_first_source_out_of_its_time_makes_a_value_old(ages, silence):
    assert hearing(**ages).of_group("press", "fast", NOW).silence is silence


def test_what_was_never_heard_has_no_age_and_is_not_live():
    never = Hearing().of_group("press", "fast", NOW)
    assert never.silence is Silence.ENGINE
    assert never.age_ns is None
    assert hearing().of_device("screwdriver", NOW).silence is Silence.DEVICE


def test_a_frozen_program_ages_from_when_its_heartbeat_stood_still():
    heard = hearing(beating=False)
    later = heard.hear(Pulse(NOW + 4 * S, (SourceAge("press", NOW + 4 * S, (), beating=False),)))
    assert later.of_device("press", NOW + 4 * S).age_ns == pytest.approx(4.1 * S)


def test_a_broken_channel_makes_everything_old_at_once_and_a_pulse_heals_it():
    heard = hearing()
    assert not heard.lost().of_device("press", NOW).is_live
    assert heard.lost().hear(Pulse(NOW, (SourceAge("press", NOW, ()),))).of_device("press", NOW).is_live
