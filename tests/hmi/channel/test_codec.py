"""Frames: whatever screen and engine say arrives as it was said, and what is none of ours is refused by name."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmi.channel.codec import MAX_FRAME, FrameReader, encode
from hmi.channel.errors import FrameError
from hmi.channel.facts import Fact, LiveCurve, LiveValues, Pulse, Snapshot
from hmi.channel.messages import AskOutcome, Hello, StoreGeneration
from hmi.station.commands import BODIES, Answer, Command, SignIn
from hmi.station.topics import TOPICS, CountsTopic, OrdersTopic, PeopleTopic, WorkTopic

cheap = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def heard(*messages: Any) -> list[Any]:
    return FrameReader().feed(b"".join(encode(message) for message in messages))


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda cls: cls.__name__)
@cheap
@given(data=st.data())
def test_every_topic_arrives_as_it_was(topic, data):
    fact = Fact(7, data.draw(st.from_type(topic)))
    assert heard(fact) == [fact]


@pytest.mark.parametrize("body", BODIES.values(), ids=lambda cls: cls.__name__)
@cheap
@given(data=st.data())
def test_every_command_arrives_as_it_was(body, data):
    command = Command("c-1", data.draw(st.from_type(body)), "anna")
    assert heard(command) == [command]


@pytest.mark.parametrize("cls", [Hello, Pulse, AskOutcome, Answer, StoreGeneration], ids=lambda cls: cls.__name__)
@cheap
@given(data=st.data())
def test_every_other_message_arrives_as_it_was(cls, data):
    message = data.draw(st.from_type(cls))
    assert heard(message) == [message]


def test_topics_of_one_shape_are_never_mixed_up():
    snapshot = Snapshot(3, (OrdersTopic(), WorkTopic(), PeopleTopic(), CountsTopic()))
    assert heard(snapshot) == [snapshot]


def test_a_bad_live_value_stays_bad():
    live = LiveValues("PRESS", 5, ("force", "oil"), (1.5, None))
    assert heard(live) == [live]


def test_a_curve_block_arrives_byte_for_byte():
    curve = LiveCurve("PRESS", 7, 20, 2, 2, struct.pack("<4f", 1, 2, 3, 4))
    assert heard(curve) == [curve]


@given(cuts=st.lists(st.integers(1, 40), max_size=20))
@cheap
def test_pieces_of_any_size_make_the_same_messages(cuts):
    messages = [Hello("ST-040"), Fact(1, CountsTopic(good=3)), AskOutcome("c")]
    stream, reader, got = b"".join(map(encode, messages)), FrameReader(), []
    for cut in [*cuts, len(stream)]:
        got += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert got == messages


@pytest.mark.parametrize(
    "frame",
    [
        struct.pack("<IB", MAX_FRAME + 1, 1),
        struct.pack("<IB", 0, 1),
        struct.pack("<IB", 3, 99) + b"{}",
        struct.pack("<IB", 3, 1) + b"{}",
        struct.pack("<IB", 5, 3) + b"[1,2",
        struct.pack("<IB", 2, 6) + b"x",
    ],
    ids=["too long", "empty", "unknown type", "missing field", "cut JSON", "cut block"],
)
def test_a_malformed_frame_is_refused_by_name(frame):
    with pytest.raises(FrameError):
        FrameReader().feed(frame)


def test_a_command_of_unknown_kind_is_refused():
    frame = encode(Command("c", SignIn(badge="1"))).replace(b"SignIn", b"SignXX")
    with pytest.raises(FrameError):
        FrameReader().feed(frame)
