"""An order from its start to its last unit."""

from hmi.station.topics import OrdersTopic
from station_db.records.orders import CheckResult, JobResponse, Permit, StepRun, Unit
from station_db.records.production import Cycle


def test_an_order_is_worked_step_by_step_and_ends_with_its_last_good_unit(tell):
    story = tell(quantity=2).scan().sign_in().start()
    assert story.answer.done
    while story.work.order:
        story.does_step()
        assert story.answer.done, story.answer

    response = story.record.one(JobResponse)
    assert (response.state, response.good, response.bad) == ("ended", 2, 0)
    assert [unit.state for unit in story.record.all(Unit)] == ["good", "good"]
    assert {step.state for step in story.record.all(StepRun)} == {"done"}
    assert [cycle.permit for cycle in story.record.all(Cycle)] == [permit.id for permit in story.record.all(Permit)]
    assert {permit.state for permit in story.record.all(Permit)} == {"used"}
    assert len(story.record.all(CheckResult)) == 6
    assert [order.state for order in story.view(OrdersTopic).orders] == ["allowed_to_start", "ended"]
    assert story.press.permit_required == 0
