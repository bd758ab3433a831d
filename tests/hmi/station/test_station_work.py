"""An order from its start to its last unit."""

from dataclasses import replace

import pytest

from hmi.station import commands
from hmi.station.topics import CycleTopic, OrdersTopic, PeopleTopic, WorkTopic
from station_db.records.orders import (
    CheckResult,
    JobResponse,
    Permit,
    RoutingSnapshot,
    StepKind,
    StepRun,
    StepSpec,
    Unit,
)
from station_db.records.production import Cycle

ALL_BY_HAND = (StepSpec(1, "serial", StepKind.SCAN_SERIAL, "Serial"), StepSpec(2, "done", StepKind.CONFIRM, "Done"))


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


def test_a_start_freezes_the_routing_and_opens_unit_one_at_its_first_step(tell):
    story = tell().scan().sign_in().start()
    assert (story.work.order, story.work.unit.number, story.step.spec.key) == ("WO-1", 1, "serial")
    assert story.record.one(RoutingSnapshot).id == story.record.one(JobResponse).id
    assert [step.state for step in story.work.steps] == ["open", *["pending"] * 5]
    assert story.work.next_title == "Place housing"


@pytest.mark.parametrize(("order", "code"), [("WO-1", "order_open"), ("WO-2", "other_order_open"), ("WO-9", "order_unknown")])
def test_only_one_order_is_open_at_a_time(tell, order, code):
    story = tell().scan().sign_in().start().start(order)
    assert (story.answer.done, story.answer.code) == (False, code)


def test_an_order_whose_machine_is_not_here_cannot_start_and_says_why(tell, the_plant):
    elsewhere = replace(the_plant.pressing, machine="welder")
    story = tell(steps=(elsewhere,)).sign_in().start()
    assert (story.answer.code, story.answer.args) == ("machine_missing", ("welder",))
    assert [(view.can_start, view.why_not_code) for view in story.view(OrdersTopic).orders] == [(False, "machine_missing")] * 2


def test_the_same_command_twice_changes_nothing_the_second_time_even_after_a_kill(tell):
    story = tell().scan().sign_in().start()
    body = commands.ScanSerial(story.step.run, "SN-0001")
    first = story.ask(body, command="twice").answer
    written = len(story.record.journal)
    assert story.ask(body, command="twice").answer == first
    assert len(story.record.journal) == written
    story.kill()
    assert story.ask(body, command="twice").answer == first


def test_a_step_that_is_not_open_takes_no_answer(tell):
    story = tell().scan().sign_in().start()
    story.ask(commands.JudgeStep(story.step.run, passed=True))
    assert story.answer.code == "step_other_kind"
    story.ask(commands.ConfirmStep("another"))
    assert story.answer.code == "step_not_open"


@pytest.mark.parametrize(("serial", "code"), [("", "serial_empty"), ("SN-1", "serial_pattern"), ("xSN-0001", "serial_pattern")])
def test_a_serial_that_does_not_fit_is_refused(tell, serial, code):
    story = tell().scan().sign_in().start().scans(serial)
    assert (story.answer.code, story.step.spec.key) == (code, "serial")


def test_a_serial_scanned_for_another_unit_is_refused(tell):
    story = tell(steps=ALL_BY_HAND).sign_in().start().scans("SN-0001").confirm()
    assert story.work.unit.number == 2
    assert story.scans("SN-0001").answer.code == "serial_twice"
    assert story.kill().sign_in().scans("SN-0001").answer.code == "serial_twice"


def test_a_broken_pattern_refuses_and_breaks_nothing(tell, the_plant):
    story = tell(steps=(replace(the_plant.scan, pattern="("),)).sign_in().start().scans("SN-0001")
    assert story.answer.code == "serial_pattern"


@pytest.mark.parametrize(
    ("text", "code", "args"),
    [
        ("0,060", "above_limit", ("0.060", "0.050", "mm")),
        ("-0.01", "below_limit", ("-0.010", "0.000", "mm")),
        ("0,2", "ten_times_usual", ("0.200", "mm")),
        ("O.2", "number_not_one", ("O.2",)),
    ],
)
def test_a_value_outside_the_limits_is_refused_with_the_reason(tell, the_plant, text, code, args):
    story = tell(steps=(the_plant.runout,)).sign_in().start().measures(text)
    assert (story.answer.code, story.answer.args) == (code, args)
    assert story.step.entries == (text,)
    assert not story.record.all(CheckResult)


def test_every_entry_is_kept_with_the_result_even_over_a_kill(tell, the_plant):
    story = tell(steps=(the_plant.runout,)).sign_in().start().measures("0,2").kill().sign_in()
    assert story.step.entries == ("0,2",)
    story.measures("0,02")
    result = story.record.one(CheckResult)
    assert (result.value, result.entries, result.verdict, result.actor) == (0.02, ("0,2", "0,02"), "good", "operator")


def test_an_accepted_fail_makes_the_unit_bad_and_opens_the_next(tell, the_plant):
    story = tell(steps=(the_plant.runout,)).sign_in().start().measures("0,06", accept_fail=True)
    assert story.answer.done
    assert story.record.one(CheckResult).verdict == "bad"
    assert (story.work.good, story.work.bad, story.work.unit.number) == (0, 1, 2)
    assert [(unit.state, unit.reason) for unit in story.work.last_units] == [("bad", "unit_bad_check")]
    assert story.step.last_value == 0.06


def test_a_failed_judgement_makes_the_unit_bad(tell):
    story = tell().scan().sign_in().start().reaches("seal").judges(passed=False)
    assert (story.work.bad, story.work.unit.number) == (1, 2)


def test_a_paused_order_takes_no_work_until_it_goes_on(tell):
    story = tell().scan().sign_in().start().ask(commands.PauseOrder("break"))
    assert (story.work.state, story.work.pause_reason) == ("interrupted", "break")
    assert story.scans("SN-0001").answer.code == "order_paused"
    assert story.ask(commands.ResumeOrder()).work.state == "running"
    assert story.scans("SN-0001").answer.done


def test_a_pause_needs_one_of_the_known_reasons(tell):
    assert tell().sign_in().start().ask(commands.PauseOrder("lunch")).answer.code == "pause_reason_unknown"


def test_an_order_finished_early_keeps_what_is_made(tell, the_plant):
    story = tell(steps=ALL_BY_HAND, quantity=3).sign_in().start().scans("SN-0001").confirm().scans("SN-0002")
    story.ask(commands.FinishOrder())
    response = story.record.one(JobResponse)
    assert (response.state, response.good, response.bad) == ("ended", 1, 1)
    assert story.record.newest(Unit).reason == "unit_not_finished"
    assert story.work.order == ""


def test_a_unit_not_begun_is_no_bad_part_when_the_order_is_finished(tell):
    story = tell(steps=ALL_BY_HAND).sign_in().start().ask(commands.FinishOrder())
    assert story.record.one(JobResponse).bad == 0


def test_the_open_unit_called_bad_fails_its_step_and_the_next_begins(tell):
    story = tell(steps=ALL_BY_HAND).sign_in().start()
    story.ask(commands.BadPart(story.work.unit.id, "scratch"))
    assert story.record.all(StepRun)[0].state == "failed"
    assert (story.work.bad, story.work.unit.number) == (1, 2)
    assert story.work.last_units[0].reason == "scratch"


def test_a_finished_unit_called_bad_is_counted_anew(tell):
    story = tell(steps=ALL_BY_HAND).sign_in().start().scans("SN-0001").confirm()
    unit = story.work.last_units[0].id
    story.ask(commands.BadPart(unit, "scratch"))
    assert (story.work.good, story.work.bad) == (0, 1)
    assert story.ask(commands.BadPart(unit, "scratch")).answer.code == "unit_already_bad"
    assert story.ask(commands.BadPart("gone", "scratch")).answer.code == "unit_unknown"
    assert story.ask(commands.BadPart(unit, " ")).answer.code == "reason_missing"


def test_a_draft_is_kept_over_a_kill_and_shown_to_its_person_only(tell, the_plant):
    story = tell(steps=(the_plant.runout,)).sign_in().start().types("0,0")
    assert story.step.draft == "0,0"
    story.kill()
    assert story.step.draft == ""
    assert story.sign_in("setter").step.draft == ""
    assert story.sign_in("operator").step.draft == "0,0"
    story.measures("0,02")
    assert all(not row.text for row in story.record.drafts.values())


def test_without_an_order_the_press_runs_free_and_is_counted(tell):
    story = tell(orders=False).scan().makes(True).makes(False)
    assert (story.counts.good, story.counts.bad, story.counts.cycles) == (1, 1, 2)
    assert story.view(CycleTopic).number == 2
    assert story.work.order == ""


def test_an_input_says_which_pictures_may_have_changed(tell):
    story = tell().scan().sign_in()
    assert story.decision.topics == {PeopleTopic, WorkTopic}
    story.scan()
    assert story.decision.topics == frozenset()
