"""When the holder of a card was last reminded: the next reminder is due so long after it.

A projection, made from the entries as the projections are made anew.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE results ADD COLUMN reminded_at TEXT")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
