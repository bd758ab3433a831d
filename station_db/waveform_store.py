"""Kept waveforms in signals.db: their samples are the first thing that is let go for room; that they were there is not."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update
from sqlalchemy.dialects import sqlite

from station_db.records.base import Digest, Instant
from station_db.signal_store import WAVEFORM
from station_db.waveforms import KeptWaveform, PackedWaveform

_SIZE = func.coalesce(func.length(WAVEFORM.c.data), 0)
_IS_HERE = WAVEFORM.c.data.is_not(None)
_HEAD = [WAVEFORM.c[name] for name in WAVEFORM.c.keys() if name != "data"]  # noqa: SIM118  # a column collection yields columns


def add(connection: Connection, waveforms: Sequence[PackedWaveform], at: Instant) -> int:
    """Keep waveforms, each once, and let go of their channels' oldest samples beyond the budget; how many were let go."""
    connection.execute(sqlite.insert(WAVEFORM).on_conflict_do_nothing(), [_row(waveform) for waveform in waveforms])
    budgets = {(each.head.machine, each.head.channel): each.budget_bytes for each in waveforms}
    return sum(_keep_within(connection, *channel, budget, at) for channel, budget in budgets.items())


def find(connection: Connection, machine: str, since: Instant, until: Instant) -> tuple[KeptWaveform, ...]:
    """What was kept of a machine's channels from (included) to (not included), the oldest first."""
    last_us = WAVEFORM.c.from_at + WAVEFORM.c.count / WAVEFORM.c.rate_hz * 1e6
    query = select(*_HEAD).where(WAVEFORM.c.machine == machine, last_us > since, WAVEFORM.c.from_at < until)
    return tuple(map(_head, connection.execute(query.order_by(WAVEFORM.c.from_at, WAVEFORM.c.number)).mappings()))


def samples_of(connection: Connection, digest: Digest) -> bytes | None:
    """The samples of a kept waveform, little-endian float32; None where they are not here any more."""
    row = connection.execute(select(WAVEFORM).where(WAVEFORM.c.digest == digest)).mappings().first()
    if row is None or row["data"] is None:
        return None
    from station_db.waveform_codec import unpacked  # it loads numpy and zstd, which a store needs for nothing else

    return unpacked(row["codec"], row["scale"], bytes(row["data"]))


def shed_oldest(connection: Connection, most_bytes: int, at: Instant) -> tuple[int, int]:
    """Let go of the oldest samples, about so many bytes of them; how many waveforms, and bytes, that was."""
    last, freed = 0, 0
    for number, size in connection.execute(select(WAVEFORM.c.number, _SIZE).where(_IS_HERE).order_by(WAVEFORM.c.number)):
        if freed >= most_bytes:
            break
        last, freed = number, freed + size
    return _let_go(connection, at, WAVEFORM.c.number <= last), freed


def _keep_within(connection: Connection, machine: str, channel: str, budget_bytes: int, at: Instant) -> int:
    """The newest of a channel's waveforms that fit its budget stay; how many went."""
    of_channel = (WAVEFORM.c.machine == machine, WAVEFORM.c.channel == channel)
    query = select(WAVEFORM.c.number, _SIZE).where(*of_channel, _IS_HERE).order_by(WAVEFORM.c.number.desc())
    kept = 0
    for number, size in connection.execute(query):
        kept += size
        if kept > budget_bytes:
            return _let_go(connection, at, *of_channel, WAVEFORM.c.number <= number)
    return 0


def _let_go(connection: Connection, at: Instant, *which: ColumnElement[bool]) -> int:
    """Let go of the samples of these waveforms; how many still had some."""
    return connection.execute(update(WAVEFORM).where(_IS_HERE, *which).values(data=None, shed_at=at)).rowcount


def _row(waveform: PackedWaveform) -> dict[str, object]:
    head = waveform.head
    return {
        "digest": head.digest,
        "machine": head.machine,
        "channel": head.channel,
        "unit": head.unit,
        "rate_hz": head.rate_hz,
        "from_at": head.from_at,
        "count": head.count,
        "lost": head.lost,
        "causes": json.dumps(head.causes),
        "codec": waveform.codec,
        "scale": waveform.scale,
        "data": waveform.data,
    }


def _head(row: RowMapping) -> KeptWaveform:
    return KeptWaveform(
        row["machine"],
        row["channel"],
        row["unit"],
        row["rate_hz"],
        Instant(row["from_at"]),
        row["count"],
        row["lost"],
        tuple(json.loads(row["causes"])),
        Digest(row["digest"]),
        None if row["shed_at"] is None else Instant(row["shed_at"]),
    )
