"""What reports count of each dossier: a projection, made from the entries as the projections are made anew."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE TABLE report_rows ( dossier BLOB NOT NULL, begun_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, "
    "last_state TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (dossier) )",
    "CREATE INDEX report_rows_by_last ON report_rows (last_ms)",
)


def upgrade() -> None:
    """Add the table."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
