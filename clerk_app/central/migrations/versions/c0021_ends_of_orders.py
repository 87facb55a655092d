"""When an order was heard to have failed, and which ends of payments stand in their dossiers."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the moments. Of the ends that were heard before, nobody looked yet which stand in their dossiers."""
    for column in ("failed_ms", "told_ms"):
        op.execute(f"ALTER TABLE orders ADD COLUMN {column} BIGINT")
    op.execute("UPDATE orders SET failed_ms = heard_ms WHERE outcome = 'failed'")
    op.execute("CREATE INDEX orders_untold ON orders (system, outcome) WHERE told_ms IS NULL")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
