"""Whether the clock can be trusted: recorded where it changes, said while it is off, and no duration is spoilt by a step."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.station.topics import AlarmsTopic, SyncTopic
from station_db.records.keeping import ClockCheck

HOUR_S = 3600
DAY_US = 86_400 * 1_000_000
SPANS = (
    ("started_at", "ended_at"),
    ("came_at", "went_at"),
    ("from_at", "to_at"),
    ("asked_at", "ended_at"),
    ("asked_at", "confirmed_at"),
    ("opened_at", "ended_at"),
    ("came_at", "acknowledged_at"),
)
"""Where a record's time begins and ends."""


def checks(story):
    return [entry.record for entry in story.record.journal if isinstance(entry.record, ClockCheck)]


def codes(story):
    return {alarm.code for alarm in story.view(AlarmsTopic).alarms if alarm.is_active}


def is_suspect(story):
    return story.view(SyncTopic).is_clock_suspect


def test_a_clock_that_agrees_is_recorded_once_and_not_suspect(tell):
    story = tell().reads_clock(0.2).reads_clock(0.3).reads_clock(-0.4)
    assert [(check.source, check.suspect) for check in checks(story)] == [("centre", False)]
    assert (story.view(SyncTopic).clock_offset_us, is_suspect(story)) == (-400_000, False)


def test_an_offset_that_moved_by_more_than_a_second_is_recorded(tell):
    story = tell().reads_clock(0.0).reads_clock(0.9).reads_clock(1.1).reads_clock(1.3)
    assert [check.offset_us for check in checks(story)] == [0, 1_100_000]


@pytest.mark.parametrize("off_s", [3 * HOUR_S, -3 * HOUR_S])
def test_a_clock_three_hours_off_is_suspect_said_and_trusted_again_once_it_is_right(tell, off_s):
    story = tell().reads_clock(off_s)
    assert is_suspect(story)
    assert "clock_off" in codes(story)
    assert checks(story)[-1].reason == "differs from the centre"
    story.reads_clock(0.1)
    assert not is_suspect(story)
    assert "clock_off" not in codes(story)


def test_what_is_only_known_roughly_makes_no_clock_suspect(tell):
    assert not is_suspect(tell().reads_clock(2.5, within_s=1.0))
    assert is_suspect(tell().reads_clock(2.5, within_s=0.1))


def test_a_clock_that_was_set_is_suspect_until_the_centre_says_better(tell):
    story = tell().tick(0.25).set_clock(5).tick(0.25)
    assert is_suspect(story)
    assert (checks(story)[-1].source, checks(story)[-1].offset_us) == ("monotonic", -5_000_000)
    assert not is_suspect(story.reads_clock(0.0))


def test_a_clock_that_was_set_is_trusted_again_after_ten_even_minutes(tell):
    story = tell().tick(0.25).set_clock(5).tick(0.25)
    assert is_suspect(story.tick(598))
    assert not is_suspect(story.tick(3))


def test_a_station_that_begins_before_its_last_record_says_so_until_the_clock_passed_it(tell):
    story = tell().scan()
    story.set_clock(-600).kill()
    assert is_suspect(story)
    story.tick(0.25)
    assert "clock_behind" in codes(story)
    story.tick(590)
    assert is_suspect(story)
    story.tick(20)
    assert not is_suspect(story)
    assert "clock_behind" not in codes(story)


def test_a_station_before_its_last_record_stays_suspect_when_its_clock_is_set_and_still_is_before_it(tell):
    story = tell().scan()
    story.set_clock(-HOUR_S).kill().tick(0.25)
    story.set_clock(5).tick(0.25)
    assert [check.source for check in checks(story)][-2:] == ["monotonic", "record"]
    story.tick(700)
    assert is_suspect(story)
    assert "clock_behind" in codes(story)
    story.set_clock(HOUR_S).tick(0.25)
    assert checks(story)[-1].source == "monotonic"
    assert not is_suspect(story.tick(601))


def spans_of(record):
    names = {field.name for field in fields(record)}
    for began, ended in SPANS:
        if {began, ended} <= names and getattr(record, began) is not None and getattr(record, ended) is not None:
            yield type(record).__name__, began, getattr(record, ended) - getattr(record, began)


STEPS = st.one_of(
    st.sampled_from([-HOUR_S, HOUR_S]).map(lambda seconds: ("clock", seconds)),
    st.floats(-HOUR_S, HOUR_S).map(lambda seconds: ("clock", seconds)),
    st.floats(0.1, 600).map(lambda seconds: ("time", seconds)),
    st.sampled_from(["part", "part", "kill", "link", "work", "alarm", "person"]).map(lambda what: (what, 0)),
)


def tells(story, what, seconds):
    """One thing that happens at the station."""
    match what:
        case "clock":
            story.set_clock(seconds).tick(0.25)
        case "time":
            story.tick(seconds)
        case "part":
            story.press.permitted_cycle = (story.press.cycle + 1) % 65536
            story.makes(True)
        case "kill":
            story.kill(1.0).link_up().scan()
        case "link":
            story.link_down().tick(2).link_up().scan()
        case "alarm":
            story.press.alarms ^= {"jam"}
            story.scan()
        case "person":
            story.sign_in()
        case "work":
            story.sign_in().start().settle()


@pytest.mark.timeout(20)  # a hundred whole stories
@settings(max_examples=60, deadline=None, derandomize=True)
@given(plot=st.lists(STEPS, max_size=14).filter(lambda plot: sum(what == "clock" for what, _ in plot) <= 8))
def test_however_the_clock_is_set_nothing_lasts_less_than_no_time_or_more_than_a_day(tell, plot):
    story = tell().link_up().scan()
    for what, seconds in plot:
        tells(story, what, seconds)
    lasted = [span for record in story.record.latest.values() for span in spans_of(record)]
    assert [span for span in lasted if not 0 <= span[2] <= DAY_US] == []


@pytest.mark.parametrize("zone_step_s", [HOUR_S, -HOUR_S])
def test_a_clock_that_is_set_by_an_hour_as_summer_time_wrongly_would_leaves_cycles_their_own_length(tell, zone_step_s):
    story = tell(orders=False).link_up().scan().makes(True)
    story.set_clock(zone_step_s).makes(True)
    lengths = {entry.record.duration_ms for entry in story.record.journal if type(entry.record).__name__ == "Cycle"}
    assert lengths == {4200}
