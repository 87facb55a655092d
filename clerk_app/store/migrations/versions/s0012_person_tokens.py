"""The public keys of people's tokens, by which their signatures are verified without a line."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody's token is known here until central says so."""
    op.execute("ALTER TABLE users ADD COLUMN tokens TEXT NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
