"""Where each station's chain ends, which office has which dossier, and receipt numbers that are lent once whatever the
office."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE TABLE heads ( station VARCHAR NOT NULL, n INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (station) )",
    "CREATE TABLE dossiers ( id CHAR(32) NOT NULL, office VARCHAR NOT NULL, PRIMARY KEY (id) )",
)
POSTGRESQL = (
    "CREATE TABLE heads ( station VARCHAR NOT NULL, n INTEGER NOT NULL, digest BYTEA NOT NULL, PRIMARY KEY (station) )",
    "CREATE TABLE dossiers ( id UUID NOT NULL, office VARCHAR NOT NULL, PRIMARY KEY (id) )",
)
BOTH = (
    "CREATE UNIQUE INDEX blocks_of_receipts ON blocks (first) WHERE kind = 'receipt'",
    (
        "INSERT INTO heads (station, n, digest) SELECT entries.station, entries.n, entries.digest FROM entries JOIN "
        "(SELECT station, max(n) AS n FROM entries GROUP BY station) AS last "
        "ON last.station = entries.station AND last.n = entries.n"
    ),
    (
        "INSERT INTO dossiers (id, office) SELECT entries.dossier, entries.office FROM entries JOIN "
        "(SELECT min(number) AS number FROM entries WHERE accepted GROUP BY dossier) AS opened "
        "ON opened.number = entries.number"
    ),
)


def upgrade() -> None:
    """Make the two lists from the entries."""
    own = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in own + BOTH:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
