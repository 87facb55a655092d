"""What a supervisor settled is found at once, however long the journal is."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the few entries that settle refused ones."""
    op.execute("CREATE INDEX entries_settling ON entries (kind) WHERE kind = 'RefusalSettled'")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
