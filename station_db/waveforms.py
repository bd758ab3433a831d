"""Stretches of a high-rate channel that were worth keeping, as they are found and as they are stored. Standard library only."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from station_db.records.base import Digest, Instant


@dataclass(frozen=True, slots=True)
class KeptWaveform:
    """So many samples in a row, the first at `from_at`, `lost` of them missing just before it.

    `causes` say why they were kept. `shed_at` is when the samples were let go for room; what is left tells that they were.
    """

    machine: str
    channel: str
    unit: str
    rate_hz: float
    from_at: Instant
    count: int
    lost: int
    causes: tuple[str, ...]
    digest: Digest
    shed_at: Instant | None = None

    @property
    def to_at(self) -> Instant:
        """When the last sample was taken."""
        return Instant(self.from_at + round((self.count - 1) / self.rate_hz * 1_000_000))


@dataclass(frozen=True, slots=True)
class PackedWaveform:
    """A kept waveform as it is stored; its machine's channel keeps at most `budget_bytes`."""

    head: KeptWaveform
    codec: int
    scale: float
    data: bytes
    budget_bytes: int


def waveform_digest(head: KeptWaveform, samples: bytes) -> Digest:
    """SHA-256 over what a stretch is (as JSON) and its samples, each part with its length before it."""
    said = [head.machine, head.channel, head.unit, head.rate_hz, head.from_at, head.count]
    sha = hashlib.sha256()
    for part in (json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(), samples):
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return Digest(sha.hexdigest())
