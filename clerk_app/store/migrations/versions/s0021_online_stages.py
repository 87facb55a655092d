"""At what an online dossier waits is the law's word: the queue keeps what happened, and no stage."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Room for it; the queue is made anew by the program that reads it."""
    op.execute("DROP TABLE online")
    op.execute(
        "CREATE TABLE online ( dossier BLOB NOT NULL, code TEXT NOT NULL, receipt TEXT NOT NULL, name TEXT NOT NULL, "
        "number TEXT NOT NULL, state TEXT NOT NULL, ended INTEGER NOT NULL, payment TEXT NOT NULL, "
        "sent_at TEXT NOT NULL, came_at TEXT, paid_at TEXT, due_at TEXT, PRIMARY KEY (dossier) )"
    )


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
