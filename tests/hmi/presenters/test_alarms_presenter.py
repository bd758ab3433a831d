"""The alarms page in words, and what a link makes a person know."""

from dataclasses import replace

from hmi.presenters.alarm_line import present_alarms, present_calm
from hmi.presenters.alarms import present_notices, present_rows, present_summary, present_way
from hmi.presenters.header import present_header
from hmi.station import topics
from hmi.station.topics import Wants
from resources.words.english import ENGLISH
from tests.hmi.screens import scenes
from tests.hmi.screens.scenes import MINUTE, NOW, PRESS, SCREWDRIVER, stage
from widgets.display import Severity
from widgets.painted_text import BREAK

OIL = replace(scenes.OIL.alarms[0], wants=Wants.ACKNOWLEDGE)
SECURED = topics.RemarkView("not_secured", "anybody can listen", NOW)


def seen(*said):
    made = stage(*said)
    return made.desk.picture, made.clock.moment()


def rows(*alarms, said=()):
    return present_rows(*seen(topics.AlarmsTopic(alarms), *said))


def test_a_row_says_what_it_means_what_to_do_and_that_nobody_has_seen_it():
    (row,) = rows(OIL)
    assert (row.text, row.detail) == ("Press: hydraulic oil is hot", "seals wear · slow down or check the cooler")
    assert (row.age, row.state, row.action, row.reason, row.blinks) == ("3 min", "not acknowledged", "Acknowledge", "", True)


def test_an_alarm_that_somebody_saw_says_who_and_blinks_no_more():
    by = replace(OIL, wants=Wants.NOTHING, acknowledged_at=NOW)
    here, machine = rows(replace(by, acknowledged_by="mk"), replace(by, code="b", acknowledged_by="press"))
    assert (here.state, here.action, here.blinks) == ("seen by M. K.", "", False)
    assert machine.state == "seen by Press"


def test_what_a_machine_did_not_take_is_said_and_can_be_said_again():
    (row,) = rows(replace(OIL, acknowledged_at=NOW, acknowledged_by="mk", told_code="alarm_not_told", told_args=("Press", "no")))
    assert (row.note, row.action, row.blinks) == ("Press did not take it: no.", "Acknowledge", False)


def test_an_alarm_that_is_over_wants_a_confirmation_where_its_machine_does():
    (row,) = rows(replace(OIL, is_active=False, wants=Wants.CONFIRM, acknowledged_at=NOW))
    assert (row.age, row.action) == ("over", "Confirm")


def test_the_alarms_of_a_machine_that_is_away_are_as_it_last_told_them():
    away = replace(PRESS, link_up=False)
    lost = topics.AlarmView("press", "link_down", "high", NOW, args=("Press", "it is off"))
    first, second = rows(lost, OIL, said=(topics.MachinesTopic((away, SCREWDRIVER)),))
    assert (first.note, second.note) == ("", "as it was last told")


def test_nobody_signed_in_closes_the_key_with_the_reason():
    (row,) = rows(OIL, said=(scenes.NOBODY,))
    assert (row.action, row.reason) == ("Acknowledge", "sign in first")


def test_the_summary_counts_what_is_active_and_what_nobody_has_seen():
    picture, _ = seen(topics.AlarmsTopic((OIL, replace(OIL, code="b", is_active=False, acknowledged_at=NOW))))
    assert present_summary(picture) == "1 active · 1 not acknowledged"


def test_the_line_blinks_only_while_nobody_has_seen_its_alarm():
    assert present_alarms(*seen(topics.AlarmsTopic((OIL,)))).blinks
    assert not present_alarms(*seen(topics.AlarmsTopic((replace(OIL, wants=Wants.NOTHING, acknowledged_at=NOW),)))).blinks


def test_a_remark_is_a_notice_apart_from_alarms_with_a_way_to_it():
    clock = topics.RemarkView("clock_off", "63 s ahead", NOW)
    machines = topics.MachinesTopic((replace(PRESS, remarks=(SECURED, clock)), SCREWDRIVER))
    picture, _ = seen(machines, topics.AlarmsTopic())
    assert present_notices(picture) == (
        "Press: the link is not secured · anybody can listen",
        "Press: its clock and ours differ · 63 s ahead",
    )
    assert present_way(picture) == "Notices"
    marked, _ = seen(topics.MachinesTopic((replace(PRESS, remarks=(SECURED,)), SCREWDRIVER)), topics.AlarmsTopic())
    assert present_way(marked) == ""
    quiet, _ = seen(topics.AlarmsTopic())
    assert (present_notices(quiet), present_way(quiet)) == ((), "")


def test_a_link_that_is_not_secured_is_marked_for_good():
    machines = topics.MachinesTopic((PRESS, replace(SCREWDRIVER, remarks=(SECURED,))))
    assert present_header(*seen(machines)).link.below == "not secured"
    assert present_header(*seen()).link.below == ""
    made = stage(machines)
    made.clock.turn(12)
    made.hear(heard_ago=12)
    assert present_header(made.desk.picture, made.clock.moment()).link.below == "not secured"


def test_every_remark_has_its_words():
    from drivers.link import RemarkCode

    assert {f"remark.{code}" for code in RemarkCode} <= set(ENGLISH)


def test_a_drivers_own_remark_is_said_by_its_sentence():
    own = topics.RemarkView("firmware_old", "firmware 2.1 tells no cycle times", NOW - MINUTE)
    picture, _ = seen(topics.MachinesTopic((replace(PRESS, remarks=(own,)),)))
    assert present_notices(picture) == ("Press · firmware 2.1 tells no cycle times",)


def test_an_alarm_that_is_over_and_unseen_waits_quietly_and_the_line_says_so():
    went = replace(OIL, is_active=False)
    (row,) = rows(went)
    assert (row.age, row.state, row.action, row.severity, row.blinks) == (
        "over",
        "not acknowledged",
        "Acknowledge",
        Severity.NORMAL,
        False,
    )
    picture, now = seen(topics.AlarmsTopic((went,)))
    assert present_alarms(picture, now) is None
    assert present_calm(picture) == "No alarms now · 1 over, not acknowledged"
    assert present_way(picture) == "Show"


def test_the_line_counts_only_what_stands():
    picture, now = seen(topics.AlarmsTopic((OIL, replace(OIL, code="b", is_active=False))))
    assert present_alarms(picture, now).more == ""


def test_an_alarm_without_words_shows_its_code_whatever_letters_it_has():
    (row,) = rows(replace(OIL, code="@nsu=urn:cell;s={0}{Guard", text=""))
    assert row.text.replace(BREAK, "") == "@nsu=urn:cell;s={0}{Guard"


def test_a_word_without_end_may_go_on_in_the_next_line_and_no_other_is_broken():
    (row,) = rows(replace(OIL, text="Hydraulikdruckspeicher " + "W" * 60))
    assert "Hydraulikdruckspeicher" in row.text
    assert max(map(len, row.text.replace(BREAK, " ").split())) < 25
