"""What the OPC UA driver says besides values: told once, told when it is over, and never a gap a scan."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import DeviceSetup
from drivers.link import RemarkCode
from drivers.opcua.arrivals import Arrivals
from drivers.opcua.clock_watch import ClockWatch
from drivers.opcua.groups import groups
from drivers.opcua.limits import Pieces
from drivers.opcua.losses import Losses
from drivers.opcua.standing import Standing
from drivers.tag import DataType, Role, Tag

HOUR = 3_600_000_000
SECOND_NS = 1_000_000_000


class Clock:
    def __init__(self):
        self.seconds = 0

    def __call__(self):
        return self.seconds * 1_000_000, self.seconds * SECOND_NS


def test_a_remark_is_told_once_anew_when_it_changes_and_once_when_it_is_over():
    standing = Standing("m", Clock())
    assert [(each.reason, each.is_over) for each in standing.now(RemarkCode.CLOCK_OFF, "an hour")] == [("an hour", False)]
    assert standing.now(RemarkCode.CLOCK_OFF, "an hour") == []
    assert [each.reason for each in standing.now(RemarkCode.CLOCK_OFF, "a day")] == ["a day"]
    assert [each.is_over for each in standing.now(RemarkCode.CLOCK_OFF, None)] == [True]
    assert standing.now(RemarkCode.CLOCK_OFF, None) == []


def test_a_clock_that_creeps_is_no_news_and_one_that_is_set_right_is_over():
    watch = ClockWatch()
    watch.hear_server(HOUR, 0)
    first = watch.reason
    watch.hear_server(HOUR + 30_000_000, 0)
    assert (first, watch.reason) == (watch.reason, first)
    assert "1 hour ahead of ours" in first
    watch.hear_server(49_000_000, 0)
    assert watch.reason is None


def test_the_times_of_changed_values_are_held_against_ours_by_their_newest():
    watch = ClockWatch()
    watch.hear_changes([None, -5 * HOUR, 10_000_000], 0)
    assert watch.reason is None
    watch.hear_changes([-5 * HOUR, None], 0)
    assert "5 hours behind ours" in watch.reason
    assert watch.ahead_us == -5 * HOUR


def test_values_lost_again_and_again_are_one_gap_at_once_and_one_more_each_five_seconds():
    clock = Clock()
    losses = Losses("m", "fast", clock)
    told = []
    for clock.seconds in range(12):
        told += losses.hear(2 if clock.seconds >= 1 else 0)
    assert [(each.since // 1_000_000, each.at // 1_000_000) for each in told] == [(0, 1), (0, 6), (0, 11)]
    assert losses.hear(0) == []


@given(st.integers(0, 50), st.integers(1, 60))
def test_pieces_cover_a_list_once_and_none_is_too_large(count, most):
    pieces, taken = Pieces(count, most), []
    for piece in pieces:
        taken += list(range(count))[piece]
        assert piece.stop - piece.start <= most
        pieces.taken()
    assert taken == list(range(count))


def test_a_server_may_keep_small_moves_to_itself_only_where_one_number_is_asked_of_a_node():
    def tag(name, **more):
        return Tag(name, f"nsu=urn:m;s={name}", DataType.FLOAT64, Role.SIGNAL, **more)

    tags = (tag("Oil", deadband=0.5, scale=0.1), tag("Force"), tag("Part/A", deadband=1.0), tag("Part/B"))
    (group,) = groups(DeviceSetup("m", {}, tags, {"normal": 100}, lambda: (0, 0)))
    assert group.deadbands == [5.0, 0.0, 0.0]


def test_a_batch_of_reals_is_the_same_at_one_glance_and_one_by_one():
    tags = tuple(Tag(name, f"nsu=urn:m;s={name}", DataType.FLOAT64, Role.SIGNAL) for name in "abc")
    (group,) = groups(DeviceSetup("m", {}, tags, {"normal": 100}, lambda: (0, 0)))
    good = group.batch(Arrivals([0, 2], [1.5, 2.5], [0, 0], [None, 7]), lambda: (1, 2))
    assert (good.tags, list(good.values), good.qualities) == (("a", "c"), [1.5, 2.5], None)
    mixed = group.batch(Arrivals([0, 1, 2], [1.5, float("nan"), "x"], [0, 0, 0], [None] * 3), lambda: (1, 2))
    assert list(mixed.values) == [1.5, None, None]
    assert mixed.qualities is not None
