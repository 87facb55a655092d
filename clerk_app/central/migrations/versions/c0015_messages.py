"""Messages to citizens: what was sent to whom, by what right, and how far it came."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the list. What happened before it causes no message."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    kind, octets = ("CHAR(32)", "BLOB") if sqlite else ("UUID", "BYTEA")
    op.execute(
        f"CREATE TABLE messages ( id {kind} NOT NULL, entry {kind} NOT NULL, dossier {kind} NOT NULL, "
        "office VARCHAR NOT NULL, slot VARCHAR NOT NULL, code VARCHAR NOT NULL, step VARCHAR NOT NULL, "
        "way VARCHAR NOT NULL, ground VARCHAR NOT NULL, basis VARCHAR NOT NULL, verified VARCHAR NOT NULL, "
        "language VARCHAR NOT NULL, taken_ms BIGINT NOT NULL, made_ms BIGINT NOT NULL, within VARCHAR NOT NULL, "
        f"hours INTEGER NOT NULL, letter {octets} NOT NULL, alphabet VARCHAR NOT NULL, parts INTEGER NOT NULL, "
        f"again_of {kind}, state VARCHAR NOT NULL, sent_ms BIGINT, heard_ms BIGINT, open_try BOOLEAN NOT NULL, "
        "tries INTEGER NOT NULL, due_ms BIGINT, cause VARCHAR NOT NULL, PRIMARY KEY (id) )"
    )
    op.execute("CREATE INDEX messages_by_due ON messages (due_ms)")
    op.execute("CREATE INDEX messages_by_dossier ON messages (dossier)")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
