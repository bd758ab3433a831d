"""Sixty stations, fifty things that happen to each: whatever their order, nothing is lost, doubled or invented."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.record_machine import RecordMachine

EXAMPLES, STEPS = 20, 50
ALWAYS_THE_SAME = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),  # making a failure smaller takes minutes: python -m tests.faults.long_machine does it
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(240)  # a thousand steps, each with the whole store and centre behind it
@pytest.mark.parametrize("line", ["first", "second", "third"])
def test_whatever_happens_in_whatever_order_the_record_is_what_was_told(line, record_property):
    machine = type(f"{line.title()}Machine", (RecordMachine,), {"steps": 0})
    before = RecordMachine.steps
    run_state_machine_as_test(machine, settings=ALWAYS_THE_SAME)
    steps = RecordMachine.steps - before
    record_property("steps", steps)
    assert steps >= EXAMPLES * STEPS * 0.9, f"only {steps} steps were made"
