"""Which request for an exception is looked at, at which station."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the list; nothing is looked at."""
    kind = "CHAR(32)" if op.get_bind().dialect.name == "sqlite" else "UUID"
    op.execute(
        "CREATE TABLE handlings ( station VARCHAR NOT NULL, office VARCHAR NOT NULL, counter VARCHAR NOT NULL, "
        f"who VARCHAR NOT NULL, request {kind} NOT NULL, since_ms BIGINT NOT NULL, until_ms BIGINT NOT NULL, "
        "PRIMARY KEY (station) )"
    )
    op.execute("CREATE INDEX ix_handlings_office ON handlings (office)")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
