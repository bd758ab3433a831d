"""What a working link makes a person know, and values that are gone for good."""

import pytest

from drivers.link import RemarkCode
from drivers.reading import Lost, Remark
from hmi.station.remarks import RECORDED
from station_db.records.equipment import AlarmEvent, LinkGap

SECOND = 1_000_000


def remark(story, code, reason="the sentence", **more):
    return Remark("press", code, reason, story.wall, story.mono, **more)


def lost(story, seconds, **more):
    return Lost("press", "fast", "a queue ran over", story.wall - round(seconds * SECOND), story.wall, story.mono, **more)


def test_a_remark_stands_until_it_is_over_and_a_lost_link_ends_none(tell):
    story = tell().scan()
    story.hears(remark(story, RemarkCode.NOT_SECURED))
    since = story.wall
    assert story.hears(remark(story, RemarkCode.NOT_SECURED)).decision.topics == frozenset()
    story.link_down().pass_time(5).link_up().scan()
    assert [(one.code, one.reason, one.since) for one in story.machine.remarks] == [("not_secured", "the sentence", since)]
    story.hears(remark(story, RemarkCode.NOT_SECURED, is_over=True))
    assert story.machine.remarks == ()


def test_what_nobody_must_know_later_is_no_record(tell):
    story = tell().scan()
    for code in RemarkCode:
        story.hears(remark(story, code))
    assert {event.code for event in story.record.all(AlarmEvent)} == RECORDED
    assert set(RECORDED) <= set(RemarkCode)
    assert story.alarms == ()


def test_a_recorded_remark_comes_once_and_goes(tell):
    story = tell().scan()
    story.hears(remark(story, RemarkCode.CLOCK_OFF, "63 s ahead")).hears(remark(story, RemarkCode.CLOCK_OFF, "64 s ahead"))
    assert [one.reason for one in story.machine.remarks] == ["64 s ahead"]
    story.pass_time(60).hears(remark(story, RemarkCode.CLOCK_OFF, is_over=True))
    (event,) = story.record.all(AlarmEvent)
    assert (event.priority, event.text, event.went_at - event.came_at) == ("low", "63 s ahead", 60 * SECOND)


def test_lost_values_are_one_gap_of_their_time(tell):
    story = tell().scan()
    story.hears(lost(story, 0.5, count=12))
    (gap,) = story.record.all(LinkGap)
    assert (gap.code, gap.reason, gap.to_at - gap.from_at) == ("values_lost", "a queue ran over (12)", 500_000)
    assert story.machine.link_up


def test_values_that_keep_getting_lost_are_one_gap_written_down_now_and_then(tell):
    story = tell().scan()
    began = story.wall
    for _ in range(300):
        story.scan(0.1).hears(lost(story, 0.1)).tick()
    (gap,) = story.record.all(LinkGap)
    assert sum(entry.record.id == gap.id for entry in story.record.journal) <= 4
    for _ in range(12):
        story.scan(1.0).tick()
    (gap,) = story.record.all(LinkGap)
    assert (gap.from_at, gap.to_at) == (began, began + 30 * SECOND)


@pytest.mark.parametrize("pause", [11, 60])
def test_values_lost_later_are_a_gap_of_their_own(tell, pause):
    story = tell().scan()
    story.hears(lost(story, 0.5)).pass_time(pause).hears(lost(story, 0.5))
    assert len(story.record.all(LinkGap)) == 2
