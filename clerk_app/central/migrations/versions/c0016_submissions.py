"""What citizens sent through the national portal, by its code: which dossier it is, and how far it came."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the list; nothing came."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    kind, octets = ("CHAR(32)", "BLOB") if sqlite else ("UUID", "BYTEA")
    op.execute(
        "CREATE TABLE submissions ( code VARCHAR NOT NULL, office VARCHAR NOT NULL, "
        f"dossier {kind} NOT NULL, sent_ms BIGINT NOT NULL, changed_ms BIGINT NOT NULL, arrived_ms BIGINT NOT NULL, "
        f"digest {octets} NOT NULL, state VARCHAR NOT NULL, cause VARCHAR NOT NULL, PRIMARY KEY (code), "
        "UNIQUE (dossier) )"
    )
    op.execute("CREATE INDEX ix_submissions_office ON submissions (office)")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
