"""The grace codes that central made."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the list; none was made yet."""
    op.execute(
        'CREATE TABLE graces ( station VARCHAR NOT NULL, day VARCHAR NOT NULL, counter INTEGER NOT NULL, "limit" '
        "VARCHAR NOT NULL, extent INTEGER NOT NULL, first BIGINT NOT NULL, made_ms BIGINT NOT NULL, "
        "PRIMARY KEY (station, day, counter) )"
    )


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
