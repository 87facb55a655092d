"""A desk knows who has lost their access, so that they do not get in while the line is down."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = ("ALTER TABLE users ADD COLUMN active BOOLEAN NOT NULL DEFAULT 1",)


def upgrade() -> None:
    """Everybody who was let in here before has access until central says otherwise."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
