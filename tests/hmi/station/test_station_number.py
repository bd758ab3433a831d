"""A number as a person types it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.station.codes import RefusedError
from hmi.station.number import parse


@given(value=st.decimals(min_value=-10_000, max_value=10_000, places=4), mark=st.sampled_from(".,"))
def test_what_is_typed_with_either_mark_is_the_number(value, mark):
    assert parse(f" {value} ".replace(".", mark)) == float(value)


@given(text=st.text(max_size=12))
def test_any_text_is_a_finite_number_or_refused(text):
    with suppress(RefusedError):
        assert abs(parse(text)) < 1e16


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "number_empty"),
        ("   ", "number_empty"),
        ("1.000,5", "number_two_marks"),
        ("0..02", "number_two_marks"),
        ("abc", "number_not_one"),
        ("1e3", "number_not_one"),
        ("nan", "number_not_one"),
        ("1 000", "number_not_one"),
        ("٣", "number_not_one"),
        (",", "number_not_one"),
        ("-", "number_not_one"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(text, code):
    with pytest.raises(RefusedError) as refusal:
        parse(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "value"), [("0,020", 0.02), (".5", 0.5), ("5,", 5.0), ("-0.3", -0.3), ("+7", 7.0), ("−1,5", -1.5)]
)
def test_common_ways_to_type_are_understood(text, value):
    assert parse(text) == value
