"""When the post first said that it brings a parcel back: it may say something else later."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the moment. What is on its way back by the post's last word says so itself."""
    op.execute("ALTER TABLE orders ADD COLUMN returned_ms BIGINT")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
