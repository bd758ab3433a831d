"""Takes batches apart, and puts into them what was made of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from drivers.reading import Batch, Quality
from drivers.tag import Value


def believed(batch: Batch) -> dict[str, Value]:
    """The values of a batch; None where the quality is not good."""
    if batch.qualities is None:
        return dict(zip(batch.tags, batch.values, strict=True))
    scan = zip(batch.tags, batch.values, batch.qualities, strict=True)
    return {tag: value if quality is Quality.GOOD else None for tag, value, quality in scan}


def joined(batch: Batch, made: Mapping[str, Value]) -> Batch:
    """The batch with what was made of it; what is not known is bad."""
    qualities: Sequence[Quality] | None = batch.qualities
    if qualities is not None or None in made.values():
        given = qualities or [Quality.GOOD] * len(batch.tags)
        qualities = (*given, *(Quality.BAD if value is None else Quality.GOOD for value in made.values()))
    times = None if batch.source_times is None else (*batch.source_times, *(None for _ in made))
    return replace(
        batch, tags=(*batch.tags, *made), values=(*batch.values, *made.values()), qualities=qualities, source_times=times
    )
