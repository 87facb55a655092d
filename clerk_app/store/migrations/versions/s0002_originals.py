"""Sheets as they arrived have a table of their own: they stay at the desk and are released with their dossier."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    (
        "CREATE TABLE originals ( digest TEXT NOT NULL, dossier BLOB NOT NULL, size_bytes INTEGER NOT NULL, at TEXT "
        "NOT NULL, PRIMARY KEY (digest, dossier) )"
    ),
    ("CREATE INDEX originals_of_dossier ON originals (dossier)"),
    (
        "CREATE TRIGGER originals_update_never BEFORE UPDATE ON originals BEGIN SELECT RAISE(ABORT, 'originals are "
        "never written over'); END"
    ),
    (
        "CREATE TRIGGER originals_delete_after_drafts BEFORE DELETE ON originals WHEN NOT EXISTS (SELECT 1 FROM "
        "dossiers WHERE id = OLD.dossier AND status <> 'draft') BEGIN SELECT RAISE(ABORT, 'originals stay as long as "
        "their dossier is a draft'); END"
    ),
)


def upgrade() -> None:
    """Make the table of originals."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
