"""For which office and procedure a submission is that was not taken: it is asked for again once they are known here."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what came before nobody knows it."""
    op.execute("ALTER TABLE submissions ADD COLUMN unit VARCHAR DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE submissions ADD COLUMN procedure VARCHAR DEFAULT '' NOT NULL")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
