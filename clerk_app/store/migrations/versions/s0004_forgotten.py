"""Central may be brought back from an older copy; what it then says of an entry again is what counts."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DROP TRIGGER answers_update_never",
    "CREATE TRIGGER answers_update_of_what_never BEFORE UPDATE OF entry, own_n ON answers "
    "BEGIN SELECT RAISE(ABORT, 'an answer stays with its entry'); END",
)


def upgrade() -> None:
    """Let answers be given anew, never to another entry."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
