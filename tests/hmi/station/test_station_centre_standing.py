"""How the centre stands: since when it is away, and records that wait although it answers."""

from __future__ import annotations

from hmi.station.commands import RetrySync
from hmi.station.decision import Errand
from hmi.station.topics import AlarmsTopic, SyncTopic

MINUTE_S = 60


def codes(story):
    return {alarm.code for alarm in story.view(AlarmsTopic).alarms if alarm.is_active}


def test_since_when_the_centre_is_away_is_when_it_was_heard_last(tell):
    story = tell().hears_centre("synced")
    heard_at = story.wall
    story.tick(30).hears_centre("offline").tick(30).hears_centre("offline")
    away = story.view(SyncTopic)
    assert (away.offline_since, away.synced_at) == (heard_at, heard_at)
    back = story.hears_centre("synced").view(SyncTopic)
    assert (back.offline_since, back.synced_at) == (None, story.wall)


def test_while_it_sends_the_time_of_the_last_whole_sync_stands(tell):
    story = tell().hears_centre("synced")
    synced_at = story.wall
    assert story.tick(5).hears_centre("sending").view(SyncTopic).synced_at == synced_at


def test_records_that_wait_for_15_minutes_while_the_centre_answers_are_an_alarm_that_clears_itself(tell):
    story = tell()
    stuck = {"oldest_unsent_at": story.wall, "records_here": 1}
    story.hears_centre("sending", **stuck).tick(14 * MINUTE_S)
    assert "sync_stalled" not in codes(story)
    story.tick(2 * MINUTE_S)
    assert "sync_stalled" in codes(story)
    story.hears_centre("synced")
    assert "sync_stalled" not in codes(story)


def test_a_long_outage_that_drains_is_no_alarm_and_one_that_stops_draining_is(tell):
    story = tell()
    month_ago = story.wall - 30 * 86_400 * 1_000_000
    for hour in range(5):
        story.hears_centre("sending", oldest_unsent_at=month_ago + hour, records_here=9).tick(30)
        assert "sync_stalled" not in codes(story)
    story.tick(MINUTE_S)
    assert "sync_stalled" in codes(story)


def test_the_alarm_clears_once_only_young_records_wait(tell):
    story = tell()
    story.hears_centre("sending", oldest_unsent_at=story.wall, records_here=9).tick(16 * MINUTE_S)
    assert "sync_stalled" in codes(story)
    story.hears_centre("sending", oldest_unsent_at=story.wall - MINUTE_S * 1_000_000, records_here=1).tick(1)
    assert "sync_stalled" not in codes(story)


def test_records_that_wait_while_the_centre_is_away_are_no_alarm(tell):
    story = tell()
    story.hears_centre("offline", oldest_unsent_at=story.wall, records_here=1).tick(60 * MINUTE_S)
    assert "sync_stalled" not in codes(story)


def test_a_signed_in_person_may_have_it_tried_now(tell):
    story = tell().sign_in().ask(RetrySync())
    assert (story.answer.done, story.decision.errands) == (True, (Errand.RETRY_SYNC,))


def test_nobody_may_have_it_tried_unless_signed_in(tell):
    story = tell().ask(RetrySync())
    assert (story.answer.code, story.decision.errands) == ("nobody_signed_in", ())
