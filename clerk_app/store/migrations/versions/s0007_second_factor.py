"""Who is behind an account, its second factor and its PIN at this desk."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE users ADD COLUMN person TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE users ADD COLUMN factor TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE users ADD COLUMN factor_kept TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE users ADD COLUMN factor_secret BLOB",
    "ALTER TABLE users ADD COLUMN factor_step INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE users ADD COLUMN pin_salt BLOB",
    "ALTER TABLE users ADD COLUMN pin_verifier BLOB",
    "ALTER TABLE users ADD COLUMN pin_failures INTEGER NOT NULL DEFAULT 0",
)


def upgrade() -> None:
    """Everybody stands for themselves; nobody has a second factor or a PIN here yet."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
