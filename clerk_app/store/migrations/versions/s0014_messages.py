"""What central last said of the messages about a dossier, so that it can be seen without a line."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; central is asked when a dossier is looked at."""
    op.execute(
        "CREATE TABLE messages_heard ( dossier BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (dossier) )",
    )


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
