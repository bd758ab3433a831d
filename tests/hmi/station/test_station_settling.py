"""What counters can't tell, a person settles: once, with a name, for the shift in which it happened."""

import pytest

from hmi.station import commands, topics
from station_db.records.people import ShiftPattern
from station_db.records.production import CountGap, UnseenParts


@pytest.fixture
def jumped(tell):
    """A press whose three counters somebody set to zero after two parts, seen while an operator is here."""
    story = tell(orders=False).scan().sign_in().makes(True).makes(True)
    story.press.good = story.press.bad = story.press.cycle = 0
    for _ in range(14):
        story.scan()
    return story


def questions(story):
    return story.view(topics.QuestionsTopic).questions


def settle(story, good, bad=0, reason="sheet"):
    return story.ask(commands.SettleGap(questions(story)[0].gap, good, bad, reason))


def test_the_gaps_of_one_scan_are_one_question_with_all_that_is_known(jumped):
    (question,) = questions(jumped)
    jumps = {(jump.counter, jump.old, jump.new) for jump in question.jumps}
    assert jumps == {("good", 2, 0), ("cycle", 2, 0)}
    assert (question.name, question.counted, question.is_now) == ("Press", 0, True)
    assert question.from_at < question.to_at
    assert question.most == 4  # 1.2 s at two parts a second, and the slack
    assert jumped.counts.unexplained == 2


def test_settled_parts_come_on_top_and_the_count_is_exact_again(jumped):
    settle(jumped, 3, 1)
    assert jumped.answer.done
    assert (jumped.counts.good, jumped.counts.bad, jumped.counts.cycles, jumped.counts.unexplained) == (5, 1, 6, 0)
    assert questions(jumped) == ()
    added = jumped.record.one(UnseenParts)
    first = jumped.record.all(CountGap)[0]
    assert (added.good, added.bad, added.cycles, added.reason) == (3, 1, 4, "settled")
    assert (added.from_at, added.to_at) == (first.from_at, first.to_at)


def test_the_gap_keeps_who_settled_it_when_how_many_and_why_beside_what_was_seen(jumped):
    before = jumped.record.all(CountGap)
    settle(jumped, 3, 1)
    after = jumped.record.all(CountGap)
    assert [(gap.counter, gap.old, gap.new) for gap in after] == [(gap.counter, gap.old, gap.new) for gap in before]
    assert {(gap.settled, gap.settled_by, gap.settled_reason) for gap in after} == {(True, "operator", "sheet")}
    assert [(gap.settled_good, gap.settled_bad) for gap in after] == [(3, 1), (0, 0)]
    written = [entry for entry in jumped.record.journal if type(entry.record) is CountGap and entry.record.settled]
    assert {(entry.actor, entry.cause) for entry in written} == {("operator", jumped.answer.id)}


def test_nothing_made_is_an_answer_too(jumped):
    settle(jumped, 0, reason="stood")
    assert jumped.answer.done
    assert not jumped.record.all(UnseenParts)
    assert jumped.counts.unexplained == 0


def test_a_question_is_answered_once(jumped):
    gap = questions(jumped)[0].gap
    settle(jumped, 3)
    jumped.ask(commands.SettleGap(gap, 3, 0, "sheet"))
    assert (jumped.answer.done, jumped.answer.code) == (False, "gap_not_open")
    assert jumped.counts.good == 5


@pytest.mark.parametrize(
    ("good", "bad", "reason", "code"),
    [(-1, 0, "sheet", "count_not_one"), (2_000_000, 0, "sheet", "count_not_one"), (1, 0, "guess", "gap_reason_missing")],
)
def test_what_is_no_answer_is_refused_with_the_reason(jumped, good, bad, reason, code):
    settle(jumped, good, bad, reason)
    assert (jumped.answer.done, jumped.answer.code) == (False, code)
    assert questions(jumped)


def test_a_settled_count_is_the_same_after_a_restart(jumped):
    settle(jumped, 3, 1)
    before = jumped.counts
    jumped.kill(1.0).scan()
    assert jumped.counts == before
    assert questions(jumped) == ()


def test_an_open_question_outlives_restart_and_shift_and_its_parts_stay_in_their_own_shift(tell, the_plant):
    days = tuple(range(7))
    hours = (ShiftPattern(id="early", name="Early", start="06:00", minutes=720, weekdays=days),)
    hours += (ShiftPattern(id="late", name="Late", start="18:00", minutes=720, weekdays=days),)
    story = tell(orders=False, patterns=hours).scan().makes(True)
    story.press.good = story.press.cycle = 0
    for _ in range(14):
        story.scan()
    story.pass_time(4 * 3600).kill().scan().sign_in()
    assert story.counts.unexplained == 0
    assert [question.is_now for question in questions(story)] == [False]
    settle(story, 7)
    assert story.answer.done
    assert story.counts.good == 0
    assert story.record.one(UnseenParts).to_at == story.record.all(CountGap)[0].to_at


def test_a_restart_nobody_watched_is_settled_beside_what_was_counted(tell):
    story = tell(orders=False)
    story.press.good = story.press.cycle = 40
    story.scan().sign_in().makes(True).scan(4.0)
    story.press.restart()
    story.pass_time(60.0)
    story.makes(True, True)
    assert (story.counts.good, story.counts.unexplained) == (3, 1)
    assert [(question.counted, question.most) for question in questions(story)] == [(2, 139)]
    settle(story, 5)
    assert (story.counts.good, story.counts.unexplained) == (8, 0)
