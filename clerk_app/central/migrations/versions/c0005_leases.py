"""Which dossier is open at which station."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the list; nothing is open."""
    kind = "CHAR(32)" if op.get_bind().dialect.name == "sqlite" else "UUID"
    op.execute(
        f"CREATE TABLE leases ( dossier {kind} NOT NULL, office VARCHAR NOT NULL, station VARCHAR NOT NULL, "
        "counter VARCHAR NOT NULL, who VARCHAR NOT NULL, since_ms BIGINT NOT NULL, until_ms BIGINT NOT NULL, "
        "PRIMARY KEY (dossier) )"
    )
    op.execute("CREATE INDEX ix_leases_station ON leases (station)")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
