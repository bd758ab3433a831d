"""The schema of station and centre alike: one typed table a record, the journal, and what keeps the two in step.

Every primary key begins with `station_id`: the origin of the row (a station, or `centre` for what came down from it).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text

from station_db.columns import fields_of
from station_db.records.base import Kind
from station_db.records.catalogue import KINDS

METADATA = MetaData(naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"})

INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    "cycle": (("ended_at",), ("machine", "ended_at")),
    "unseen_parts": (("to_at",),),
    "count_gap": (("to_at",),),
    "equipment_state": (("machine", "started_at"), ("ended_at",)),
    "link_gap": (("from_at",),),
    "alarm_event": (("came_at",),),
    "machine_write": (("asked_at",),),
    "engine_run": (("started_at",),),
    "check_result": (("at",), ("unit",)),
    "unit": (("response",),),
    "step_run": (("unit",),),
    "permit": (("unit",),),
    "sign_in": (("started_at",),),
    "shift_occurrence": (("started_at",),),
    "clock_check": (("at",),),
    "backup": (("at",),),
    "redaction": (("origin", "epoch", "seq"),),
}
"""What history looks for, per kind."""


def _typed_table(kind: Kind) -> Table:
    """The latest version of every record of a kind, and the entry that made it (`row_epoch_no`, `row_seq`)."""
    return Table(
        kind.name,
        METADATA,
        Column("station_id", Text, nullable=False),
        *(field.column() for field in fields_of(kind.cls)),
        Column("row_version", BigInteger, nullable=False),
        Column("row_epoch_no", BigInteger, nullable=False),
        Column("row_seq", BigInteger, nullable=False),
        PrimaryKeyConstraint("station_id", "id"),
        *(Index(None, "station_id", *columns) for columns in INDEXES.get(kind.name, ())),
    )


TYPED: dict[str, Table] = {kind.name: _typed_table(kind) for kind in KINDS.values()}

JOURNAL = Table(
    "journal",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("cause", Text),
    Column("payload", LargeBinary, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("station_id", "epoch", "seq"),
    Index(None, "station_id", "record_id"),
)
"""Every version of every record, in order; hashes are hex."""

SET_ASIDE = Table(
    "set_aside",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("projected_at", BigInteger),
    PrimaryKeyConstraint("station_id", "epoch", "seq"),
)
"""Entries that are stored but could not be projected, and why; with `projected_at` a newer program has done so since."""

WATERMARK = Table(
    "watermark",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("epoch_no", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("head", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "epoch"),
)
"""At the centre: how far each epoch of a station has arrived."""

CENTRE_HEAD = Table(
    "centre_head",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("epoch_no", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("head", Text, nullable=False),
    PrimaryKeyConstraint("station_id"),
)
"""At the centre: the tip of its own journal; this row is the lock of whoever appends to it."""

STATION = Table(
    "station",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    Column("last_heard_at", BigInteger),
    Column("app_version", Text),
    Column("epoch", Text),
    Column("last_seq", BigInteger),
    Column("oldest_unsent_at", BigInteger),
    Column("schema", Text),
    Column("clock_offset_us", BigInteger),
    Column("signals_waiting", BigInteger),
    Column("last_backup_at", BigInteger),
    PrimaryKeyConstraint("station_id"),
)
"""At the centre: the stations it knows; the columns behind the second are what a station said of itself when last heard."""

SIGNAL_BLOCK = Table(
    "signal_block",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("machine", Text, nullable=False),
    Column("tag", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("from_at", BigInteger, nullable=False),
    Column("to_at", BigInteger, nullable=False),
    Column("first_frame", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("codec", BigInteger, nullable=False),
    Column("data", LargeBinary),
    Column("levels", LargeBinary),
    Column("shed_at", BigInteger),
    PrimaryKeyConstraint("station_id", "series", "number", "from_at"),
    Index(None, "station_id", "machine", "tag", "from_at"),
)
"""Samples of one tag in a row, packed, with the extremes of each minute; with `shed_at` the samples were let go.

`series` is a signals file's own name, `number` rises in it. At a station the blocks stand in signals.db, not in this table.
"""

SIGNAL_CURVE = Table(
    "signal_curve",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("cycle", Text, nullable=False),
    Column("names", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("station_id", "digest"),
)
"""At the centre: the curves of cycles, as far as they have arrived."""

SIGNAL_WATERMARK = Table(
    "signal_watermark",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("last_number", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "series", "lane"),
)
"""At the centre: how far the blocks (`block`) and curves (`curve`) of a signals file have arrived."""

RECONCILED_DAY = Table(
    "reconciled_day",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("up_to_seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "epoch", "day"),
)
"""Days (UTC, by `recorded_at`) of an epoch whose entries were found the same here and at the centre, by count and digest.

Of the day's entries those up to `up_to_seq` were compared; a clock put back may add others to it later.
"""

DRAFT = Table(
    "draft",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "key"),
)

COMMAND_OUTCOME = Table(
    "command_outcome",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("code", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "id"),
    Index(None, "station_id", "at"),
)

COUNTER_POSITION = Table(
    "counter_position",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("counter", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("boot", BigInteger),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("station_id", "machine", "counter"),
)

FEED_CURSOR = Table(
    "feed_cursor",
    METADATA,
    Column("station_id", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("epoch_no", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("heard_at", BigInteger, nullable=False),
    Column("snapshot_epoch_no", BigInteger),
    Column("snapshot_seq", BigInteger),
    PrimaryKeyConstraint("station_id", "origin"),
)
"""How far the centre's entries were applied here, and when the centre was last heard.

Up to the place of the last snapshot, where there was one, only the latest versions are here.
"""

LOCAL = (DRAFT, COMMAND_OUTCOME, COUNTER_POSITION, FEED_CURSOR, RECONCILED_DAY)
"""Tables of the station alone; they stay empty at the centre."""
