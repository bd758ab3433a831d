"""A gap is closed by the values' own times: each value once, in order, at our clock, whatever the source's clock says."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import DeviceSetup
from drivers.opcua.arrivals import Arrivals
from drivers.opcua.clock_watch import ClockWatch
from drivers.opcua.gaps import Gaps
from drivers.opcua.groups import groups
from drivers.opcua.notification import Notification
from drivers.opcua.past import past_batches
from drivers.tag import DataType, Role, Tag

SECOND = 1_000_000
SINCE, UNTIL = 1_000 * SECOND, 1_010 * SECOND
HOUR = 3_600 * SECOND

(GROUP,) = groups(
    DeviceSetup(
        "m",
        {},
        tuple(Tag(name, f"nsu=urn:m;s={name}", DataType.UINT16, Role.SIGNAL) for name in "ab"),
        {"normal": 100},
        lambda: (0, 0),
    )
)
A, B = GROUP.nodes


def gap_of(told, first):
    """Return a gap of A alone: last told at `told`, first heard again with the time `first`."""
    gaps = Gaps([GROUP])
    gaps.hear(GROUP, Arrivals([0], [1], [0], [told]))
    gaps.note(SINCE, UNTIL, {A: Notification(A, 9, 0, first)})
    return gaps, gaps.open[0]


def closed(gap, times, ahead=0, node=A):
    told = [Notification(node, number, 0, time) for number, time in enumerate(times)]
    return list(past_batches(GROUP, told, gap, ahead, lambda: (UNTIL, 7)))


@given(
    st.lists(st.integers(-3, 13).map(lambda second: SINCE + second * SECOND), unique=True),
    st.sampled_from([-24 * HOUR, -HOUR, -30 * SECOND, 0, 30 * SECOND, HOUR, 24 * HOUR]),
)
def test_each_value_between_the_last_told_and_the_first_heard_again_comes_once_and_in_order(times, ahead):
    last, first = SINCE - SECOND, UNTIL + SECOND
    _, gap = gap_of(last + ahead, first + ahead)
    batches = closed(gap, [time + ahead for time in times], ahead)
    assert [batch.source_times[0] - ahead for batch in batches] == sorted(time for time in times if last < time <= first)
    assert [batch.at for batch in batches] == sorted({batch.at for batch in batches})
    assert all(batch.is_past and batch.at > SINCE for batch in batches)


def test_what_the_server_held_back_when_the_link_was_lost_is_asked_for_and_comes_after_what_was_told():
    _, gap = gap_of(SINCE - SECOND, UNTIL)
    assert gap.stretch(0) == (SINCE - 3 * SECOND, UNTIL)
    held_back = closed(gap, [SINCE - 300_000, SINCE - 200_000, SINCE + SECOND])
    assert [batch.at for batch in held_back] == [SINCE + 1, SINCE + 2, SINCE + SECOND]


def test_a_clock_that_was_set_within_the_gap_puts_nothing_at_a_wrong_time():
    _, ahead_now = gap_of(SINCE - SECOND, UNTIL + HOUR)
    assert [batch.at for batch in closed(ahead_now, [SINCE + SECOND, UNTIL + HOUR - SECOND], HOUR)] == [UNTIL - SECOND]
    _, behind_now = gap_of(SINCE - SECOND, UNTIL - HOUR)
    assert closed(behind_now, [SINCE + SECOND, UNTIL - HOUR - SECOND], -HOUR) == []


def test_without_times_of_their_own_values_are_asked_for_by_the_servers_clock():
    _, gap = gap_of(None, None)
    assert gap.stretch(HOUR) == (SINCE + HOUR - 2 * SECOND, UNTIL + HOUR)
    assert [batch.at for batch in closed(gap, [SINCE + HOUR + SECOND], HOUR)] == [SINCE + SECOND]


def test_a_gap_stays_open_until_its_values_have_been_read():
    gaps, first = gap_of(SINCE - SECOND, UNTIL)
    gaps.note(UNTIL, UNTIL + SECOND, {})
    assert gaps.open[0] is first
    gaps.closed(first)
    assert [gap.since for gap in gaps.open] == [UNTIL]


def test_values_of_one_time_are_one_scan():
    _, gap = gap_of(SINCE - SECOND, UNTIL)
    told = [Notification(node, 5, 0, SINCE + SECOND) for node in (A, B, B)]
    (batch,) = past_batches(GROUP, told, gap, 0, lambda: (UNTIL, 7))
    assert sorted(batch.tags) == ["a", "b"]


def test_how_far_a_clock_is_off_is_told_by_the_value_that_was_least_on_its_way():
    watch = ClockWatch()
    for delay in (400_000, 100_000, 600_000):
        watch.hear_changes([-30 * SECOND], delay)
    assert watch.ahead_us == -30 * SECOND - 100_000
    assert watch.reason is None
    watch.hear_changes([HOUR], 0)
    assert watch.ahead_us == HOUR


def test_a_server_whose_clock_was_set_says_nothing_of_what_its_values_bore_before():
    watch = ClockWatch()
    watch.hear_server(0, 0)
    watch.hear_changes([0], 300_000)
    assert watch.ahead_us == 0
    watch.hear_server(-HOUR, 0)
    assert watch.ahead_us == -HOUR
