"""Who is behind an account, and whether a second factor was issued for it."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE users ADD COLUMN person VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE users ADD COLUMN factor VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE users ADD COLUMN factor_step BIGINT NOT NULL DEFAULT 0",
)


def upgrade() -> None:
    """Everybody stands for themselves, and nobody has a second factor yet."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
