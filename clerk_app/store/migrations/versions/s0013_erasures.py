"""An order of central's may empty entries; that it was carried out is found at once."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DROP INDEX entries_by_kind",
    "CREATE INDEX entries_by_kind ON entries (kind, at) "
    "WHERE kind IN ('Submitted', 'Discarded', 'Reviewed', 'FindingAnswered', 'CopiesRemoved', 'ErasureDone')",
    "DROP TRIGGER entries_update_never",
    "CREATE TRIGGER entries_update_never BEFORE UPDATE ON entries WHEN NOT (NEW.kind = 'Erased' AND "
    'NEW."row" IS OLD."row" AND NEW."id" IS OLD."id" AND NEW."dossier" IS OLD."dossier" AND '
    'NEW."station" IS OLD."station" AND NEW."n" IS OLD."n" AND NEW."at" IS OLD."at" AND '
    'NEW."previous" IS OLD."previous" AND NEW."digest" IS OLD."digest" AND NEW."signature" IS OLD."signature" '
    "AND EXISTS (SELECT 1 FROM entries done WHERE done.dossier = OLD.dossier AND done.kind = 'ErasureDone')) "
    "BEGIN SELECT RAISE(ABORT, 'entries only grows'); END",
    "DROP TRIGGER originals_delete_after_drafts",
    "CREATE TRIGGER originals_delete_after_drafts BEFORE DELETE ON originals "
    "WHEN NOT EXISTS (SELECT 1 FROM dossiers WHERE id = OLD.dossier AND status <> 'draft') "
    "AND NOT EXISTS (SELECT 1 FROM entries WHERE dossier = OLD.dossier AND kind = 'ErasureDone') "
    "BEGIN SELECT RAISE(ABORT, 'originals stay as long as their dossier is a draft'); END",
)


def upgrade() -> None:
    """Let an order empty an entry, and nothing else."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
