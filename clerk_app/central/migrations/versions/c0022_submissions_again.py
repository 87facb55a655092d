"""With what a submission was looked at again, and what it says without the moment; who was turned away comes back."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the digests. What was turned away before it was noted for whom it is, is asked for once more."""
    kind = "BYTEA" if op.get_bind().dialect.name == "postgresql" else "BLOB"
    for column in ("content", "again"):
        op.execute(f"ALTER TABLE submissions ADD COLUMN {column} {kind}")
    op.execute(
        "UPDATE submissions SET state = 'waiting' WHERE state = 'refused' AND unit = ''"
        " AND cause IN ('OFFICE_UNKNOWN', 'PROCEDURE_UNKNOWN')"
    )


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
