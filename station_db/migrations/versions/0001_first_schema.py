"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "alarm_event",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("came_at", sa.BigInteger(), nullable=False),
        sa.Column("went_at", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_alarm_event")),
    )
    op.create_index(op.f("ix_alarm_event_station_id_came_at"), "alarm_event", ["station_id", "came_at"], unique=False)
    op.create_table(
        "centre_head",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_centre_head")),
    )
    op.create_table(
        "check_result",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("step_run", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("job_order", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(precision=53), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("measure_unit", sa.Text(), nullable=False),
        sa.Column("low", sa.Float(precision=53), nullable=True),
        sa.Column("high", sa.Float(precision=53), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_check_result")),
    )
    op.create_index(op.f("ix_check_result_station_id_at"), "check_result", ["station_id", "at"], unique=False)
    op.create_index(op.f("ix_check_result_station_id_unit"), "check_result", ["station_id", "unit"], unique=False)
    op.create_table(
        "command_outcome",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_command_outcome")),
    )
    op.create_index(op.f("ix_command_outcome_station_id_at"), "command_outcome", ["station_id", "at"], unique=False)
    op.create_table(
        "count_gap",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("counter", sa.Text(), nullable=False),
        sa.Column("old", sa.BigInteger(), nullable=False),
        sa.Column("new", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=True),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_count_gap")),
    )
    op.create_index(op.f("ix_count_gap_station_id_to_at"), "count_gap", ["station_id", "to_at"], unique=False)
    op.create_table(
        "counter_position",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("counter", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("boot", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "machine", "counter", name=op.f("pk_counter_position")),
    )
    op.create_table(
        "cycle",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("boot", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("results", sa.Text(), nullable=False),
        sa.Column("curve_digest", sa.Text(), nullable=True),
        sa.Column("curve_lost", sa.BigInteger(), nullable=False),
        sa.Column("job_order", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("permit", sa.Text(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_cycle")),
    )
    op.create_index(op.f("ix_cycle_station_id_ended_at"), "cycle", ["station_id", "ended_at"], unique=False)
    op.create_index(op.f("ix_cycle_station_id_machine_ended_at"), "cycle", ["station_id", "machine", "ended_at"], unique=False)
    op.create_table(
        "draft",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "key", name=op.f("pk_draft")),
    )
    op.create_table(
        "engine_run",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_engine_run")),
    )
    op.create_index(op.f("ix_engine_run_station_id_started_at"), "engine_run", ["station_id", "started_at"], unique=False)
    op.create_table(
        "epoch",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("parent_seq", sa.BigInteger(), nullable=False),
        sa.Column("parent_head", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_epoch")),
    )
    op.create_table(
        "equipment_state",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("packml", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_equipment_state")),
    )
    op.create_index(op.f("ix_equipment_state_station_id_ended_at"), "equipment_state", ["station_id", "ended_at"], unique=False)
    op.create_index(
        op.f("ix_equipment_state_station_id_machine_started_at"),
        "equipment_state",
        ["station_id", "machine", "started_at"],
        unique=False,
    )
    op.create_table(
        "feed_cursor",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "origin", name=op.f("pk_feed_cursor")),
    )
    op.create_table(
        "job_order",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("work_master", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_job_order")),
    )
    op.create_table(
        "job_response",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_order", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("bad", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_job_response")),
    )
    op.create_table(
        "journal",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "epoch", "seq", name=op.f("pk_journal")),
    )
    op.create_index(op.f("ix_journal_station_id_record_id"), "journal", ["station_id", "record_id"], unique=False)
    op.create_table(
        "link_gap",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_link_gap")),
    )
    op.create_index(op.f("ix_link_gap_station_id_from_at"), "link_gap", ["station_id", "from_at"], unique=False)
    op.create_table(
        "machine_write",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(precision=53), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("permit", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_machine_write")),
    )
    op.create_index(op.f("ix_machine_write_station_id_asked_at"), "machine_write", ["station_id", "asked_at"], unique=False)
    op.create_table(
        "permit",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("cycle_number", sa.BigInteger(), nullable=False),
        sa.Column("step_run", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_permit")),
    )
    op.create_index(op.f("ix_permit_station_id_unit"), "permit", ["station_id", "unit"], unique=False)
    op.create_table(
        "person",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("badge", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_person")),
    )
    op.create_table(
        "product",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_product")),
    )
    op.create_table(
        "routing_snapshot",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_order", sa.Text(), nullable=False),
        sa.Column("work_master", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_routing_snapshot")),
    )
    op.create_table(
        "set_aside",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "epoch", "seq", name=op.f("pk_set_aside")),
    )
    op.create_table(
        "shift_occurrence",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_shift_occurrence")),
    )
    op.create_index(
        op.f("ix_shift_occurrence_station_id_started_at"), "shift_occurrence", ["station_id", "started_at"], unique=False
    )
    op.create_table(
        "shift_pattern",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("weekdays", sa.Text(), nullable=False),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_shift_pattern")),
    )
    op.create_table(
        "sign_in",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_station_id_started_at"), "sign_in", ["station_id", "started_at"], unique=False)
    op.create_table(
        "station",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("last_heard_at", sa.BigInteger(), nullable=True),
        sa.Column("app_version", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Text(), nullable=True),
        sa.Column("last_seq", sa.BigInteger(), nullable=True),
        sa.Column("oldest_unsent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_station")),
    )
    op.create_table(
        "step_run",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("job_order", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("step_kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("cycle", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_step_run")),
    )
    op.create_index(op.f("ix_step_run_station_id_unit"), "step_run", ["station_id", "unit"], unique=False)
    op.create_table(
        "unit",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_order", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_unit")),
    )
    op.create_index(op.f("ix_unit_station_id_response"), "unit", ["station_id", "response"], unique=False)
    op.create_table(
        "unseen_parts",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("cycles", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("bad", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=True),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_unseen_parts")),
    )
    op.create_index(op.f("ix_unseen_parts_station_id_to_at"), "unseen_parts", ["station_id", "to_at"], unique=False)
    op.create_table(
        "watermark",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "epoch", name=op.f("pk_watermark")),
    )
    op.create_table(
        "work_master",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_work_master")),
    )
