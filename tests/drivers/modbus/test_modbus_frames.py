"""No bytes whatever make a frame that is believed without being the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus.frames import Asked, BadFrameError, answer_in

READ = bytes.fromhex("0009 0000 0006 01 03 0064 0002".replace(" ", ""))
ANSWER = bytes.fromhex("0009 0000 0007 01 03 04 00640065".replace(" ", ""))
LATE = bytes.fromhex("0008 0000 0005 01 03 02 ffff".replace(" ", ""))
WRITE = bytes.fromhex("0009 0000 0006 01 06 0064 0007".replace(" ", ""))


def is_answer(frame):
    return frame[:8] == ANSWER[:8] and len(frame) == len(ANSWER) and frame[8] == 4


@given(st.binary(max_size=300) | st.binary(max_size=40).map(lambda tail: ANSWER[:4] + tail))
def test_noise_is_refused_or_waited_for(noise):
    try:
        frame = answer_in(noise, Asked.of(READ))
    except BadFrameError:
        return
    assert frame == b"" or is_answer(frame) or (len(frame) == 9 and frame[7] == 0x83)


@given(st.integers(0, len(ANSWER) - 1), st.integers(1, 255))
def test_a_flipped_byte_in_the_header_is_never_believed(position, flip):
    broken = bytearray(ANSWER)
    broken[position] ^= flip
    try:
        frame = answer_in(bytes(broken), Asked.of(READ))
    except BadFrameError:
        return
    assert position > 8 or frame in (b"", ANSWER) or frame[7] == 0x83


@given(st.integers(0, len(ANSWER) - 1))
def test_a_split_answer_is_waited_for(length):
    assert answer_in(ANSWER[:length], Asked.of(READ)) == b""


def test_late_answers_before_the_right_one_are_skipped():
    assert answer_in(LATE + LATE + ANSWER, Asked.of(READ)) == ANSWER


def test_a_write_is_confirmed_by_its_own_echo_only():
    assert answer_in(WRITE, Asked.of(WRITE)) == WRITE
    with pytest.raises(BadFrameError):
        answer_in(WRITE[:-1] + b"\x08", Asked.of(WRITE))
