"""Shifts: the one that runs now, on the business date it began, also on days of 23 and 25 hours."""

from datetime import UTC, datetime

import pytest

from hmi.station import station
from hmi.station.shifts import current
from hmi.station.topics import StationTopic
from hmi.station.turn import Turn
from station_db.records.people import ShiftOccurrence, ShiftPattern

EVERY_DAY = tuple(range(7))
EARLY = ShiftPattern(id="early", name="Early", start="06:00", minutes=480, weekdays=EVERY_DAY, planned=400)
LATE = ShiftPattern(id="late", name="Late", start="14:00", minutes=480, weekdays=EVERY_DAY, planned=380)
NIGHT = ShiftPattern(id="night", name="Night", start="22:00", minutes=480, weekdays=EVERY_DAY, planned=300)
THREE = (EARLY, LATE, NIGHT)
HOUR_US = 3_600_000_000


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def shift_at(text, patterns=THREE, zone="Europe/Berlin"):
    from hmi.clock import Moment

    return current(patterns, zone, Turn(Moment(utc(text), 0, lambda: "new")))


@pytest.mark.parametrize(
    ("at", "name", "date"),
    [
        ("2026-06-10T04:00:00", "Early", "2026-06-10"),
        ("2026-06-10T12:00:00", "Late", "2026-06-10"),
        ("2026-06-10T19:59:59", "Late", "2026-06-10"),
        ("2026-06-10T20:00:00", "Night", "2026-06-10"),
        ("2026-06-11T03:00:00", "Night", "2026-06-10"),
    ],
)
def test_a_shift_belongs_to_the_date_it_began(at, name, date):
    shift = shift_at(at)
    assert (shift.name, shift.business_date) == (name, date)


@pytest.mark.parametrize(("at", "hours"), [("2026-03-28T22:00:00", 7), ("2026-10-24T22:00:00", 9), ("2026-06-10T22:00:00", 8)])
def test_the_night_of_a_clock_change_is_as_long_as_it_really_is(at, hours):
    shift = shift_at(at)
    assert (shift.name, shift.ended_at - shift.started_at) == ("Night", hours * HOUR_US)


def test_without_patterns_a_calendar_day_counts_and_no_shift_is_shown(tell):
    story = tell(zone="Asia/Kolkata").tick()
    assert story.view(StationTopic).shift is None
    day = story.record.one(ShiftOccurrence)
    assert (day.name, day.ended_at - day.started_at) == ("", 24 * HOUR_US)


def test_the_time_between_two_shifts_ends_where_the_next_begins():
    gap = shift_at("2026-06-10T15:00:00", (EARLY, NIGHT))
    assert (gap.name, gap.ended_at - gap.started_at) == ("", 8 * HOUR_US)


def test_a_new_shift_begins_its_counts_at_zero_and_the_next_part_is_its_own(tell):
    story = tell(orders=False, patterns=THREE).scan().makes(True)
    assert (story.counts.cycles, story.counts.planned, story.view(StationTopic).shift.name) == (1, 380, "Late")
    story.tick(8 * 3600)
    assert (story.counts.cycles, story.view(StationTopic).shift.name) == (0, "Night")
    story.scan().makes(True)
    assert story.counts.cycles == 1
    assert story.kill().counts.cycles == 1


def test_a_clock_set_back_does_not_begin_the_shift_before_again(tell):
    story = tell(patterns=THREE).tick(8 * 3600).set_clock(-4 * 3600).tick(0.1)
    assert story.view(StationTopic).shift.name == "Night"
    assert story.alarm_codes == ["clock_stepped", "machine_silent"][::-1]
    assert len(story.record.all(ShiftOccurrence)) == 2


def test_patterns_that_come_down_take_effect_at_once(tell):
    story = tell()
    story.core, story.decision = station.learn(story.core, THREE, story.now)
    story.record.commit(story.decision.changes, story.wall)
    assert story.view(StationTopic).shift.name == "Late"
    day, late = story.record.all(ShiftOccurrence)
    assert day.ended_at == late.started_at
