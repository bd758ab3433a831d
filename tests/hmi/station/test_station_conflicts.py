"""The centre changes an order while it runs here: work goes on, a person sees both versions and decides, once."""

import json
from dataclasses import replace

import pytest

from hmi.station import commands, topics
from station_db.records import orders as job
from station_db.records.keeping import ConflictDecision, ConflictKind, OrderConflict
from station_db.records.people import Person
from station_db.records.resume import VanishedOrders

DUE = 1_790_100_000_000_000


@pytest.fixture
def running(tell, the_plant):
    """Two pieces of three steps, the first unit not begun, a lead at the screen."""
    story = tell(steps=(the_plant.confirm, replace(the_plant.runout, number=7)), quantity=3)
    return story.scan().sign_in("lead").start()


def order_of(story, order="WO-1"):
    return next(one for one in story.record.master if type(one) is job.JobOrder and one.id == order)


def says(story, order="WO-1", **changed):
    """The centre has another version of an order."""
    return story.learns(replace(order_of(story, order), **changed))


def items(story):
    return story.view(topics.ConflictsTopic).conflicts


def decide(story, decision, reason="agreed", conflict=None):
    return story.ask(commands.DecideConflict(conflict or items(story)[0].id, decision, reason))


def make_unit(story):
    """One good unit."""
    return story.confirm().measures("0.02")


def test_a_cancelled_order_that_runs_goes_on_and_is_one_visible_item_with_both_versions(running):
    says(running, cancelled=True)
    (item,) = items(running)
    assert (item.kind, item.order, item.ours.is_cancelled, item.theirs.is_cancelled) == ("cancelled", "WO-1", False, True)
    assert running.alarm_codes == ["order_conflict"]
    make_unit(running)
    assert (running.work.good, running.work.state) == (1, "running")
    assert len(items(running)) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quantity": 5}, "quantity"),
        ({"product": "P-450"}, "product"),
        ({"work_master": "P-310@B"}, "work_master"),
        ({"due_at": DUE}, "due_at"),
    ],
)
def test_each_change_of_what_the_order_asks_for_is_an_item(running, changed, field):
    says(running, **changed)
    (item,) = items(running)
    assert item.kind == "changed"
    assert getattr(item.theirs, field) == changed[field] != getattr(item.ours, field)


def test_what_does_not_touch_the_work_is_no_item(running):
    says(running, sequence=9, priority=4)
    says(running, "WO-2", quantity=9)
    assert items(running) == ()


def test_the_running_order_keeps_its_routing_quantity_and_person_whatever_comes_down(running, the_plant):
    master = job.WorkMaster(id="P-310@B", product="P-310", revision="B", steps=(the_plant.pressing,))
    person = next(one for one in running.record.master if type(one) is Person and one.id == "lead")
    before = running.work
    running.learns(master, job.Product(id="P-310", name="Renamed"), replace(person, name="Other", active=False))
    says(running, work_master="P-310@B", quantity=9)
    running.kill()
    assert (running.work.revision, running.work.quantity, running.work.product_name) == (
        before.revision,
        before.quantity,
        before.product_name,
    )
    assert [step.title for step in running.work.steps] == [step.title for step in before.steps]
    running.sign_in("setter")
    assert make_unit(running).work.good == 1


def test_keeping_it_closes_the_item_and_is_a_record_with_name_and_reason(running):
    says(running, cancelled=True)
    decide(running, "keep", "material is cut")
    record = running.record.one(OrderConflict)
    assert (record.decision, record.decided_by, record.reason) == (ConflictDecision.KEEP, "lead", "material is cut")
    assert (items(running), running.alarm_codes, running.work.state) == ((), [], "running")
    says(running, cancelled=True)
    running.kill()
    assert items(running) == ()


def test_following_a_cancelled_order_between_two_units_ends_it_and_what_was_made_stays(running):
    make_unit(running)
    says(running, cancelled=True)
    decide(running, "follow")
    response = running.record.one(job.JobResponse)
    assert (response.state, response.good, response.bad, response.reason) == (job.JobState.ABORTED, 1, 0, "cancelled")
    assert running.work.order == ""


def test_following_in_the_middle_of_a_unit_ends_the_order_with_that_unit_over_a_restart_too(running):
    running.confirm()
    says(running, cancelled=True)
    decide(running, "follow")
    assert (running.work.state, running.work.unit.number) == ("running", 1)
    running.kill().sign_in("lead")
    running.measures("0.02")
    response = running.record.one(job.JobResponse)
    assert (response.state, response.good, response.bad) == (job.JobState.ABORTED, 1, 0)
    assert running.start("WO-2").answer.done


def test_following_a_changed_quantity_makes_it_the_orders_own(running):
    make_unit(running)
    says(running, quantity=2)
    decide(running, "follow")
    assert (running.work.quantity, running.work.state) == (2, "running")
    running.kill().sign_in("lead")
    assert items(running) == ()
    make_unit(running)
    assert running.record.one(job.JobResponse).state is job.JobState.ENDED


def test_a_quantity_that_is_made_already_ends_the_order_as_finished(running):
    make_unit(make_unit(running))
    says(running, quantity=1)
    decide(running, "follow")
    response = running.record.one(job.JobResponse)
    assert (response.state, response.quantity, response.good, response.bad) == (job.JobState.ENDED, 1, 2, 0)


def test_following_another_routing_leaves_the_rest_to_another_order(running):
    says(running, work_master="P-310@B")
    decide(running, "follow")
    assert running.record.one(job.JobResponse).state is job.JobState.ABORTED


def test_a_due_time_that_was_accepted_is_not_asked_again(running):
    says(running, due_at=DUE)
    decide(running, "follow")
    says(running, due_at=DUE, sequence=7)
    running.kill()
    assert items(running) == ()
    says(running, due_at=DUE + 1)
    assert items(running)[0].ours.due_at == DUE


def test_two_people_decide_at_once_and_the_second_hears_that_it_is_decided(running):
    says(running, cancelled=True)
    item = items(running)[0].id
    decide(running, "keep", conflict=item)
    decide(running, "follow", conflict=item)
    assert (running.answer.done, running.answer.code) == (False, "conflict_not_open")
    assert running.work.state == "running"


def test_a_decision_on_a_version_the_centre_changed_again_is_refused(running):
    says(running, quantity=5)
    stale = items(running)[0].id
    says(running, quantity=1)
    decide(running, "follow", conflict=stale)
    assert (running.answer.code, running.work.quantity) == ("conflict_not_open", 3)
    assert (items(running)[0].theirs.quantity, items(running)[0].id != stale) == (1, True)


def test_an_item_whose_difference_is_over_closes_itself_and_says_so(running):
    says(running, cancelled=True)
    says(running, cancelled=False)
    record = running.record.one(OrderConflict)
    assert (record.decided_by, record.reason) == ("station", "over")
    assert (items(running), running.alarm_codes) == ((), [])
    says(running, cancelled=True)
    assert items(running)[0].id != record.id


@pytest.mark.parametrize("restart", [False, True])
def test_what_a_person_let_be_is_asked_again_when_it_was_over_in_between(running, restart):
    says(running, cancelled=True)
    decide(running, "keep")
    says(running, cancelled=False)
    says(running, cancelled=False, sequence=8)
    assert (items(running), len(running.record.all(OrderConflict))) == ((), 2)
    if restart:
        running.kill()
    says(running, cancelled=True)
    assert [item.kind for item in items(running)] == ["cancelled"]


def test_a_second_station_that_comes_back_is_asked_about_again(running):
    running.hears_shared("WO-1", "ST-050")
    decide(running, "keep")
    running.hears_shared("WO-1", "ST-050").hears_shared("WO-1").hears_shared("WO-1")
    assert items(running) == ()
    running.hears_shared("WO-1", "ST-050")
    assert items(running)[0].stations == ("ST-050",)


def test_an_order_that_ends_takes_its_item_with_it(running):
    says(running, cancelled=True)
    running.ask(commands.FinishOrder())
    assert (items(running), running.alarm_codes) == ((), [])
    assert running.record.one(OrderConflict).decision is ConflictDecision.KEEP


@pytest.mark.parametrize(("role", "may"), [("operator", False), ("quality", False), ("setter", True), ("lead", True)])
def test_setters_and_leads_decide(running, role, may):
    says(running, cancelled=True)
    running.sign_in(role)
    assert decide(running, "keep").answer.done is may


@pytest.mark.parametrize(
    ("decision", "reason", "code"), [("maybe", "x", "decision_unknown"), ("keep", "  ", "decision_reason_missing")]
)
def test_a_decision_needs_its_word_and_its_reason(running, decision, reason, code):
    says(running, cancelled=True)
    assert decide(running, decision, reason).answer.code == code
    assert len(items(running)) == 1


def test_what_came_down_while_the_app_was_down_is_an_item_at_the_next_start(running):
    running.record.replace_master(replace(order_of(running), quantity=7))
    running.kill()
    assert items(running)[0].theirs.quantity == 7
    running.kill()
    assert len(items(running)) == len(running.record.all(OrderConflict)) == 1
    assert running.alarm_codes == ["order_conflict"]


def test_an_order_the_centre_does_not_know_any_more_goes_on_as_an_item_and_no_other_starts(running):
    running.learns(VanishedOrders(frozenset({"WO-1", "WO-2"})))
    (item,) = items(running)
    assert (item.kind, item.theirs) == ("vanished", None)
    waiting = next(one for one in running.view(topics.OrdersTopic).orders if one.id == "WO-2")
    assert (waiting.can_start, waiting.why_not_code) == (False, "order_vanished")
    says(running)
    assert items(running) == ()


def test_two_stations_on_one_order_are_an_item_until_the_other_is_done(running):
    running.hears_shared("WO-1", "ST-050")
    (item,) = items(running)
    assert (item.kind, item.stations) == (ConflictKind.SHARED, ("ST-050",))
    running.hears_shared("WO-1", "ST-050")
    assert len(running.record.all(OrderConflict)) == 1
    running.hears_shared("WO-1")
    assert items(running) == ()
    running.hears_shared("WO-1", "ST-050").hears_shared("WO-1", "ST-050", "ST-060")
    assert items(running)[0].stations == ("ST-050", "ST-060")
    running.hears_shared("WO-2", "ST-060")
    assert len(items(running)) == 1


def test_leaving_a_shared_order_to_the_other_ends_it_here(running):
    running.hears_shared("WO-1", "ST-050")
    decide(running, "follow")
    assert running.record.one(job.JobResponse).state is job.JobState.ABORTED


def test_both_a_change_and_a_second_station_wait_side_by_side_and_survive_a_kill(running):
    says(running, quantity=9).hears_shared("WO-1", "ST-050")
    before = items(running)
    assert {item.kind for item in before} == {"changed", "shared"}
    running.kill()
    assert items(running) == before


def test_an_order_started_before_its_due_time_was_kept_is_not_said_to_differ_by_it(running):
    routing = running.record.one(job.RoutingSnapshot)
    running.record.latest[job.RoutingSnapshot, routing.id] = replace(routing, quantity=None, due_at=None)
    running.kill()
    says(running, due_at=DUE)
    assert items(running) == ()


def test_the_record_keeps_both_versions_as_json(running):
    says(running, quantity=5)
    record = running.record.one(OrderConflict)
    assert (json.loads(record.ours)["quantity"], json.loads(record.theirs)["quantity"]) == (3, 5)
