"""Which dossiers wait for somebody who decides exceptions, or have their answer."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Room for it in the list of dossiers; the list is made anew by the program that reads it."""
    op.execute("ALTER TABLE dossiers ADD COLUMN approval TEXT DEFAULT '' NOT NULL")
    op.execute("CREATE INDEX dossiers_to_approve ON dossiers (approval) WHERE approval <> ''")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
