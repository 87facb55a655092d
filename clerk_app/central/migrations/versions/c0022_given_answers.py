"""By what an answer of a register is known again when a desk writes it down."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the digest; of what was said before nobody knows more than when."""
    octets = "BLOB" if op.get_bind().dialect.name == "sqlite" else "BYTEA"
    op.execute(f"ALTER TABLE register_queries ADD COLUMN answer {octets}")
    op.execute("CREATE INDEX register_queries_by_dossier ON register_queries (dossier)")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
