"""The desk: one wish at a time, pending until answered, refused with words, never sent twice."""

from dataclasses import replace

import pytest

from hmi.presenters.drafts import Drafts
from hmi.station.commands import Answer, ConfirmStep, SaveDraft
from tests.hmi.screens import scenes
from tests.hmi.screens.scenes import stage


@pytest.fixture
def made(qapp):
    return stage()


def test_a_double_tap_is_one_wish(made):
    assert made.desk.ask(ConfirmStep("run-2"), "main_action")
    made.desk.take_answer(Answer("command-1", done=True))
    made.clock.turn(0.2)
    assert not made.desk.ask(ConfirmStep("run-3"), "main_action")
    made.clock.turn(0.3)
    assert made.desk.ask(ConfirmStep("run-3"), "main_action")
    assert len(made.wishes.sent) == 2


def test_a_wish_is_pending_until_its_own_answer(made):
    made.desk.ask(ConfirmStep("run-2"), "main_action")
    made.desk.take_answer(Answer("another", done=True))
    assert made.desk.pending is not None
    made.desk.take_answer(Answer("command-1", done=True))
    assert made.desk.pending is None


def test_a_refusal_is_said_in_words_and_goes_after_ten_seconds(made):
    made.desk.ask(ConfirmStep("run-2"), "main_action")
    made.desk.take_answer(Answer("command-1", done=False, code="order_paused", args=("WO-1",)))
    assert made.desk.notice is not None
    assert made.desk.notice.text == "Order WO-1 is paused. Go on with it first."
    made.clock.turn(11)
    made.desk.tick()
    assert made.desk.notice is None


def test_while_the_engine_is_silent_a_touch_is_refused_with_the_reason_and_not_sent(made):
    made.clock.turn(1.2)
    assert not made.desk.ask(ConfirmStep("run-2"), "main_action")
    assert "recorder is away" in made.desk.notice.text
    assert not made.wishes.sent


def test_a_broken_channel_refuses_at_once_and_says_which_reason(made):
    made.desk.lose_engine("screen.other_version")
    assert not made.desk.ask(ConfirmStep("run-2"), "main_action")
    assert "another version" in made.desk.notice.text


def test_an_outcome_nobody_knows_is_said_as_not_done(made):
    made.desk.ask(ConfirmStep("run-2"), "main_action")
    made.desk.take_answer(Answer("command-1", done=False, known=False))
    assert made.desk.notice.text.startswith("Not done")


def test_a_second_wish_while_one_waits_is_answered_not_swallowed(made):
    made.desk.ask(ConfirmStep("run-2"), "main_action")
    made.clock.turn(0.5)
    assert not made.desk.ask(ConfirmStep("run-2"), "main_action")
    assert made.desk.notice.text.startswith("One moment")


def test_only_the_newest_draft_goes_out_and_waits_while_nobody_hears(made):
    drafts = Drafts(made.desk, made.wishes)
    drafts.keep("run-4", "0.0")
    drafts.keep("run-4", "0.03")
    made.clock.turn(1.2)
    drafts.flush()
    assert not made.wishes.sent
    made.hear()
    drafts.flush()
    assert made.wishes.sent == [SaveDraft("run-4", "0.03")]
    drafts.flush()
    assert len(made.wishes.sent) == 1


def test_a_draft_is_kept_until_it_is_saved_and_sent_again_where_it_was_not(made):
    drafts = Drafts(made.desk, made.wishes)
    drafts.keep("run-4", "0.03")
    drafts.flush()
    made.desk.take_answer(Answer("command-1", done=False, known=False))
    assert drafts.text_of("run-4") == "0.03"
    drafts.flush()
    assert made.wishes.sent == [SaveDraft("run-4", "0.03")] * 2
    made.desk.take_answer(Answer("command-2", done=True))
    assert drafts.text_of("run-4") is None
    drafts.flush()
    assert len(made.wishes.sent) == 2


def test_a_draft_waits_for_the_person_who_typed_it(made):
    drafts = Drafts(made.desk, made.wishes)
    drafts.keep("run-4", "0.03")
    made.tell(scenes.NOBODY)
    drafts.flush()
    assert not made.wishes.sent
    assert drafts.text_of("run-4") == "0.03"
    made.tell(replace(scenes.SIGNED_IN, signed_in=scenes.PEOPLE[1]))
    drafts.flush()
    assert not made.wishes.sent
    assert drafts.text_of("run-4") is None
    made.tell(scenes.SIGNED_IN)
    drafts.flush()
    assert made.wishes.sent == [SaveDraft("run-4", "0.03")]


def test_the_draft_of_a_step_that_is_over_is_let_go(made):
    drafts = Drafts(made.desk, made.wishes)
    drafts.keep("run-3", "0.03")
    drafts.flush()
    assert not made.wishes.sent
    assert drafts.text_of("run-3") is None
