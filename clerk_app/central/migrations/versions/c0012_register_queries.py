"""Which registers were asked, by whom and what for; and their last answers."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SQLITE = tuple(
    f"CREATE TRIGGER register_queries_no_{verb} BEFORE {verb.upper()} ON register_queries BEGIN "
    "SELECT RAISE(ABORT, 'register queries are append-only'); END"
    for verb in ("update", "delete")
)
_POSTGRESQL = (
    "CREATE FUNCTION register_queries_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
    "'register queries are append-only' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER register_queries_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON register_queries "
    "FOR EACH STATEMENT EXECUTE FUNCTION register_queries_only_grow()",
    "ALTER TABLE register_queries ENABLE ALWAYS TRIGGER register_queries_only_grow",
)


def upgrade() -> None:
    """Add the list and the answers; nothing was asked."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    kind, octets = ("CHAR(32)", "BLOB") if sqlite else ("UUID", "BYTEA")
    op.execute(
        f"CREATE TABLE register_queries ( id {kind} NOT NULL, step INTEGER NOT NULL, at_ms BIGINT NOT NULL, "
        "system VARCHAR NOT NULL, officer VARCHAR NOT NULL, office VARCHAR NOT NULL, station VARCHAR NOT NULL, "
        f"purpose VARCHAR NOT NULL, subject {octets} NOT NULL, dossier {kind}, outcome VARCHAR NOT NULL, "
        "cause VARCHAR NOT NULL, PRIMARY KEY (id, step) )"
    )
    op.execute("CREATE INDEX register_queries_by_time ON register_queries (at_ms)")
    op.execute(
        f"CREATE TABLE register_answers ( question {octets} NOT NULL, system VARCHAR NOT NULL, "
        f"at_ms BIGINT NOT NULL, body {octets} NOT NULL, PRIMARY KEY (question) )"
    )
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
