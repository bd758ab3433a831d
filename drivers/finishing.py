"""What every driver does to its values last: what the instrument can't measure is bad, what hardly moved stays as it was.

A driver makes one `Finishing` in its factory and passes every batch through `finish` before it hands it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from drivers.driver import MachineSetupError
from drivers.reading import Batch, Quality
from drivers.tag import DataType, Role, Tag, Value

_MOVES_SLOWLY = frozenset({Role.SIGNAL, Role.PROCESS_VALUE})
"""Only what is watched may be told a little late; counts, states and results are told as they are."""

_NO_NUMBERS = frozenset({DataType.BOOL, DataType.STRING})

_Told = tuple[Value, Quality]


class Finishing:
    """Applies `span` and `deadband` to one device's batches; raises `MachineSetupError` where a tag can have neither."""

    def __init__(self, device: str, tags: Iterable[Tag]) -> None:
        self._tags = {tag.name: tag for tag in tags if tag.span or tag.deadband}
        self._told: dict[str, _Told] = {}
        self._layouts: dict[str, tuple[tuple[str, ...], list[tuple[int, Tag]]]] = {}
        """For each group the names of its last batch and where in it our tags stand; most drivers send the same names again."""
        for tag in self._tags.values():
            _check(device, tag)

    def finish(self, batch: Batch) -> Batch:
        """Return `batch` as it is to be told; history keeps its small moves."""
        found = self._found(batch) if self._tags else []
        if not found:
            return batch
        values = list(batch.values)
        qualities = list(batch.qualities or [Quality.GOOD] * len(values))
        for at, tag in found:
            told = _spanned(tag, (values[at], qualities[at]))
            values[at], qualities[at] = told if batch.is_past else self._held(tag, told)
        is_good = all(quality is Quality.GOOD for quality in qualities)
        return replace(batch, values=values, qualities=None if is_good else tuple(qualities))

    def believable(self, tags: Sequence[Tag], values: Sequence[Value]) -> list[Value]:
        """Return what was read outside of a batch; None for what its instrument can't measure."""
        return [_spanned(tag, (value, Quality.GOOD))[0] for tag, value in zip(tags, values, strict=True)]

    def _found(self, batch: Batch) -> list[tuple[int, Tag]]:
        """Return our tags in `batch` and where they stand."""
        names, found = self._layouts.get(batch.group, ((), []))
        if names is not batch.tags:
            found = [(at, self._tags[name]) for at, name in enumerate(batch.tags) if name in self._tags]
            self._layouts[batch.group] = batch.tags, found
        return found

    def _held(self, tag: Tag, now: _Told) -> _Told:
        """Return what was told last where `now` is no news; remember what is told."""
        told = self._told.get(tag.name)
        if told is not None and told[1] is now[1] and _is_near(told[0], now[0], tag.deadband):
            return told
        self._told[tag.name] = now
        return now


def _spanned(tag: Tag, now: _Told) -> _Told:
    value = now[0]
    if tag.span is None or not isinstance(value, int | float) or tag.span[0] <= value <= tag.span[1]:
        return now
    return None, Quality.BAD


def _is_near(told: Value, value: Value, deadband: float) -> bool:
    return isinstance(told, int | float) and isinstance(value, int | float) and abs(value - told) < deadband


def _check(device: str, tag: Tag) -> None:
    if tag.data_type in _NO_NUMBERS:
        raise MachineSetupError(device, f"only numbers have a span or a deadband, not {tag.data_type}", tag.name)
    if tag.span and not tag.span[0] < tag.span[1]:
        raise MachineSetupError(device, f"its span ends at {tag.span[1]:g}, not above its beginning {tag.span[0]:g}", tag.name)
    if tag.deadband and tag.role not in _MOVES_SLOWLY:
        raise MachineSetupError(
            device, f"a deadband would hide what a {tag.role} says; only signals and process values have one", tag.name
        )
