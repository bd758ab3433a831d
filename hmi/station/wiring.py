"""Which of a machine's tags does what, looked up once; and the latest good values of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from drivers.reading import Batch, Quality
from drivers.tag import DataType, Purpose, Role, Tag, Value
from hmi.settings import Machine


@dataclass(frozen=True, slots=True)
class Round:
    """The numbers a counter goes through before it begins again."""

    first: int
    size: int

    def after(self, value: int) -> int:
        """The number that follows."""
        return self.first + (value + 1 - self.first) % self.size


ROUNDS: Mapping[DataType, Round] = {
    **{kind: Round(-(1 << bits - 1), 1 << bits) for kind, bits in ((DataType.INT16, 16), (DataType.INT32, 32))},
    **{kind: Round(0, 1 << bits) for kind, bits in ((DataType.UINT16, 16), (DataType.UINT32, 32), (DataType.UINT64, 64))},
    DataType.INT64: Round(-(1 << 63), 1 << 64),
    DataType.BCD16: Round(0, 10**4),
    DataType.BCD32: Round(0, 10**8),
}
COUNTERS = (Purpose.GOOD, Purpose.BAD, Purpose.CYCLE)
OTHERWISE = Round(0, 1 << 32)

Image = Mapping[str, Value]
"""The last value of each tag of a machine; None where its quality is bad."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """A machine's tags by what they are for."""

    machine: Machine
    by_purpose: Mapping[Purpose, Tag]
    state: Tag | None
    alarms: tuple[Tag, ...]
    results: tuple[Tag, ...]

    @property
    def counters(self) -> tuple[Purpose, ...]:
        """The counters it has."""
        return tuple(purpose for purpose in COUNTERS if purpose in self.by_purpose)

    @property
    def takes_permits(self) -> bool:
        """Whether the station can release single cycles."""
        return self.may_write(Purpose.PERMITTED_CYCLE) and Purpose.CYCLE in self.by_purpose

    def may_write(self, purpose: Purpose) -> bool:
        """Whether there is such a tag and the settings let us write it."""
        tag = self.by_purpose.get(purpose)
        return tag is not None and tag.writable

    @property
    def count_group(self) -> str:
        """The group that brings the counters; the slowest, where they come in several."""
        groups = {self.by_purpose[purpose].group for purpose in self.counters}
        return max(groups, key=lambda group: (self.machine.groups.get(group, 0), group), default="")

    def round(self, purpose: Purpose) -> Round:
        """Where a counter begins again: by its type, or as the span of its tag says."""
        tag = self.by_purpose[purpose]
        if tag.span is None:
            return ROUNDS.get(tag.data_type, OTHERWISE)
        low, high = (round(end) for end in tag.span)
        return Round(low, high - low + 1)

    def value(self, image: Image, purpose: Purpose) -> Value:
        """What the machine last said; None where it has no such tag, did not say or said it badly."""
        tag = self.by_purpose.get(purpose)
        return None if tag is None else image.get(tag.name)

    def number(self, image: Image, purpose: Purpose) -> int | None:
        """The same as a whole number."""
        value = self.value(image, purpose)
        return None if value is None or isinstance(value, str) or not isfinite(value) else int(value)


def wire(machine: Machine) -> Wiring:
    """Look a machine's tags up by what they are for."""
    by_purpose = {tag.purpose: tag for tag in machine.tags if tag.purpose is not None}
    known = {Purpose.VERDICT, Purpose.DURATION}
    return Wiring(
        machine=machine,
        by_purpose=by_purpose,
        state=next((tag for tag in machine.tags if tag.role is Role.STATE), None),
        alarms=tuple(tag for tag in machine.tags if tag.role is Role.ALARM),
        results=tuple(tag for tag in machine.tags if tag.role is Role.RESULT and tag.purpose not in known),
    )


def believed(batch: Batch) -> Image:
    """The values of a batch; None where the quality is not good."""
    if batch.qualities is None:
        return dict(zip(batch.tags, batch.values, strict=True))
    scan = zip(batch.tags, batch.values, batch.qualities, strict=True)
    return {tag: value if quality is Quality.GOOD else None for tag, value, quality in scan}
