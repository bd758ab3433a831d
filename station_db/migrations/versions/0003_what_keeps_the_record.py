"""What keeps the record: requests, conflicts, clocks, backups, blocks of signals at the centre, days found the same."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MAKE_MONTH = """
CREATE FUNCTION pg_temp.make_month(parent text, month timestamp) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)', parent || to_char(month, '_YYYY_MM'), parent,
    (extract(epoch FROM month) * 1000000)::bigint, (extract(epoch FROM month + interval '1 month') * 1000000)::bigint);
END $$
"""

AHEAD = """
SELECT pg_temp.make_month(parent, month) FROM unnest(ARRAY['journal', 'signal_block']) AS parent,
  generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'), now() AT TIME ZONE 'UTC' + interval '3 months', '1 month')
    AS month
"""

BEFORE = """
SELECT pg_temp.make_month('journal', month) FROM (
  SELECT DISTINCT date_trunc('month', to_timestamp(recorded_at / 1000000.0) AT TIME ZONE 'UTC') AS month FROM journal_whole
    WHERE recorded_at >= 1577836800000000) AS found
  WHERE month < date_trunc('month', now() AT TIME ZONE 'UTC')
"""

NOTHING_LEFT_BEHIND = """
DO $$ BEGIN
  IF (SELECT (count(*), sum(hashtextextended(hash, seq)::numeric)) FROM journal)
    IS DISTINCT FROM (SELECT (count(*), sum(hashtextextended(hash, seq)::numeric)) FROM journal_whole) THEN
    RAISE EXCEPTION 'the journal by months is not the journal as it was';
  END IF;
END $$
"""

BY_MONTHS = (
    "ALTER TABLE journal RENAME TO journal_whole",
    "ALTER TABLE journal_whole RENAME CONSTRAINT pk_journal TO pk_journal_whole",
    "ALTER INDEX ix_journal_station_id_record_id RENAME TO ix_journal_whole_station_id_record_id",
    "CREATE TABLE journal (LIKE journal_whole) PARTITION BY RANGE (recorded_at)",
    "ALTER TABLE journal ADD CONSTRAINT pk_journal PRIMARY KEY (station_id, epoch, seq, recorded_at)",
    "CREATE INDEX ix_journal_station_id_record_id ON journal (station_id, record_id)",
    "CREATE TABLE journal_default PARTITION OF journal DEFAULT",
    "CREATE TABLE signal_block_default PARTITION OF signal_block DEFAULT",
    MAKE_MONTH,
    AHEAD,
    BEFORE,
    "INSERT INTO journal SELECT * FROM journal_whole",
    NOTHING_LEFT_BEHIND,
    "DROP TABLE journal_whole",
    "DROP FUNCTION pg_temp.make_month(text, timestamp)",
)
"""PostgreSQL alone: a partition's key must hold the time; that an entry's number is there once, a trigger of the centre holds."""


def upgrade() -> None:
    """Add columns that may be empty, and the new tables; on PostgreSQL the journal and the blocks by months."""
    op.add_column("set_aside", sa.Column("projected_at", sa.BigInteger(), nullable=True))
    op.add_column("feed_cursor", sa.Column("snapshot_epoch_no", sa.BigInteger(), nullable=True))
    op.add_column("feed_cursor", sa.Column("snapshot_seq", sa.BigInteger(), nullable=True))
    op.add_column("routing_snapshot", sa.Column("quantity", sa.BigInteger(), nullable=True))
    op.add_column("routing_snapshot", sa.Column("due_at", sa.BigInteger(), nullable=True))
    op.add_column("station", sa.Column("schema", sa.Text(), nullable=True))
    op.add_column("station", sa.Column("clock_offset_us", sa.BigInteger(), nullable=True))
    op.add_column("station", sa.Column("signals_waiting", sa.BigInteger(), nullable=True))
    op.add_column("station", sa.Column("last_backup_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "signal_block",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("first_frame", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("codec", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("levels", sa.LargeBinary(), nullable=True),
        sa.Column("shed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("station_id", "series", "number", "from_at", name=op.f("pk_signal_block")),
        postgresql_partition_by="RANGE (from_at)",
    )
    op.create_index(
        op.f("ix_signal_block_station_id_machine_tag_from_at"),
        "signal_block",
        ["station_id", "machine", "tag", "from_at"],
        unique=False,
    )
    op.create_table(
        "signal_curve",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "digest", name=op.f("pk_signal_curve")),
    )
    op.create_table(
        "signal_watermark",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "series", "lane", name=op.f("pk_signal_watermark")),
    )
    op.create_table(
        "reconciled_day",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("up_to_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "epoch", "day", name=op.f("pk_reconciled_day")),
    )
    op.create_table(
        "lead_request",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_lead_request")),
    )
    op.create_table(
        "request_answer",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("made", sa.Text(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_request_answer")),
    )
    op.create_table(
        "order_conflict",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_order", sa.Text(), nullable=False),
        sa.Column("conflict", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_order_conflict")),
    )
    op.create_table(
        "clock_check",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("offset_us", sa.BigInteger(), nullable=False),
        sa.Column("within_us", sa.BigInteger(), nullable=False),
        sa.Column("suspect", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_clock_check")),
    )
    op.create_index(op.f("ix_clock_check_station_id_at"), "clock_check", ["station_id", "at"], unique=False)
    op.create_table(
        "backup",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_backup")),
    )
    op.create_index(op.f("ix_backup_station_id_at"), "backup", ["station_id", "at"], unique=False)
    op.create_table(
        "pruned",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("up_to_seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("newest_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_pruned")),
    )
    op.create_table(
        "redaction",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("old_hash", sa.Text(), nullable=False),
        sa.Column("new_hash", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_redaction")),
    )
    op.create_index(
        op.f("ix_redaction_station_id_origin_epoch_seq"), "redaction", ["station_id", "origin", "epoch", "seq"], unique=False
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in BY_MONTHS:
            op.execute(statement)
