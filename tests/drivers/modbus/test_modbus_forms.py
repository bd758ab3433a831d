"""Byte orders, decimal digits and texts: there and back the same, and never a value that the wire did not hold."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import WriteRefusedError
from drivers.modbus.address import place
from drivers.modbus.codec import Decoder, words_to_write
from drivers.modbus.form import ENCODINGS, WIDTHS, Form
from drivers.modbus.order import ByteOrder
from drivers.modbus.plan import Block
from drivers.modbus.text import decode_text, encode_text
from drivers.tag import DataType, Role, Tag

orders = st.sampled_from(ByteOrder)
scales = st.sampled_from([1.0, 0.1, 0.01, 0.5, 3.0, -1.0, 1e300])
offsets = st.sampled_from([0.0, -40.0, 1e-3, 1e308])


def at_ten(kind, order=ByteOrder.ABCD, **more):
    bit = ".9" if kind == "bool" else ""
    return place("press", Tag("t", f"holding:10{bit}", DataType(kind), Role.SETPOINT, writable=not bit, **more), 0, order)


def decode(where, words):
    (value,) = Decoder([Block.around([where])]).decode([np.array(words, np.uint16)])
    return value


@pytest.mark.parametrize(
    ("order", "words32", "words64", "word16"),
    [
        ("ABCD", "01020304", "0102030405060708", "0102"),
        ("CDAB", "03040102", "0708050603040102", "0102"),
        ("BADC", "02010403", "0201040306050807", "0201"),
        ("DCBA", "04030201", "0807060504030201", "0201"),
    ],
)
def test_the_bytes_stand_as_the_order_says(order, words32, words64, word16):
    for kind, raw, value in [
        ("uint32", words32, 0x01020304),
        ("uint64", words64, 0x0102030405060708),
        ("uint16", word16, 0x0102),
        ("bcd32", words32, 1020304),
        ("bcd16", word16, 102),
        ("float32", words32, struct.unpack(">f", bytes.fromhex("01020304"))[0]),
    ]:
        words = [int(raw[at : at + 4], 16) for at in range(0, len(raw), 4)]
        assert decode(at_ten(kind, ByteOrder(order)), words) == value
        assert words_to_write("press", at_ten(kind, ByteOrder(order)), value) == words


def test_a_tag_may_have_another_order_than_its_device():
    assert decode(at_ten("uint32", ByteOrder.ABCD, options={"order": "CDAB"}), [1, 2]) == 2 << 16 | 1


@pytest.mark.parametrize(("order", "word"), [("ABCD", 0x0200), ("CDAB", 0x0200), ("BADC", 0x0002), ("DCBA", 0x0002)])
def test_a_bit_of_a_register_feels_swapped_bytes(order, word):
    assert decode(at_ten("bool", ByteOrder(order)), [word]) is True
    assert decode(at_ten("bool", ByteOrder(order)), [0xFFFF ^ word]) is False


@given(st.sampled_from(sorted(WIDTHS)), orders, scales, offsets, st.lists(st.integers(0, 65535), min_size=4, max_size=4))
def test_any_words_are_a_value_of_the_tags_type_or_none(kind, order, scale, offset, words):
    plain = scale == 1.0 and offset == 0.0
    value = decode(at_ten(kind, order, scale=scale, offset=offset), words[: WIDTHS[kind]])
    if kind == "bool":
        assert isinstance(value, bool)
    elif value is not None:
        assert type(value) is (int if plain and "float" not in kind else float)
        assert math.isfinite(value)
    elif plain:
        assert "float" in kind or "bcd" in kind, "every integer is a value"


@given(orders, st.integers(0, 0xFFFFFFFF))
def test_digits_that_are_none_are_no_number(order, raw):
    words = words_to_write("press", at_ten("uint32", order), raw)
    assert decode(at_ten("bcd32", order), words) == (int(f"{raw:x}") if f"{raw:x}".isdecimal() else None)


@pytest.mark.parametrize(("kind", "value"), [("bcd16", 10_000), ("bcd16", -1), ("bcd32", 100_000_000)])
def test_digits_that_do_not_fit_are_not_written(kind, value):
    with pytest.raises(WriteRefusedError, match="does not fit"):
        words_to_write("press", at_ten(kind), value)


def can_be_said(letter, encoding):
    try:
        return letter.encode(encoding).decode(encoding) == letter
    except UnicodeEncodeError:
        return False


LETTERS = "Aa09 -\x7f\nÄößéŁżжЯ½€中文字あアｱ한글😀"
texts = st.sampled_from(sorted(ENCODINGS)).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.text([letter for letter in LETTERS if can_be_said(letter, ENCODINGS[name])], max_size=12).map(
            lambda text: text.rstrip(" ")
        ),
    )
)


@given(texts, orders, st.integers(0, 5))
def test_a_text_that_was_written_is_read_back(encoding_and_text, order, room):
    encoding, text = encoding_and_text
    length = max(len(text.encode(ENCODINGS[encoding])) + room, 1)
    where = at_ten("string", order, options={"length": length + length % 2, "encoding": encoding})
    assert decode(where, words_to_write("press", where, text)) == text


@given(
    st.sampled_from(sorted(ENCODINGS)),
    orders,
    st.integers(1, 20),
    st.lists(st.integers(0, 65535) | st.sampled_from([0, 0x2020, 0x4100, 0x0041, 0xD800]), min_size=10, max_size=10),
)
def test_any_words_are_a_text_or_none(encoding, order, length, words):
    form = Form(DataType.STRING, order, length + length % 2, ENCODINGS[encoding])
    text = decode_text(words[: form.width], form)
    assert text is None or (isinstance(text, str) and "\0" not in text and not text.endswith(" "))


@pytest.mark.parametrize(
    ("raw", "encoding", "length", "text"),
    [
        (b"PART-7\0\0\0\0", "ascii", 10, "PART-7"),
        (b"PART-7    ", "ascii", 10, "PART-7"),
        (b"PART-7\0old", "ascii", 10, "PART-7"),
        (b"ABC\xff", "ascii", 3, "ABC"),
        (b"\xff\xfeAB", "ascii", 4, None),
        ("Größe".encode(), "utf-8", 8, "Größe"),
        (b"Gr\xc3", "utf-8", 4, None),
        ("Öl\0\0".encode("utf-16-be"), "utf-16", 8, "Öl"),
        (b"\xd8\x00\x00\x41", "utf-16", 4, None),
        (b"\0\0\0\0", "latin-1", 4, ""),
    ],
)
def test_a_text_ends_at_its_padding_and_wrong_bytes_are_no_text(raw, encoding, length, text):
    form = Form(DataType.STRING, ByteOrder.ABCD, length, ENCODINGS[encoding])
    padded = raw.ljust(form.width * 2, b"\0")
    assert decode_text([int.from_bytes(padded[at : at + 2], "big") for at in range(0, len(padded), 2)], form) == text


def test_swapped_bytes_swap_the_letters_of_a_text():
    assert encode_text("AB", Form(DataType.STRING, ByteOrder.BADC, 2, "ascii")) == [0x4241]
    assert encode_text("ABCD", Form(DataType.STRING, ByteOrder.CDAB, 4, "ascii")) == [0x4142, 0x4344]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("TOO LONG", "takes 6 bytes, and this text has 8"),
        ("ÄÖ€", "can't be said in its encoding"),
        ("A  ", "would not be read back the same"),
        ("A\0B", "would not be read back the same"),
        (7, "takes text"),
    ],
)
def test_a_text_that_would_not_be_read_back_the_same_is_not_written(text, why):
    with pytest.raises(WriteRefusedError, match=why):
        words_to_write("press", at_ten("string", options={"length": 6}), text)
