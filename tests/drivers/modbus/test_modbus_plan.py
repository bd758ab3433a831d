"""The planner against every possible plan, and the beat of the polls."""

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.modbus.address import place
from drivers.modbus.plan import REQUEST_COST, plan
from drivers.modbus.rounds import Rounds
from drivers.tag import DataType, Role, Tag

LIMIT = 60


def registers(kinds_at):
    return [place("press", Tag(f"t{i}", f"holding:{at}", DataType(kind), Role.SIGNAL)) for i, (kind, at) in enumerate(kinds_at)]


wide = st.tuples(st.sampled_from(["uint16", "int32", "float64"]), st.integers(0, 300))


def cheapest(places):
    """Try every way to cut the sorted places into runs."""
    if not places:
        return 0
    costs = []
    for count in range(1, len(places) + 1):
        span = max(each.end for each in places[:count]) - places[0].address.number
        if span <= LIMIT:
            costs.append(REQUEST_COST + span + cheapest(places[count:]))
    return min(costs)


@settings(max_examples=60)
@given(st.lists(wide, max_size=9))
def test_no_other_plan_is_cheaper(kinds_at):
    places = registers(kinds_at)
    blocks = plan(places, LIMIT)
    in_order = sorted(places, key=lambda each: (each.address.number, each.end))
    assert sum(REQUEST_COST + block.count for block in blocks) == cheapest(in_order)


@given(st.lists(wide, max_size=40))
def test_every_value_stands_whole_in_one_read_within_the_limit(kinds_at):
    places = registers(kinds_at)
    blocks = plan(places, LIMIT)
    assert sorted(each.tag.name for block in blocks for each in block.places) == sorted(each.tag.name for each in places)
    for block in blocks:
        assert block.count <= LIMIT
        assert all(block.start <= each.address.number and each.end <= block.start + block.count for each in block.places)


def test_a_block_is_no_longer_than_the_device_allows():
    coils = [place("press", Tag(f"c{at}", f"coil:{at}", DataType.BOOL, Role.SIGNAL)) for at in range(100)]
    words = registers([("uint16", at) for at in range(100)])
    for blocks in (plan(coils, 125, 40), plan(words, 40)):
        assert len(blocks) == 3
        assert sum(block.count for block in blocks) == 100
        assert all(block.count <= 40 for block in blocks)


def test_the_6000_bits_of_a_large_device_are_planned_as_few_reads():
    bits = [place("press", Tag(f"b{at}", f"holding:{at // 16}.{at % 16}", DataType.BOOL, Role.SIGNAL)) for at in range(6000)]
    blocks = plan(bits, 125)
    assert (len(blocks), sum(len(block.places) for block in blocks)) == (3, 6000)


def test_tables_are_never_read_together_and_bits_count_as_bits():
    places = [place("press", Tag(f"c{at}", f"coil:{at}", DataType.BOOL, Role.SIGNAL)) for at in (0, 1500)]
    places += [place("press", Tag("r", "input:0", DataType.UINT16, Role.SIGNAL))]
    assert [(block.table, block.start, block.count) for block in plan(places, 125)] == [
        ("coil", 0, 1),
        ("coil", 1500, 1),
        ("input", 0, 1),
    ]


@given(st.lists(st.floats(0.001, 0.4), min_size=5, max_size=50))
def test_beats_never_drift_and_missed_ones_are_not_made_up_for(delays):
    rounds = Rounds({"fast": 0.1, "slow": 1.0}, start=5.0)
    now = 5.0
    for delay in delays:
        due = rounds.take(now)
        assert due or now < rounds.next_at()
        assert rounds.next_at() > now
        beat = (rounds.next_at() - 5.0) / 0.1
        assert abs(beat - round(beat)) < 1e-6
        now = max(now, rounds.next_at()) + (delay if delay > 0.3 else 0)
