"""Topics become words and looks: pure functions, one sentence each."""

from dataclasses import replace

import pytest

from hmi.presenters.alarm_line import present_alarms
from hmi.presenters.counts import present_counts
from hmi.presenters.durations import due_time, span
from hmi.presenters.finish import present_finish
from hmi.presenters.header import present_header
from hmi.presenters.history import empty_sentence
from hmi.presenters.orders import present_detail, present_queue
from hmi.presenters.pad import judge_measurement
from hmi.presenters.reasons import bad_reasons
from hmi.presenters.scans import ShowOrder, route_scan
from hmi.presenters.serial import lead_of, why_not_typed
from hmi.presenters.step_card import Act, CardBody, present_step_card
from hmi.presenters.timeline import present_timeline
from hmi.presenters.units import present_units
from hmi.presenters.value import present_value
from hmi.station import topics
from hmi.station.commands import ScanSerial, SignIn
from tests.hmi.screens import scenes
from tests.hmi.screens.scenes import MINUTE, NOW, PRESS, SCREWDRIVER, at, stage, work
from widgets.display import Glyph, Quality, Severity, SpanKind, StepMark, UnitMark

IDLE = replace(PRESS, state="not_executing", packml="Idle", since=NOW - 4 * MINUTE)


def seen(*said):
    made = stage(*said)
    return made.desk.picture, made.clock.moment()


def test_the_header_says_station_state_order_links_person_and_time():
    view = present_header(*seen())
    assert (view.station, view.place) == ("ST-040 Press and screw", "Line 2")
    assert (view.state.glyph, view.state.strong, view.state.plain) == (Glyph.RUN, "Running", "33 min")
    assert (view.order.strong, view.link.plain, view.sync.plain) == ("WO-24117", "Machines live", "synced")
    assert (view.person, view.clock) == ("M. K.", "10:42")


def test_a_machine_blocked_by_the_open_step_says_what_it_waits_for():
    view = present_header(*seen(topics.MachinesTopic((IDLE, SCREWDRIVER))))
    assert (view.state.strong, view.state.plain, view.state.below) == ("Waiting", "4 min", "for: Measure shaft runout")


def test_an_unheard_machine_is_unknown_whatever_it_said_before():
    made = stage()
    made.clock.turn(12)
    made.hear(heard_ago=12)
    view = present_header(made.desk.picture, made.clock.moment())
    assert (view.state.glyph, view.state.strong, view.state.severity) == (Glyph.UNKNOWN, "Unknown", Severity.WARNING)
    assert (view.link.strong, view.link.plain) == ("Press silent", "12 s")


def test_the_alarm_line_names_cause_consequence_action_age_and_the_rest():
    alarm = present_alarms(*seen())
    assert alarm is not None
    assert (alarm.word, alarm.text) == ("High", "Press: hydraulic oil is hot")
    assert (alarm.detail, alarm.age, alarm.more) == ("seals wear · slow down or check the cooler", "3 min", "+1")


def test_an_alarm_of_the_station_itself_is_said_in_words():
    own = topics.AlarmView("press", "machine_silent", "high", NOW, args=("Press",))
    alarm = present_alarms(*seen(topics.AlarmsTopic((own,))))
    assert alarm is not None
    assert alarm.text == "Press does not answer"
    assert alarm.detail.endswith("Check power and cable.")


def test_a_silent_engine_is_the_worst_alarm():
    made = stage()
    made.clock.turn(3)
    alarm = present_alarms(made.desk.picture, made.clock.moment())
    assert alarm is not None
    assert (alarm.severity, alarm.text) == (Severity.ALARM, "The recorder is away")


def test_a_count_the_machine_never_says_is_unknown_and_not_zero():
    good, bad, *_ = present_counts(*seen(replace(scenes.COUNTS, tells_bad=False)))
    assert (good.caption, good.strong) == ("Press: good", "182")
    assert (bad.caption, bad.strong) == ("Press: bad", "–")


def test_no_stop_is_only_said_of_a_machine_that_was_seen():
    assert empty_sentence("stops", was_seen=True) == "No stop in this time."
    assert "unknown" in empty_sentence("stops", was_seen=False)


def test_a_short_timeline_says_no_time_twice():
    seconds = topics.StateSpan("unknown", scenes.NOW - 20_000_000, None)
    station = replace(scenes.STATION, shift=None)
    view = present_timeline(*seen(station, topics.TimelineTopic("press", (seconds,))))
    words = [text for _, text in view.labels]
    assert len(set(words)) == len(words)


def test_the_reasons_of_a_bad_part_are_few_and_fit_any_product():
    keys = [reason.key for reason in bad_reasons()]
    assert keys == ["damaged", "wrong_size", "dirty", "part_missing", "wrong_part", "machine_fault", "test_piece", "other"]


def test_counts_are_exact_until_something_is_unexplained_or_unheard():
    good, bad, plan, order = present_counts(*seen())
    assert (good.strong, good.plain, bad.strong, plan.caption, order.caption) == (
        "182",
        "of 320",
        "2",
        "6 behind plan",
        "WO-24117",
    )
    doubtful, *_ = present_counts(*seen(replace(scenes.COUNTS, unexplained=1)))
    assert (doubtful.strong, doubtful.hatched) == ("≥ 182", True)


def test_the_timeline_balances_and_what_was_not_heard_is_unknown():
    made = stage()
    view = present_timeline(made.desk.picture, made.clock.moment())
    assert view is not None
    assert sum(s.end - s.start for s in view.spans if s.kind is SpanKind.STOPPED) == 22 * 60
    assert sum(s.end - s.start for s in view.spans) == 282 * 60 == view.now
    made.clock.turn(60)
    made.hear(heard_ago=60)
    silent = present_timeline(made.desk.picture, made.clock.moment())
    assert silent is not None
    assert silent.spans[-1].kind is SpanKind.UNKNOWN
    assert silent.spans[-1].end - silent.spans[-1].start == pytest.approx(60)


def test_the_part_of_the_shift_nobody_saw_is_unknown():
    late = topics.TimelineTopic("press", (topics.StateSpan("executing", at("09:00"), None),))
    view = present_timeline(*seen(late))
    assert view is not None
    assert [(s.kind, s.start, s.end) for s in view.spans] == [(SpanKind.UNKNOWN, 0, 3 * 3600), (SpanKind.RAN, 3 * 3600, 282 * 60)]


def test_the_card_names_step_unit_progress_and_the_one_action():
    view = present_step_card(seen()[0])
    assert (view.heading, view.who, view.body) == ("4 of 7 · Measure shaft runout", "you: unit 186", CardBody.NUMBER)
    assert view.progress == (StepMark.DONE,) * 3 + (StepMark.CURRENT,) + (StepMark.OPEN,) * 3
    assert (view.main.act, view.main.text) == (Act.TYPE_NUMBER, "Type the value")
    assert view.note == "Next: Screw the cover"


@pytest.mark.parametrize(
    ("step", "body", "act"),
    [
        (1, CardBody.SCAN, Act.NONE),
        (2, CardBody.READ, Act.CONFIRM),
        (5, CardBody.MACHINE, Act.NONE),
        (6, CardBody.JUDGE, Act.NONE),
        (7, CardBody.READ, Act.CONFIRM),
    ],
)
def test_every_kind_of_step_has_its_own_body(step, body, act):
    view = present_step_card(seen(work(step))[0])
    assert (view.body, view.main.act) == (body, act)


def test_without_a_person_the_next_action_is_to_sign_in():
    assert present_step_card(seen(scenes.NOBODY)[0]).main.act is Act.SIGN_IN


def test_a_machine_that_did_not_confirm_may_be_asked_again():
    opened = replace(work(5).step, machine_wait_code="wait_permit_unknown", machine_wait_args=("Screwdriver",))
    view = present_step_card(seen(replace(work(5), step=opened))[0])
    assert view.main.act is Act.CONFIRM
    assert "Screwdriver" in view.prompt


def test_a_paused_order_offers_to_go_on():
    assert present_step_card(seen(work(4, state="interrupted", pause_reason="break"))[0]).main.act is Act.RESUME


def test_an_order_says_why_it_cannot_start():
    picture, now = seen()
    assert [row.state for row in present_queue(picture, now)] == ["running", "not ready", "not ready"]
    detail = present_detail(picture, "WO-24121", now)
    assert detail is not None
    assert "WO-24117" in detail.why_not


def test_finishing_early_says_what_stays_undone():
    view = present_finish(seen()[0])
    assert ("Not made", "58") in view.rows
    assert "counts as bad" in view.warning


def test_units_are_the_last_twelve_oldest_first_with_the_bad_one_marked():
    units = present_units(seen()[0])
    assert [unit.number for unit in units] == [str(number) for number in range(174, 186)]
    assert [unit.number for unit in units if unit.mark is UnitMark.BAD] == ["181"]


@pytest.mark.parametrize(
    ("text", "badge"),
    [("0.032", ""), ("0,05", ""), ("0.32", "ten times the usual"), ("0.06", "above the limit"), ("1.2.3", ""), ("", "")],
)
def test_the_pad_judges_by_the_limits_and_repairs_nothing(text, badge):
    judged = judge_measurement(work(4).step, text)
    assert (judged.badge, bool(judged.enter_reason), bool(judged.fail_text)) == (badge, bool(badge), bool(badge))


def test_a_value_is_old_with_its_age_and_reason_and_bad_without_a_number():
    made = stage()
    force = PRESS.values[0]
    assert present_value(made.desk.picture, PRESS, force, None, made.clock.mono).quality is Quality.BAD
    made.clock.turn(12)
    made.hear(heard_ago=12)
    shown = present_value(made.desk.picture, PRESS, force, 30.9, made.clock.mono)
    assert (shown.quality, shown.note) == (Quality.STALE, "12 s old · Press does not answer")


def test_a_scan_goes_where_it_is_expected():
    picture, _ = seen(work(1))
    assert route_scan(picture, "H123456") == ScanSerial(step_run="run-1", serial="H123456")
    assert route_scan(picture, "100001") == SignIn(badge="100001")
    assert route_scan(picture, "WO-24121") == ShowOrder("WO-24121")
    assert route_scan(seen(work(4))[0], "H123456") == SignIn(badge="H123456")


def test_a_serial_of_letters_and_digits_can_be_typed_and_others_say_why_not():
    assert (lead_of("H[0-9]{6}"), why_not_typed("H[0-9]{6}")) == ("H", "")
    assert (lead_of(""), why_not_typed("")) == ("", "")
    assert why_not_typed("[A-Z]{3}[0-9]{3}")


@pytest.mark.parametrize(
    ("seconds", "text"), [(-3, "0 s"), (12, "12 s"), (1980, "33 min"), (7500, "2 h 05 min"), (90_000, "1 d 1 h")]
)
def test_spans_are_as_coarse_as_people_say_them(seconds, text):
    assert span(seconds) == text


def test_another_day_is_named():
    assert due_time(at("15:30"), NOW, scenes.ZONE) == "15:30"
    assert due_time(at("15:30") + 24 * 60 * MINUTE, NOW, scenes.ZONE) == "2026-11-22 15:30"
