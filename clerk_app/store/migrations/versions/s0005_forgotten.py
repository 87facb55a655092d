"""Central may be brought back from an older copy; what waits for it is counted from an index alone."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE INDEX entries_to_send ON entries (station, n, dossier, at)",
    "DROP TRIGGER answers_update_never",
    "CREATE TRIGGER answers_move_never BEFORE UPDATE ON answers "
    "WHEN NEW.rowid IS NOT OLD.rowid OR NEW.entry IS NOT OLD.entry OR NEW.own_n IS NOT OLD.own_n "
    "BEGIN SELECT RAISE(ABORT, 'answers only grows'); END",
)


def upgrade() -> None:
    """Let answers be given anew, never to another entry."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
