"""Cut anywhere and begun again from the record, the station is where it was."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.station import commands, topics

DEEDS = {
    "work": lambda story: story.step and story.work.state == "running" and story.does_step(),
    "wrong number": lambda story: story.step and story.ask(commands.EnterMeasurement(story.step.run, "0,2")),
    "bad number": lambda story: story.step and story.ask(commands.EnterMeasurement(story.step.run, "0,2", accept_fail=True)),
    "bad part": lambda story: story.work.unit and story.ask(commands.BadPart(story.work.unit.id, "scratch")),
    "bad part before": lambda story: (
        story.work.last_units and story.ask(commands.BadPart(story.work.last_units[0].id, "scratch"))
    ),
    "pause": lambda story: story.ask(commands.PauseOrder("break")),
    "go on": lambda story: story.ask(commands.ResumeOrder()),
    "finish": lambda story: story.ask(commands.FinishOrder()),
    "start 1": lambda story: story.start("WO-1"),
    "start 2": lambda story: story.start("WO-2"),
    "type": lambda story: story.step and story.types("0,0"),
    "make": lambda story: story.press.make() and story.pass_time(4.2).scan(),
    "jam": lambda story: (story.press.alarms.add("jam"), story.scan()),
    "cleared": lambda story: (story.press.alarms.clear(), story.scan()),
    "setter": lambda story: story.sign_in("setter"),
    "operator": lambda story: story.sign_in("operator"),
    "scan": lambda story: story.settle(),
}
DRAWN = set(topics.TOPICS.values()) - {topics.MachinesTopic, topics.TimelineTopic}
"""A cut leaves a time in which the machine is unknown: its state began anew, rightly."""


def without_old_permit(work):
    """A permit given before a pause may be void after a silence, and is asked anew only when the order goes on."""
    if work.state != "interrupted" or work.step is None:
        return work
    return replace(work, step=replace(work.step, machine_wait_code="", machine_wait_args=()))


def picture(story):
    story.sign_in("operator").settle()
    seen = {topic: view for topic, view in story.views().items() if topic in DRAWN}
    seen[topics.WorkTopic] = without_old_permit(seen[topics.WorkTopic])
    machine = story.machine
    return seen, (machine.state, machine.link_up, machine.last_cycle, machine.permit_required)


@settings(max_examples=60, deadline=None)
@given(deeds=st.lists(st.sampled_from(["work", "work", "work", *DEEDS]), max_size=25), quantity=st.integers(1, 3))
def test_a_cut_anywhere_changes_nothing_a_person_sees(tell, deeds, quantity):
    story = tell(quantity=quantity).scan().sign_in().start().settle()
    for deed in deeds:
        DEEDS[deed](story)
    before = picture(story)
    story.kill(0.5)
    assert picture(story) == before


@settings(max_examples=60, deadline=None)
@given(deeds=st.lists(st.tuples(st.sampled_from(["work", "work", "work", *DEEDS]), st.booleans()), max_size=25))
def test_a_shift_with_cuts_ends_like_one_without(tell, deeds):
    def work_through(*, cuts):
        story = tell(quantity=2).scan().sign_in().start().settle()
        for deed, cut in deeds:
            DEEDS[deed](story)
            if cut and cuts:
                story.kill(0.0).sign_in("operator").settle()
            else:
                story.sign_in("operator").settle()
        return story

    cut, whole = work_through(cuts=True), work_through(cuts=False)
    assert figures(cut) == figures(whole)


def figures(story):
    work = without_old_permit(story.work)
    orders = [(order.id, order.state, order.good, order.bad) for order in story.view(topics.OrdersTopic).orders]
    units = [(unit.number, unit.serial, unit.state, unit.reason) for unit in work.last_units]
    step = work.step and (work.step.spec.key, work.step.entries, work.step.last_value, work.step.machine_wait_code)
    return orders, units, work.state, work.steps, step, story.counts, story.alarm_codes
