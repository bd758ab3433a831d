"""What the header and the sync page say of the record: calm while it heals, a person called only where one is needed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.presenters.alarm_line import present_alarms
from hmi.presenters.header import present_header
from hmi.presenters.numbers import grouped
from hmi.presenters.safety import present_safety
from hmi.presenters.sync import present_balance, present_page, why_no_export, why_no_retry
from hmi.presenters.sync_needs import unaccounted
from hmi.station import topics
from hmi.station.codes import Code
from resources.words.kinds import TEXTS
from station_db.records.catalogue import KINDS
from tests.hmi.screens import scenes, sync_scenes
from tests.hmi.screens.scenes import NOW, stage
from widgets.display import Severity

CALM = {
    "none": (topics.SyncTopic("none"), "stored here", ""),
    "synced": (sync_scenes.SYNCED, "synced", "12 s ago"),
    "sending": (sync_scenes.sync("sending", waiting=1_204), "sending", "1\u202f204 to go"),
    "offline": (sync_scenes.OFFLINE, "offline since 09:58", "214 safe here"),
    "a month": (sync_scenes.LONG_OFFLINE, "offline for 30 d", "129\u202f996 safe here"),
    "nothing waits": (sync_scenes.sync("offline", offline_since=NOW - 60_000_000), "offline since 10:41", ""),
}
CALLS = {
    "refused": ((sync_scenes.refused("a fork", "Call IT."),), "centre refuses", "214 safe here"),
    "stalled": (sync_scenes.STALLED, "not sent", "214 safe here"),
    "aside": ((sync_scenes.ONE_ASIDE,), "1 set aside", "synced"),
    "backup": ((sync_scenes.BACKUP_FAILS,), "backup fails", "synced"),
    "clock": ((sync_scenes.CLOCK_OFF,), "clock is off", "synced"),
    "count": ((sync_scenes.BROKEN,), "count is wrong", "synced"),
}


def seen(*said):
    made = stage(topics.AlarmsTopic(), *said)
    return made.desk.picture, made.clock.moment()


def chip(*said):
    return present_header(*seen(*said)).sync


def facts(*said):
    return dict(present_page(*seen(*said)).facts)


@pytest.mark.parametrize("name", list(CALM))
def test_the_header_is_calm_while_nobody_has_to_do_anything(name):
    topic, words, below = CALM[name]
    shown = chip(topic)
    assert (shown.strong or shown.plain, shown.below, shown.severity) == (words, below, Severity.NORMAL)
    assert present_page(*seen(topic)).needs == ()


@pytest.mark.parametrize("name", list(CALLS))
def test_a_badge_calls_a_person_and_the_page_says_what_to_do(name):
    said, words, below = CALLS[name]
    shown = chip(*said)
    assert (shown.strong, shown.below) == (words, below)
    assert shown.severity is (Severity.ALARM if name == "count" else Severity.WARNING)
    assert len(present_page(*seen(*said)).needs) == 1


def test_the_worst_of_several_is_in_the_header_and_all_are_on_the_page():
    both = replace(sync_scenes.refused("a fork", "Call IT."), is_clock_suspect=True)
    assert chip(both).strong == "centre refuses"
    refused, clock = present_page(*seen(both)).needs
    assert refused.sentence == "The centre does not take our records: a fork. Call IT."
    assert clock.brief == "clock is off"


def test_a_stall_that_is_over_calls_nobody():
    topic, alarms = sync_scenes.STALLED
    over = topics.AlarmsTopic(tuple(replace(alarm, is_active=False) for alarm in alarms.alarms))
    assert chip(topic, over).severity is Severity.NORMAL


@given(st.tuples(*[st.integers(0, 10**7)] * 3))
def test_a_sum_that_comes_out_is_never_called_wrong(parts):
    sent, waiting, aside = parts
    sync = topics.SyncTopic("offline", waiting, captured=sum(parts), sent=sent, set_aside=aside)
    assert unaccounted(sync) == 0
    assert [int(term.strong.replace("\u202f", "")) for term in present_balance(sync)] == [sum(parts), *parts]


@given(st.integers(-100, 100).filter(bool))
def test_a_sum_that_does_not_come_out_is_an_error_with_its_number(off):
    sync = replace(sync_scenes.SYNCED, captured=sync_scenes.SYNCED.captured + off)
    assert unaccounted(sync) == off


def test_a_wrong_sum_is_said_with_what_to_do_and_no_claim_of_the_centre_stands_beside_it():
    picture, now = seen(sync_scenes.BROKEN)
    (need,) = present_page(picture, now).needs
    assert need.sentence == "The numbers do not add up, by 3. Call IT and keep this computer."
    assert present_safety(picture, now).sentence == "Everything said to be saved is on this disk."


def test_switching_off_is_safe_once_saved_whatever_the_centre_does():
    told = {
        sync_scenes.SYNCED: "It is at the centre too.",
        sync_scenes.DRAINING: "129\u202f996 records are on their way to the centre.",
        sync_scenes.OFFLINE: "214 records go to the centre later, by themselves.",
        sync_scenes.refused("a fork", ""): "214 records wait until the centre takes them.",
    }
    for topic, words in told.items():
        safety = present_safety(*seen(topic))
        assert (safety.is_safe, safety.sentence) == (True, f"Everything said to be saved is on this disk. {words}")


def test_records_that_do_not_get_there_are_not_said_to_be_on_their_way():
    safety = present_safety(*seen(*sync_scenes.STALLED))
    assert safety.sentence.endswith("214 records wait until the centre takes them.")


@pytest.mark.parametrize("code", ["engine.record_failed", "engine.record_behind"])
def test_a_disk_that_takes_no_records_is_not_called_safe(code):
    safety = present_safety(*seen(sync_scenes.OFFLINE, sync_scenes.alarm(code, "disk full")))
    assert (safety.is_safe, safety.title) == (False, "Not everything is saved")
    assert "nothing new is taken" in safety.sentence


def test_an_engine_that_is_away_promises_nothing():
    made = stage(sync_scenes.OFFLINE)
    made.clock.turn(3)
    picture, now = made.desk.picture, made.clock.moment()
    assert not present_safety(picture, now).is_safe
    assert "Next try" not in dict(present_page(picture, now).facts)
    assert present_header(picture, now).sync.plain == "unknown"


def test_a_screen_that_heard_nothing_yet_claims_nothing():
    made = scenes.nothing()
    view = present_page(made.desk.picture, made.clock.moment())
    assert (view.state, view.balance, view.facts) == ("", (), ())
    assert not present_safety(made.desk.picture, made.clock.moment()).is_safe


def test_the_facts_say_why_since_when_and_what_comes_next():
    shown = facts(sync_scenes.OFFLINE)
    assert shown["Why"] == "The centre does not answer. Records are kept here."
    assert shown["Next try"] == "in 23 s, by itself"
    assert shown["Oldest waiting"] == "09:58:00 · 44 min ago"
    assert shown["Curves and signals"] == "31 pieces waiting; records go first"
    assert facts(sync_scenes.LONG_OFFLINE)["Last synced"].startswith("2026-10-22")


@pytest.mark.parametrize(
    ("offset_s", "words"),
    [(0.4, "less than 1 s off"), (-10_800, "3 h 00 min ahead of"), (63, "1 min behind")],
)
def test_how_far_the_clock_is_off_is_said_by_its_direction(offset_s, words):
    assert facts(sync_scenes.sync("synced", clock_offset_us=int(offset_s * 1_000_000)))["This clock"].startswith(words)


def test_a_backup_that_fails_says_how_old_the_last_good_one_is_and_why():
    (need,) = present_page(*seen(sync_scenes.BACKUP_FAILS)).needs
    assert need.sentence.startswith("The last good backup is 4 d 0 h old. The record can't be written: no space left on E:")
    never = replace(sync_scenes.BACKUP_FAILS, backup=replace(sync_scenes.BACKUP_FAILS.backup, at=None))
    assert present_page(*seen(never)).needs[0].sentence.startswith("There is no good backup yet.")
    assert facts(sync_scenes.NO_BACKUP)["Last good backup"] == "none yet"


def test_what_is_set_aside_is_named_in_peoples_words_with_reason_and_age():
    known, _, strange = present_page(*seen(sync_scenes.MANY_ASIDE)).asides[:3]
    assert (known.title, known.age, known.place) == ("Cycle · ours, at the centre", "3 min", "entry 0193b2c4e7:48000")
    assert known.reason == sync_scenes.LONG
    assert strange.title == "weld_spot.1 · ours, at the centre"


def test_more_than_are_listed_are_said_to_be_the_newest():
    assert present_page(*seen(sync_scenes.MANY_ASIDE)).asides_title == "Set aside: the newest 50"
    assert present_page(*seen(sync_scenes.ONE_ASIDE)).asides_title == "Set aside"


def test_every_kind_of_record_has_a_word():
    assert set(TEXTS) == {f"kind.{name}" for name in KINDS}


def test_keys_are_closed_with_their_reason():
    assert why_no_retry(seen(sync_scenes.SYNCED)[0]) == ""
    assert why_no_retry(seen(sync_scenes.SYNCED, scenes.NOBODY)[0]) == "sign in first"
    operator = topics.PeopleTopic(scenes.PEOPLE[0], scenes.PEOPLE, ("RetrySync",))
    assert why_no_export(seen(sync_scenes.ONE_ASIDE, operator)[0]) == "not for your role"
    assert why_no_export(seen(sync_scenes.SYNCED)[0]) == "nothing to export"
    assert why_no_export(seen(sync_scenes.ONE_ASIDE)[0]) == ""


def test_the_engines_own_sentence_of_a_stall_has_cause_consequence_and_action():
    shown = present_alarms(*seen(sync_scenes.alarm(Code.SYNC_STALLED.value)))
    assert shown is not None
    assert shown.text == "The centre answers, but has taken no records for 15 minutes"
    assert shown.detail == "They are safe here. Call IT."


def test_thousands_are_apart_in_no_ones_decimal_mark():
    assert (grouped(999), grouped(1_302_144)) == ("999", "1\u202f302\u202f144")
