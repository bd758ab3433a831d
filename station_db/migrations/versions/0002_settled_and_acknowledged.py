"""Who acknowledged an alarm, how a gap was settled, what stood there before a write and what it belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns that may be empty."""
    op.add_column("alarm_event", sa.Column("acknowledged_at", sa.BigInteger(), nullable=True))
    op.add_column("alarm_event", sa.Column("acknowledged_by", sa.Text(), nullable=True))
    op.add_column("count_gap", sa.Column("settled_good", sa.BigInteger(), nullable=True))
    op.add_column("count_gap", sa.Column("settled_bad", sa.BigInteger(), nullable=True))
    op.add_column("count_gap", sa.Column("settled_by", sa.Text(), nullable=True))
    op.add_column("count_gap", sa.Column("settled_at", sa.BigInteger(), nullable=True))
    op.add_column("count_gap", sa.Column("settled_reason", sa.Text(), nullable=True))
    op.add_column("machine_write", sa.Column("old_value", sa.Float(precision=53), nullable=True))
    op.add_column("machine_write", sa.Column("group_id", sa.Text(), nullable=True))
