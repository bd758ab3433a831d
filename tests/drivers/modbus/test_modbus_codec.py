"""Registers and values: encoding and decoding undo each other, and what is no number is no value."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import MachineSetupError, WriteRefusedError
from drivers.modbus.address import parse, place
from drivers.modbus.codec import Decoder, encode, words_to_write
from drivers.modbus.form import WIDTHS, Form
from drivers.modbus.order import ByteOrder
from drivers.modbus.plan import plan
from drivers.tag import DataType, Role, Tag
from drivers.writing import WHOLE_RANGES, raw_to_write

RANGES = {kind: st.integers(low, high) for kind, (low, high) in WHOLE_RANGES.items()} | {
    DataType.FLOAT32: st.floats(width=32, allow_nan=False, allow_infinity=False),
    DataType.FLOAT64: st.floats(allow_nan=False, allow_infinity=False),
}
kinds_and_values = st.sampled_from(sorted(RANGES)).flatmap(lambda kind: st.tuples(st.just(DataType(kind)), RANGES[kind]))
orders = st.sampled_from(ByteOrder)


def number(kind, address="holding:3", **more):
    return Tag("t", address, kind, Role.SETPOINT, writable=True, **more)


def decode(tags, words, order=ByteOrder.ABCD):
    table = np.zeros(300, np.uint16)
    for start, run in words.items():
        table[start : start + len(run)] = run
    blocks = plan([place("press", tag, 0, order) for tag in tags], 125)
    decoder = Decoder(blocks)
    values = decoder.decode([table[block.start : block.start + block.count] for block in blocks])
    return dict(zip(decoder.tags, values, strict=True))


@given(kinds_and_values, orders)
def test_what_was_written_is_read_back(kind_and_value, order):
    kind, value = kind_and_value
    tag = number(kind)
    words = words_to_write("press", place("press", tag, 0, order), value)
    assert decode([tag], {3: words}, order) == {"t": value}


@given(st.integers(-32768, 32767), st.sampled_from([1.0, 0.1, 0.01, 0.001, 0.5, 2.0, -0.1]), st.sampled_from([0.0, -40.0, 12.5]))
def test_scaled_values_survive_the_way_there_and_back(raw, scale, offset):
    tag = number(DataType.INT16, scale=scale, offset=offset)
    value = decode([tag], {3: encode(raw, Form(DataType.INT16))})["t"]
    assert value == pytest.approx(raw * scale + offset)
    assert raw_to_write("press", tag, value) == raw


def test_a_hundredth_is_the_decimal_a_person_expects():
    assert decode([number(DataType.UINT16, scale=0.01)], {3: [57]}) == {"t": 0.57}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", [DataType.FLOAT32, DataType.FLOAT64])
def test_what_is_no_number_on_the_wire_has_no_value(kind, value):
    assert decode([number(kind)], {3: encode(value, Form(kind))}) == {"t": None}


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(WIDTHS)), st.integers(0, 120)),
        min_size=1,
        max_size=20,
    )
)
def test_every_tag_of_a_mixed_block_gets_its_own_registers(wanted):
    tags = [
        Tag(f"t{i}", f"holding:{at}" + (".3" if kind is DataType.BOOL else ""), kind, Role.SIGNAL)
        for i, (kind, at) in enumerate(wanted)
    ]
    words = list(range(124))
    values = decode(tags, {0: words})
    for tag in tags:
        at = parse(tag.address).number
        assert values[tag.name] == slow_decode(tag.data_type, words[at : at + 4])


def slow_decode(kind, words):
    if kind is DataType.BOOL:
        return bool(words[0] & 8)
    width = {"int16": 1, "uint16": 1, "bcd16": 1, "int32": 2, "uint32": 2, "float32": 2, "bcd32": 2}.get(kind, 4)
    raw = b"".join(word.to_bytes(2, "big") for word in words[:width])
    if kind in ("float32", "float64"):
        return float(np.frombuffer(raw, f">f{2 * width}")[0])
    if kind.startswith("bcd"):
        return int(raw.hex()) if raw.hex().isdecimal() else None
    return int.from_bytes(raw, "big", signed=kind.startswith("int"))


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (DataType.UINT16, 65536, "does not fit"),
        (DataType.UINT16, -1, "does not fit"),
        (DataType.INT64, 1 << 63, "does not fit"),
        (DataType.UINT16, 2.5, "counts in steps"),
        (DataType.FLOAT32, 1e39, "does not fit"),
        (DataType.FLOAT64, math.nan, "not a number"),
        (DataType.INT16, math.inf, "not a number"),
        (DataType.UINT16, "7", "takes a number"),
        (DataType.UINT16, None, "takes a number"),
    ],
)
def test_what_does_not_fit_is_refused_not_bent(kind, value, why):
    with pytest.raises(WriteRefusedError, match=why):
        raw_to_write("press", number(kind), value)


def test_the_largest_64_bit_number_is_written_exactly():
    assert raw_to_write("press", number(DataType.UINT64), (1 << 64) - 1) == (1 << 64) - 1


@pytest.mark.parametrize(
    ("address", "kind", "why"),
    [
        ("holding", "uint16", "is not like"),
        ("Holding:1", "uint16", "is not like"),
        ("holding:-1", "uint16", "is not like"),
        ("holding:65536", "uint16", "beyond the last"),
        ("holding:65535", "uint32", "beyond the last"),
        ("holding:1.16", "bool", "0 to 15"),
        ("coil:1.2", "bool", "only registers have bits"),
        ("coil:1", "uint16", "single bit"),
        ("holding:1.2", "uint16", "single bit"),
        ("holding:1", "bool", "needs its bit"),
        ("holding:1", "string", "needs option 'length'"),
    ],
)
def test_an_impossible_address_is_a_sentence_that_names_the_tag(address, kind, why):
    with pytest.raises(MachineSetupError, match=why) as caught:
        place("press", Tag("t", address, DataType(kind), Role.SIGNAL))
    assert (caught.value.tag, caught.value.device) == ("t", "press")


@pytest.mark.parametrize(("address", "kind"), [("input:5", "uint16"), ("discrete:2", "bool"), ("holding:7.1", "bool")])
def test_what_the_protocol_cannot_write_may_not_be_writable(address, kind):
    with pytest.raises(MachineSetupError, match="can't be written"):
        place("press", Tag("t", address, DataType(kind), Role.COMMAND, writable=True))
