"""What lists show of a dossier without folding it: its state, and of a result its reminders and the citizen's wish.

Projections, made from the entries as the projections are made anew.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE dossiers ADD COLUMN state TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE results ADD COLUMN arrived_at TEXT",
    "ALTER TABLE results ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE results ADD COLUMN item TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE results ADD COLUMN wish TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE results ADD COLUMN pack TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE results ADD COLUMN office TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE results ADD COLUMN received_at TEXT NOT NULL DEFAULT ''",
)


def upgrade() -> None:
    """Add the columns."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
