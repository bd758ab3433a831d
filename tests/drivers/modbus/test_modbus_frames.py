"""No bytes whatever make a frame that is believed without being the answer."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus.address import Table
from drivers.modbus.mbap import HIGHEST_NUMBER, Mbap, Transactions
from drivers.modbus.pdu import BadFrameError, read_request, words_in, write_registers_request

READ = read_request(Table.HOLDING, 100, 2)
WRITE = write_registers_request(100, [7])
ANSWER = bytes.fromhex("0009 0000 0007 01 03 04 00640065".replace(" ", ""))
LATE = bytes.fromhex("0008 0000 0005 01 03 02 ffff".replace(" ", ""))
WRITTEN = bytes.fromhex("0009 0000 0006 01 06 0064 0007".replace(" ", ""))


def asking(*requests, number=9):
    """Frames that have asked `requests`, the first by `number`, after two others that nobody waits for any more."""
    mbap = Mbap(Transactions(number - 2))
    mbap.begin(1, [READ, READ])
    mbap.give_up()
    mbap.begin(1, requests)
    return mbap


def answered(mbap, received):
    """Return the answers, or nothing where more is waited for."""
    return mbap.answers if mbap.feed(received) == 0 else []


def is_answer(pdu):
    return (pdu[:2] == ANSWER[7:9] and len(pdu) == 6) or (pdu[0] == 0x83 and len(pdu) == 2)


@given(st.binary(max_size=300) | st.binary(max_size=40).map(lambda tail: ANSWER[:4] + tail))
def test_noise_is_refused_or_waited_for(noise):
    try:
        answers = answered(asking(READ), noise)
    except BadFrameError:
        return
    assert all(is_answer(pdu) for pdu in answers)


@given(st.integers(0, len(ANSWER) - 1), st.integers(1, 255))
def test_a_flipped_byte_in_the_header_is_never_believed(position, flip):
    broken = bytearray(ANSWER)
    broken[position] ^= flip
    try:
        answers = answered(asking(READ), bytes(broken))
    except BadFrameError:
        return
    assert position > 8 or not answers


@given(st.lists(st.integers(1, 13), max_size=6))
def test_a_split_answer_is_waited_for_and_put_together(cuts):
    mbap = asking(READ)
    edges = [0, *sorted({cut for cut in cuts if cut < len(ANSWER)}), len(ANSWER)]
    pieces = [ANSWER[first:end] for first, end in itertools.pairwise(edges)]
    assert [answered(mbap, piece) for piece in pieces] == [[]] * (len(pieces) - 1) + [[ANSWER[7:]]]


def test_late_answers_before_the_right_one_are_skipped():
    assert answered(asking(READ), LATE + LATE + ANSWER) == [ANSWER[7:]]


def test_a_second_copy_of_an_answer_is_dropped_also_while_the_next_is_awaited():
    mbap = asking(READ)
    assert answered(mbap, ANSWER + ANSWER) == [ANSWER[7:]]
    mbap.begin(1, [READ])
    next_answer = b"\x00\x0a" + ANSWER[2:-1] + b"\x66"
    assert answered(mbap, ANSWER + next_answer) == [next_answer[7:]]


def test_an_answer_nobody_asked_for_is_refused():
    for number in (0, 10, 4000):
        with pytest.raises(BadFrameError, match="was not asked"):
            asking(READ).feed(number.to_bytes(2, "big") + ANSWER[2:])


def test_a_write_is_confirmed_by_its_own_echo_only():
    assert answered(asking(WRITE), WRITTEN) == [WRITTEN[7:]]
    with pytest.raises(BadFrameError):
        asking(WRITE).feed(WRITTEN[:-1] + b"\x08")


@given(st.permutations(range(5)), st.integers(1, HIGHEST_NUMBER))
def test_answers_to_requests_under_way_together_find_their_own_in_any_order(order, first):
    transactions = Transactions(first)
    mbap = Mbap(transactions)
    requests = [read_request(Table.INPUT, 10 * at, 3) for at in range(5)]
    sent = mbap.begin(1, requests)
    numbers = [sent[12 * at : 12 * at + 2] for at in range(5)]
    answers = [number + b"\x00\x00\x00\x09\x01\x04\x06" + bytes([0, at, 0, at, 0, at]) for at, number in enumerate(numbers)]
    assert mbap.feed(b"".join(answers[at] for at in order)) == 0
    assert [words_in(pdu, request).tolist() for pdu, request in zip(mbap.answers, requests, strict=True)] == [
        [at] * 3 for at in range(5)
    ]


def test_numbers_go_on_and_around_without_zero():
    transactions = Transactions(HIGHEST_NUMBER - 1)
    assert [transactions.take() for _ in range(4)] == [HIGHEST_NUMBER - 1, HIGHEST_NUMBER, 1, 2]
    assert [transactions.was_given(number) for number in (2, 1, HIGHEST_NUMBER, HIGHEST_NUMBER - 2, 3, 0)] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
