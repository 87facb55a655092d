"""Which extracts of what is held on one number were made, by whom and what for."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SQLITE = tuple(
    f"CREATE TRIGGER extracts_no_{verb} BEFORE {verb.upper()} ON extracts BEGIN "
    "SELECT RAISE(ABORT, 'extracts are append-only'); END"
    for verb in ("update", "delete")
)
_POSTGRESQL = (
    "CREATE FUNCTION extracts_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
    "'extracts are append-only' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER extracts_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON extracts FOR EACH STATEMENT "
    "EXECUTE FUNCTION extracts_only_grow()",
    "ALTER TABLE extracts ENABLE ALWAYS TRIGGER extracts_only_grow",
)


def upgrade() -> None:
    """Add the list; none was made."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    kind, octets = ("CHAR(32)", "BLOB") if sqlite else ("UUID", "BYTEA")
    op.execute(
        f"CREATE TABLE extracts ( id {kind} NOT NULL, at_ms BIGINT NOT NULL, who VARCHAR NOT NULL, "
        f"purpose VARCHAR NOT NULL, subject {octets} NOT NULL, dossiers INTEGER NOT NULL, entries INTEGER NOT NULL, "
        f"digest {octets} NOT NULL, PRIMARY KEY (id) )"
    )
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
