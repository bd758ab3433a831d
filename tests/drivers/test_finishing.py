"""What every driver does last: an impossible value is bad, one that hardly moved is told as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import MachineSetupError
from drivers.finishing import Finishing
from drivers.reading import Batch, Quality
from drivers.tag import DataType, Role, Tag

GOOD, UNCERTAIN, BAD = Quality.GOOD, Quality.UNCERTAIN, Quality.BAD


def tag(name="oil", kind=DataType.FLOAT32, role=Role.PROCESS_VALUE, **more):
    return Tag(name, f"holding:{name}", kind, role, **more)


def batch(values, names=("oil",), qualities=None, *, is_past=False):
    return Batch("press", "normal", names, values, 1, 1000, qualities, is_past=is_past)


def tell(finishing, *values):
    """Tell one value after the other; what a listener hears."""
    return [finishing.finish(batch([value], qualities=None if value is not None else (BAD,))).values[0] for value in values]


def test_a_value_outside_of_its_span_is_bad():
    finishing = Finishing("press", [tag(span=(-40.0, 120.0)), tag("plain")])
    told = finishing.finish(batch([120.5, 1e9], ("oil", "plain")))
    assert (told.values, told.qualities) == ([None, 1e9], (BAD, GOOD))
    told = finishing.finish(batch([120.0, 1.0], ("oil", "plain")))
    assert (told.values, told.qualities) == ([120.0, 1.0], None)


def test_a_value_that_hardly_moved_is_told_as_it_was():
    assert tell(Finishing("press", [tag(deadband=0.5)]), 20.0, 20.4, 20.5, 20.9, 20.1) == [20.0, 20.0, 20.5, 20.5, 20.5]


def test_a_drift_is_never_hidden():
    told = tell(Finishing("press", [tag(deadband=1.0)]), *(at / 10 for at in range(100)))
    assert max(told) == 9.0


@given(st.lists(st.floats(-1000, 1000) | st.none(), min_size=1), st.floats(0.001, 50))
def test_what_is_told_is_never_a_deadband_away_from_what_is(values, deadband):
    told = tell(Finishing("press", [tag(deadband=deadband)]), *values)
    for said, true in zip(told, values, strict=True):
        assert (said is None) == (true is None)
        assert true is None or abs(said - true) < deadband or said == true


def test_a_change_of_quality_is_always_told():
    finishing = Finishing("press", [tag(deadband=5.0)])
    qualities = [(GOOD,), (UNCERTAIN,), (GOOD,), (BAD,), (GOOD,)]
    told = [finishing.finish(batch([None if each == (BAD,) else at], qualities=each)) for at, each in enumerate(qualities)]
    assert [each.values[0] for each in told] == [0, 1, 2, None, 4]
    assert [each.qualities for each in told] == [None, (UNCERTAIN,), None, (BAD,), None]


def test_a_batch_without_such_tags_is_the_same_batch():
    given_batch = batch([1.0])
    assert Finishing("press", [tag()]).finish(given_batch) is given_batch


def test_batches_of_changing_tags_are_each_finished():
    finishing = Finishing("opc", [tag("a", deadband=1.0), tag("b", span=(0.0, 1.0))])
    assert finishing.finish(batch([5.0], ("a",))).values == [5.0]
    assert finishing.finish(batch([2.0, 5.5], ("b", "a"))).values == [None, 5.0]
    assert finishing.finish(batch([5.9], ("a",))).values == [5.0]


def test_history_keeps_its_small_moves_and_moves_nothing_of_the_present():
    finishing = Finishing("opc", [tag(deadband=1.0, span=(0.0, 100.0))])
    tell(finishing, 50.0)
    assert finishing.finish(batch([10.0], is_past=True)).values == [10.0]
    assert finishing.finish(batch([10.2], is_past=True)).values == [10.2]
    assert finishing.finish(batch([500.0], is_past=True)).qualities == (BAD,)
    assert tell(finishing, 50.5) == [50.0]


def test_what_is_read_aside_is_held_to_its_span_but_not_to_the_deadband():
    tags = [tag(deadband=1.0, span=(0.0, 100.0)), tag("name", DataType.STRING)]
    finishing = Finishing("press", tags)
    tell(finishing, 50.0)
    assert finishing.believable(tags, [50.5, "x"]) == [50.5, "x"]
    assert finishing.believable(tags, [100.5, None]) == [None, None]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (tag(kind=DataType.BOOL, deadband=1.0), "only numbers have a span or a deadband, not bool"),
        (tag(kind=DataType.STRING, span=(0.0, 1.0)), "only numbers have a span or a deadband, not string"),
        (tag(span=(5.0, 5.0)), "its span ends at 5, not above its beginning 5"),
        (tag(role=Role.COUNTER, deadband=1.0), "would hide what a counter says"),
        (tag(role=Role.STATE, deadband=1.0), "would hide what a state says"),
        (tag(role=Role.RESULT, deadband=1.0), "would hide what a result says"),
    ],
)
def test_what_can_have_neither_is_named(wrong, why):
    with pytest.raises(MachineSetupError, match=why) as caught:
        Finishing("press", [wrong])
    assert caught.value.tag == "oil"
