"""Acceptances, second looks and removed copies are found at once, however long the journal is."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the few entries that draws, findings and retention ask for."""
    op.execute(
        "CREATE INDEX entries_by_kind ON entries (kind, at) "
        "WHERE kind IN ('Submitted', 'Discarded', 'Reviewed', 'FindingAnswered', 'CopiesRemoved')"
    )


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
