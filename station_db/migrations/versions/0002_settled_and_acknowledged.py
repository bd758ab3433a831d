"""Who acknowledged an alarm, how a gap was settled, what stood there before a write, and the recipe it belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns that may be empty, and the table of recipes."""
    op.add_column("alarm_event", sa.Column("acknowledged_at", sa.BigInteger(), nullable=True))
    op.add_column("alarm_event", sa.Column("acknowledged_by", sa.Text(), nullable=True))
    op.add_column("count_gap", sa.Column("counted", sa.BigInteger(), nullable=True))
    op.add_column("count_gap", sa.Column("settled_good", sa.BigInteger(), nullable=True))
    op.add_column("count_gap", sa.Column("settled_bad", sa.BigInteger(), nullable=True))
    op.add_column("count_gap", sa.Column("settled_by", sa.Text(), nullable=True))
    op.add_column("count_gap", sa.Column("settled_at", sa.BigInteger(), nullable=True))
    op.add_column("count_gap", sa.Column("settled_reason", sa.Text(), nullable=True))
    op.add_column("machine_write", sa.Column("old_value", sa.Float(precision=53), nullable=True))
    op.add_column("machine_write", sa.Column("group_id", sa.Text(), nullable=True))
    op.create_table(
        "recipe_download",
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("confirmed", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("row_epoch_no", sa.BigInteger(), nullable=False),
        sa.Column("row_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id", name=op.f("pk_recipe_download")),
    )
