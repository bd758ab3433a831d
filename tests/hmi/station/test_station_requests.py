"""What a lead asks: open as soon as it arrived, done by the rules of whoever is at the screen, refused with a reason."""

from dataclasses import replace

import pytest

from hmi.station import commands, topics
from station_db.records import orders as job
from station_db.records.keeping import AnswerState, LeadRequest, RequestAction, RequestAnswer
from station_db.records.production import CountGap, UnseenParts


@pytest.fixture
def running(tell, the_plant):
    """An order under work with an operator at the screen."""
    return tell(steps=(the_plant.confirm, replace(the_plant.runout, number=7)), quantity=2).scan().sign_in().start()


def asked(action=RequestAction.PAUSE_ORDER, subject="WO-1", number=1, **more):
    return LeadRequest(
        id=f"request-{number}",
        station="ST-040",
        action=action,
        subject=subject,
        reason="bearings are wrong",
        asked_by="sb",
        asked_at=1_790_000_000_000_000 + number,
        **more,
    )


def items(story):
    return story.view(topics.RequestsTopic).requests


def answer(story, accept=True, reason="", request="request-1"):
    return story.ask(commands.AnswerRequest(request, accept, reason))


def test_a_request_is_an_item_and_a_record_as_soon_as_it_arrived(running):
    running.learns(asked())
    (item,) = items(running)
    assert (item.action, item.subject, item.reason, item.asked_by) == ("pause_order", "WO-1", "bearings are wrong", "sb")
    assert running.record.one(RequestAnswer) == RequestAnswer(
        id="request-1", action=RequestAction.PAUSE_ORDER, state=AnswerState.OPEN
    )
    assert running.alarm_codes == ["lead_asks"]
    assert running.work.state == "running"


def test_accepting_does_it_by_the_stations_own_rules_with_the_request_as_its_cause(running):
    running.learns(asked(value="no_material"))
    answer(running)
    said = running.record.one(RequestAnswer)
    assert (running.work.state, running.work.pause_reason) == ("interrupted", "no_material")
    assert (said.state, said.answered_by, said.made) == (AnswerState.ACCEPTED, "operator", running.record.one(job.JobResponse).id)
    causes = {type(one.record): one.cause for one in running.record.journal}
    assert (causes[job.JobResponse], causes[RequestAnswer]) == ("request-1", running.answer.id)
    assert (items(running), running.alarm_codes) == ((), [])


def test_going_on_is_asked_and_done_the_same_way(running):
    running.ask(commands.PauseOrder("break"))
    running.learns(asked(RequestAction.RESUME_ORDER))
    answer(running)
    assert running.work.state == "running"


def test_refusing_needs_a_reason_and_changes_nothing_else(running):
    running.learns(asked())
    assert answer(running, accept=False).answer.code == "decision_reason_missing"
    answer(running, accept=False, reason="unit_first")
    said = running.record.one(RequestAnswer)
    assert (said.state, said.reason, running.work.state) == (AnswerState.REFUSED, "unit_first", "running")


def test_what_the_rules_forbid_stays_open_with_the_reason(running):
    running.ask(commands.PauseOrder("break"))
    running.learns(asked())
    assert answer(running).answer.code == "order_paused"
    assert len(items(running)) == 1


def test_an_answer_counts_once(running):
    running.learns(asked())
    answer(running)
    running.ask(commands.ResumeOrder())
    assert answer(running).answer.code == "request_not_open"
    assert running.work.state == "running"


def test_a_withdrawn_request_disappears_and_is_not_answered(running):
    running.learns(asked())
    running.learns(asked(withdrawn=True))
    assert (items(running), running.alarm_codes) == ((), [])
    assert answer(running).answer.code == "request_not_open"


def test_a_request_about_an_order_that_is_not_here_or_over_is_refused_by_the_station_with_the_reason(running):
    running.learns(asked(subject="WO-2", number=1), asked(number=2))
    said = {one.id: one for one in running.record.all(RequestAnswer)}
    assert (said["request-1"].state, said["request-1"].answered_by) == (AnswerState.REFUSED, "station")
    assert said["request-1"].reason == "request_order_not_here"
    running.ask(commands.FinishOrder())
    said = {one.id: one for one in running.record.all(RequestAnswer)}
    assert (said["request-2"].state, said["request-2"].reason) == (AnswerState.REFUSED, "request_order_not_here")
    assert items(running) == ()


def test_open_requests_survive_a_kill_and_answered_ones_do_not_come_back(running):
    running.learns(asked(number=1), asked(RequestAction.RESUME_ORDER, number=2))
    answer(running, accept=False, reason="other", request="request-2")
    running.kill()
    assert [item.id for item in items(running)] == ["request-1"]
    assert running.alarm_codes == ["lead_asks"]
    assert len(running.record.all(RequestAnswer)) == 2


def test_a_request_that_came_down_just_before_a_kill_is_open_at_the_next_start(running):
    running.record.replace_master(asked())
    running.kill()
    assert [item.id for item in items(running)] == ["request-1"]
    assert running.record.one(RequestAnswer).state is AnswerState.OPEN


@pytest.mark.parametrize(("role", "may"), [("operator", True), ("quality", False), ("setter", True), ("lead", True)])
def test_those_who_may_pause_may_answer(running, role, may):
    running.learns(asked())
    running.sign_in(role)
    assert answer(running).answer.done is may


@pytest.fixture
def jumped(tell):
    """A press whose counters somebody set to zero after two parts: a gap nobody can explain."""
    story = tell(orders=False).scan().sign_in().makes(True).makes(True)
    story.press.good = story.press.bad = story.press.cycle = 0
    for _ in range(14):
        story.scan()
    return story


def test_a_count_settled_by_a_lead_is_the_stations_own_settling_in_its_own_time(jumped):
    gap = jumped.record.all(CountGap)[0]
    jumped.learns(asked(RequestAction.SETTLE_COUNT, gap.id, value="3,1"))
    (item,) = items(jumped)
    assert (item.gap_from_at, item.gap_to_at) == (gap.from_at, gap.to_at)
    answer(jumped)
    added = jumped.record.one(UnseenParts)
    assert (added.good, added.bad, jumped.counts.unexplained) == (3, 1, 0)
    assert jumped.record.one(RequestAnswer).made == gap.id


@pytest.mark.parametrize("value", ["", "3", "three,one", "-1,2", "1,2,3", "9999999,1"])
def test_a_count_that_is_no_count_stays_open_with_the_reason(jumped, value):
    jumped.learns(asked(RequestAction.SETTLE_COUNT, jumped.record.all(CountGap)[0].id, value=value))
    assert answer(jumped).answer.code == "count_not_one"
    assert (len(items(jumped)), jumped.record.all(UnseenParts)) == (1, ())


def test_a_gap_somebody_settled_meanwhile_ends_the_request(jumped):
    gap = jumped.record.all(CountGap)[0]
    jumped.learns(asked(RequestAction.SETTLE_COUNT, gap.id, value="3,1"))
    jumped.ask(commands.SettleGap(gap.id, 2, 0, "sheet"))
    said = jumped.record.one(RequestAnswer)
    assert (said.state, said.reason, said.answered_by) == (AnswerState.REFUSED, "gap_not_open", "station")
