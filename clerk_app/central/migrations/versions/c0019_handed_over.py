"""When an order or message was handed over whose end nobody heard."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the moments. What is on its way counts as handed over now."""
    for table in ("orders", "messages"):
        for column in ("handed_ms", "absent_ms"):
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column} BIGINT")
    op.execute("UPDATE orders SET handed_ms = due_ms WHERE state = 'waiting' AND tries > 0")
    op.execute("UPDATE messages SET handed_ms = due_ms WHERE open_try")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
