"""What is kept beside the chain of entries is sealed row by row."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = (
    'CREATE TABLE row_seals ( "table" TEXT NOT NULL, "key" TEXT NOT NULL, seal BLOB NOT NULL, PRIMARY KEY '
    '("table", "key") ) WITHOUT ROWID',
    "CREATE TABLE seals ( part TEXT NOT NULL, body BLOB NOT NULL, seal BLOB NOT NULL, PRIMARY KEY (part) )",
)


def upgrade() -> None:
    """Make the tables of the seals; what is in the others is sealed when the store is opened."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
