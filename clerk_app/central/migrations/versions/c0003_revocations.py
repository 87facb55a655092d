"""When somebody was without access."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the list; nobody is on it."""
    op.execute(
        'CREATE TABLE revocations ( "user" VARCHAR NOT NULL, revoked_ms BIGINT NOT NULL, restored_ms BIGINT, '
        'PRIMARY KEY ("user", revoked_ms) )'
    )


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
