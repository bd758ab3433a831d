"""Messages to frames and back: uint32 length, uint8 type, then JSON or a raw block behind a small JSON head."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from math import isnan
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from hmi.channel.errors import FrameError
from hmi.channel.facts import Fact, LiveCurve, LiveValues, Pulse, Snapshot
from hmi.channel.messages import AskOutcome, Hello, Message, StoreGeneration
from hmi.station.commands import BODIES, Answer, Command
from hmi.station.topics import TOPICS, Topic

MAX_FRAME = 16 * 1024 * 1024
"""Bytes after the length; more is no message of ours."""

_HEAD = struct.Struct("<IB")
_BLOCK = struct.Struct("<I")

_NUMBERS: dict[type[Any], int] = {
    Hello: 1,
    Snapshot: 2,
    Fact: 3,
    Pulse: 4,
    LiveValues: 5,
    LiveCurve: 6,
    Command: 7,
    AskOutcome: 8,
    Answer: 9,
    StoreGeneration: 10,
}
_TYPES = {number: cls for cls, number in _NUMBERS.items()}


def encode(message: Message) -> bytes:
    """One message as one frame."""
    cls = type(message)
    body = _ENCODERS.get(cls, _plain_body)(message)
    return _HEAD.pack(len(body) + 1, _NUMBERS[cls]) + body


def decode(number: int, body: bytes) -> Message:
    """The message of a frame's type and body. Raises `FrameError`."""
    cls = _TYPES.get(number)
    if cls is None:
        raise FrameError(f"unknown message type {number}")
    try:
        special = _DECODERS.get(cls)
        return special(body) if special else _adapter(cls).validate_json(body)
    except (ValidationError, ValueError, KeyError, TypeError, struct.error) as error:
        raise FrameError(f"a {cls.__name__} that can't be read: {error}") from error


class FrameReader:
    """Puts a stream's pieces together into messages."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """The messages that `data` completes, in order. Raises `FrameError`; the stream is then of no more use."""
        self._pending += data
        messages: list[Message] = []
        while (frame := self._next_frame()) is not None:
            messages.append(decode(*frame))
        return messages

    def _next_frame(self) -> tuple[int, bytes] | None:
        if len(self._pending) < _HEAD.size:
            return None
        length, number = _HEAD.unpack_from(self._pending)
        if not 1 <= length <= MAX_FRAME:
            raise FrameError(f"a frame of {length} bytes")
        end = _BLOCK.size + length
        if len(self._pending) < end:
            return None
        body = bytes(self._pending[_HEAD.size : end])
        del self._pending[:end]
        return number, body


@cache
def _adapter(cls: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def _plain_body(message: Message) -> bytes:
    return _adapter(type(message)).dump_json(message)


def _named(value: object) -> list[Any]:
    """A member of a union as its class's name and its fields: never guessed back by its shape."""
    return [type(value).__name__, _adapter(type(value)).dump_python(value, mode="json")]


def _topic(named: list[Any]) -> Topic:
    name, fields = named
    return _adapter(TOPICS[name]).validate_python(fields)


def _fact_body(fact: Fact) -> bytes:
    return to_json([fact.number, _named(fact.topic)])


def _fact(body: bytes) -> Fact:
    number, named = from_json(body)
    return Fact(number, _topic(named))


def _snapshot_body(snapshot: Snapshot) -> bytes:
    return to_json([snapshot.number, [_named(topic) for topic in snapshot.topics]])


def _snapshot(body: bytes) -> Snapshot:
    number, named = from_json(body)
    return Snapshot(number, tuple(_topic(each) for each in named))


def _command_body(command: Command) -> bytes:
    return to_json([command.id, command.actor, _named(command.body)])


def _command(body: bytes) -> Command:
    command_id, actor, (name, fields) = from_json(body)
    return Command(id=command_id, body=_adapter(BODIES[name]).validate_python(fields), actor=actor)


def _block(head: list[Any], raw: bytes) -> bytes:
    text = to_json(head)
    return _BLOCK.pack(len(text)) + text + raw


def _split_block(body: bytes) -> tuple[list[Any], bytes]:
    (size,) = _BLOCK.unpack_from(body)
    start = _BLOCK.size
    return from_json(body[start : start + size]), body[start + size :]


def _values_body(live: LiveValues) -> bytes:
    raw = struct.pack(f"<{len(live.values)}d", *(float("nan") if value is None else value for value in live.values))
    return _block([live.device, live.mono_ns, live.tags], raw)


def _values(body: bytes) -> LiveValues:
    (device, mono_ns, tags), raw = _split_block(body)
    numbers = struct.unpack(f"<{len(tags)}d", raw)
    return LiveValues(device, mono_ns, tuple(tags), tuple(None if isnan(number) else number for number in numbers))


def _curve_body(curve: LiveCurve) -> bytes:
    return _block([curve.machine, curve.cycle, curve.first, curve.count, curve.channels], curve.data)


def _curve(body: bytes) -> LiveCurve:
    (machine, cycle, first, count, channels), raw = _split_block(body)
    if len(raw) != 4 * count * channels:
        raise ValueError("its block has another size than its head says")
    return LiveCurve(machine, cycle, first, count, channels, raw)


_ENCODERS: dict[type[Any], Callable[[Any], bytes]] = {
    Fact: _fact_body,
    Snapshot: _snapshot_body,
    Command: _command_body,
    LiveValues: _values_body,
    LiveCurve: _curve_body,
}
_DECODERS: dict[type[Any], Callable[[bytes], Message]] = {
    Fact: _fact,
    Snapshot: _snapshot,
    Command: _command,
    LiveValues: _values,
    LiveCurve: _curve,
}
