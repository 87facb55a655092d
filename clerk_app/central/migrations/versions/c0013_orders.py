"""Orders to foreign systems: what shall be made there once, and how far it came."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the list; nothing was ordered."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    kind, octets = ("CHAR(32)", "BLOB") if sqlite else ("UUID", "BYTEA")
    op.execute(
        f"CREATE TABLE orders ( id {kind} NOT NULL, system VARCHAR NOT NULL, reference VARCHAR NOT NULL, "
        f"dossier {kind}, officer VARCHAR NOT NULL, office VARCHAR NOT NULL, station VARCHAR NOT NULL, "
        f"placed_ms BIGINT NOT NULL, about VARCHAR NOT NULL, lane VARCHAR NOT NULL, "
        f"digest {octets} NOT NULL, body {octets} NOT NULL, "
        f"state VARCHAR NOT NULL, result {octets} NOT NULL, outcome VARCHAR NOT NULL, heard_ms BIGINT, "
        "tries INTEGER NOT NULL, due_ms BIGINT, cause VARCHAR NOT NULL, PRIMARY KEY (id), "
        "UNIQUE (system, reference) )"
    )
    op.execute("CREATE INDEX orders_by_due ON orders (due_ms)")
    op.execute("CREATE INDEX orders_by_lane ON orders (system, lane)")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
