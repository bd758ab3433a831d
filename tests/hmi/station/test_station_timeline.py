"""The shift's strip: the machine's rhythm is running, a wait is no stop, and no stop is ever hidden."""

from dataclasses import replace

from hmi.station import timeline
from station_db.records.equipment import EquipmentState, ItemState

SECOND = 1_000_000


def drawn(*seen):
    """The spans after states of (packml, seconds) came one after the other; the last one is open."""
    spans, at = (), 0
    for number, (packml, seconds) in enumerate(seen):
        state = ItemState.EXECUTING if packml == "Execute" else ItemState.NOT_EXECUTING
        spans = timeline.follow(
            spans, EquipmentState(id=f"s{number}", machine="press", state=state, packml=packml, started_at=at)
        )
        at += seconds * SECOND
    return [(span.state.value, span.waits, span.ended_at and (span.ended_at - span.started_at) // SECOND) for span in spans]


def test_a_short_wait_between_two_cycles_is_the_rhythm_of_running():
    assert drawn(("Execute", 4), ("Complete", 1), ("Idle", 6), ("Execute", 4)) == [("executing", False, None)]


def test_a_long_wait_is_kept_as_a_wait():
    assert drawn(("Execute", 4), ("Complete", 1), ("Idle", 90), ("Execute", 4)) == [
        ("executing", False, 4),
        ("not_executing", True, 91),
        ("executing", False, None),
    ]


def test_a_stop_of_one_second_is_never_drawn_as_running_nor_as_a_wait():
    for stop in ("Stopped", "Held", "Aborted"):
        assert drawn(("Execute", 4), ("Idle", 2), (stop, 1), ("Idle", 2), ("Execute", 4)) == [
            ("executing", False, 4),
            ("not_executing", True, 2),
            ("not_executing", False, 1),
            ("not_executing", True, 2),
            ("executing", False, None),
        ]


def test_a_state_nobody_can_name_is_not_called_a_wait():
    assert drawn(("", 1)) == [("not_executing", False, None)]


def test_only_what_is_later_than_the_shift_s_start_is_kept():
    spans = timeline.follow((), EquipmentState(id="s", machine="press", state=ItemState.EXECUTING, started_at=0))
    assert timeline.since(spans, 5 * SECOND) == (replace(spans[0], started_at=5 * SECOND),)
