"""What reports count of each dossier; made from the entries at the next start."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; no row is in it until the entries were gone through."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    kind, octets = ("CHAR(32)", "BLOB") if sqlite else ("UUID", "BYTEA")
    op.execute(
        f"CREATE TABLE report_rows ( dossier {kind} NOT NULL, office VARCHAR NOT NULL, begun_ms BIGINT NOT NULL, "
        f"last_ms BIGINT NOT NULL, last_state VARCHAR NOT NULL, body {octets} NOT NULL, PRIMARY KEY (dossier) )"
    )
    op.execute("CREATE INDEX ix_report_rows_last_ms ON report_rows (last_ms)")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
