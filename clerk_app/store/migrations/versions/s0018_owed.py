"""Until when the result of a dossier is owed: a projection, made from the entries as the projections are made anew."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE dossiers ADD COLUMN owed_at TEXT",
    "CREATE INDEX dossiers_owed ON dossiers (owed_at) WHERE owed_at IS NOT NULL",
)


def upgrade() -> None:
    """Add the column."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
