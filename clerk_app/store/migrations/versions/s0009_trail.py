"""Who did something, and when, is found at once, however long the journal is."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the entries by their moment, and by whose they are."""
    op.execute("CREATE INDEX entries_by_moment ON entries (unixepoch(at))")
    op.execute(
        "CREATE INDEX entries_by_person ON entries (CASE WHEN json_valid(CAST(body AS TEXT)) "
        "THEN json_extract(CAST(body AS TEXT), '$.who') END, unixepoch(at))"
    )


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
