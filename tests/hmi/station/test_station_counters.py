"""Parts are counted once: over wraps, restarts of the machine, kills of the engine, and jumps nobody can explain."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station_db.records.production import CountGap, Cycle, UnseenParts


def counted(story):
    seen = story.record.all(Cycle)
    unseen = story.record.all(UnseenParts)
    return {
        "cycles": len(seen) + sum(one.cycles for one in unseen),
        "good": sum(one.verdict == "good" for one in seen) + sum(one.good for one in unseen),
        "bad": sum(one.verdict == "bad" for one in seen) + sum(one.bad for one in unseen),
    }


def test_the_first_contact_takes_the_position_and_counts_nothing(tell):
    story = tell(orders=False)
    story.press.good, story.press.cycle = 812, 812
    story.scan()
    assert counted(story)["cycles"] == 0
    assert story.record.positions["press", "cycle"].value == 812


def test_a_part_is_one_cycle_with_its_results(tell):
    story = tell(orders=False).scan().makes(True)
    cycle = story.record.one(Cycle)
    assert (cycle.number, cycle.verdict, cycle.duration_ms, cycle.boot) == (1, "good", 4200, 1)
    assert cycle.ended_at - cycle.started_at == 4_200_000
    assert [(result.name, result.value, result.unit) for result in cycle.results] == [("end_force", 12.5, "kN")]
    assert cycle.job_order is None


def test_a_part_made_while_the_app_was_down_is_counted_once(tell):
    story = tell(orders=False).scan().makes(True)
    story.makes(False, then_scan=False).kill().scan()
    story.kill().scan()
    assert counted(story) == {"cycles": 2, "good": 1, "bad": 1}
    assert not story.record.all(UnseenParts)


def test_several_parts_between_two_scans_are_the_last_as_a_cycle_and_the_others_unseen(tell):
    story = tell(orders=False).scan().makes(True, False, True, False, True)
    assert story.record.one(Cycle).number == 5
    unseen = story.record.one(UnseenParts)
    assert (unseen.cycles, unseen.good, unseen.bad) == (4, 2, 2)


def test_a_sixteen_bit_counter_that_wraps_goes_on(tell):
    story = tell(orders=False)
    story.press.good = story.press.cycle = 65534
    story.scan().makes(True).makes(True).makes(True)
    assert counted(story)["good"] == 3
    assert story.press.cycle == 1
    assert not story.record.all(CountGap)


def test_a_counter_somebody_set_is_a_gap_and_no_parts(tell):
    story = tell(orders=False).scan().makes(True)
    story.press.good = 4000
    for _ in range(12):
        story.scan()
    gap = story.record.one(CountGap)
    assert (gap.counter, gap.old, gap.new) == ("good", 1, 4000)
    assert counted(story)["cycles"] == 1
    story.makes(True)
    assert counted(story) == {"cycles": 2, "good": 2, "bad": 0}
    assert story.counts.unexplained == 1


def test_after_a_restart_under_our_eyes_counting_goes_on_from_zero(tell):
    story = tell(orders=False).scan().makes(True).makes(True).scan(4.0).makes(False, seconds=0.1)
    story.press.restart()
    story.scan().makes(True)
    assert counted(story) == {"cycles": 4, "good": 3, "bad": 1}
    assert not story.record.all(CountGap)


def test_a_restart_in_which_one_more_part_may_have_been_made_is_a_gap(tell):
    story = tell(orders=False).scan().makes(True).scan(4.0)
    story.press.restart()
    story.scan()
    gap = story.record.one(CountGap)
    assert (gap.reason, gap.counter, gap.old, gap.new, gap.counted) == ("restarted_unwatched", "cycle", 1, 0, 0)


def test_counters_that_come_one_by_one_are_waited_for(tell):
    story = tell(orders=False).scan()
    story.pass_time(4.2).press.make(False)
    story.scan(only=["cycle"])
    assert counted(story)["cycles"] == 0
    story.scan(only=["bad", "good", "verdict"])
    assert counted(story) == {"cycles": 1, "good": 0, "bad": 1}


def test_a_machine_with_good_and_bad_only_is_counted_by_them(tell, the_plant):
    from dataclasses import replace

    tags = tuple(tag for tag in the_plant.free_press.tags if tag.name in ("state", "good", "bad"))
    story = tell(orders=False, machines=(replace(the_plant.press, tags=tags),)).scan().makes(True).makes(False).makes(False, True)
    assert counted(story) == {"cycles": 4, "good": 2, "bad": 2}
    assert len(story.record.all(Cycle)) == 2


def test_a_cycle_carries_its_curve(tell):
    from hmi.station.cycles import CompletedCurve

    story = tell(orders=False).scan().pass_time(4.2)
    story.press.make()
    story.scan(curves={1: CompletedCurve("d1", ("x", "y"), ("mm", "kN"), 2, bytes(16), lost=3)})
    cycle = story.record.one(Cycle)
    assert (cycle.curve_digest, cycle.curve_lost) == ("d1", 3)
    assert story.record.curves[cycle.id].data == bytes(16)


# what may happen to a press and its engine, and how long it takes
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("make"), st.booleans()),
        st.just(("scan",)),
        st.just(("restart",)),
        st.just(("restart_keeping_counters",)),
        st.just(("kill",)),
        st.just(("link",)),
    ),
    max_size=25,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=EVENTS, start=st.one_of(st.integers(0, 4), st.integers(65530, 65535), st.integers(0, 65535)))
def test_no_part_is_counted_twice_and_none_is_lost_without_a_gap(tell, events, start):
    """The oracle knows every part; restarts of machine and engine may come together in any order."""
    story = tell(orders=False)
    story.press.good = story.press.cycle = start
    story.scan()
    truth = {"cycles": 0, "good": 0, "bad": 0}
    for event in [*events, ("scan",)]:
        match event:
            case ("make", good):
                story.pass_time(1.0).press.make(good)
                truth["cycles"] += 1
                truth["good" if good else "bad"] += 1
                story.pass_time(0.5)
            case ("scan",):
                story.scan()
            case ("restart",):
                story.press.restart()
                story.pass_time(2.0)
            case ("restart_keeping_counters",):
                story.press.boot += 1
                story.pass_time(2.0)
            case ("kill",):
                story.kill(0.5)
            case ("link",):
                story.link_down().pass_time(3.0).link_up()
    found = counted(story)
    assert all(found[key] <= truth[key] for key in truth)
    if not story.record.all(CountGap):
        assert found == truth


@settings(max_examples=100, deadline=None)
@given(start=st.integers(0, 65535), stretches=st.lists(st.lists(st.booleans(), max_size=6), max_size=6))
def test_with_no_restart_of_the_machine_every_part_is_counted_exactly(tell, start, stretches):
    story = tell(orders=False)
    story.press.good = story.press.cycle = start
    story.scan()
    for stretch in stretches:
        for good in stretch:
            story.pass_time(1.0).press.make(good)
        story.kill(0.2).scan()
    parts = [good for stretch in stretches for good in stretch]
    assert counted(story) == {"cycles": len(parts), "good": sum(parts), "bad": len(parts) - sum(parts)}
    assert not story.record.all(CountGap)


def test_counters_that_are_still_being_told_do_not_become_a_gap_halfway(tell):
    story = tell(orders=False).scan().makes(True)
    story.press.cycle = 4000
    story.scan().pass_time(0.95)
    story.press.make(True)
    story.scan(0.1, only=["good"])
    assert not story.record.all(CountGap)
    story.scan(0.1, only=["cycle"])
    for _ in range(4):
        story.scan()
    assert [gap.counter for gap in story.record.all(CountGap)] == ["cycle"]
    assert counted(story)["cycles"] == 2
