"""What is held on a person may be erased by an order: the body of an entry is emptied, all else of it stays."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = (
    "CREATE TABLE erasures ( id {kind} NOT NULL, at_ms BIGINT NOT NULL, who VARCHAR NOT NULL, second VARCHAR NOT NULL, "
    "purpose VARCHAR NOT NULL, basis VARCHAR NOT NULL, subject {octets} NOT NULL, entries INTEGER NOT NULL, "
    "digest {octets} NOT NULL, PRIMARY KEY (id) )",
    "CREATE TABLE erased_dossiers ( dossier {kind} NOT NULL, erasure {kind} NOT NULL, office VARCHAR NOT NULL, "
    "PRIMARY KEY (dossier) )",
    "CREATE INDEX ix_erased_dossiers_office ON erased_dossiers (office)",
    "CREATE TABLE erased_entries ( digest {octets} NOT NULL, erasure {kind} NOT NULL, PRIMARY KEY (digest) )",
    "CREATE TABLE erased_sheets ( digest VARCHAR NOT NULL, erasure {kind} NOT NULL, PRIMARY KEY (digest) )",
    "CREATE TABLE erasures_done ( dossier {kind} NOT NULL, station VARCHAR NOT NULL, done_ms BIGINT NOT NULL, "
    "PRIMARY KEY (dossier, station) )",
)
_GROWING = ("erasures", "erased_dossiers", "erased_entries", "erased_sheets", "erasures_done")
_STAYS = (
    *("number", "id", "station", "n", "office", "dossier", "received_ms", "accepted", "refusal"),
    *("previous", "digest", "signature"),
)
_ORDERED = "EXISTS (SELECT 1 FROM erased_entries WHERE erased_entries.digest = OLD.digest)"


def _sqlite() -> None:
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in _STAYS)
    op.execute("DROP TRIGGER entries_no_update")
    op.execute(
        f"CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries WHEN NOT ({same} AND {_ORDERED}) "
        "BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END"
    )
    for table in _GROWING:
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, '{table} only grows'); END"
            )


def _postgresql() -> None:
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _STAYS)
    # Partitions and what an operator made of the table have triggers of their own that call the same function.
    op.execute(
        "CREATE OR REPLACE FUNCTION entries_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' AND TG_LEVEL = 'STATEMENT' THEN RETURN NULL; END IF; "
        f"IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' THEN IF {same} AND {_ORDERED} THEN RETURN NEW; END IF; END IF; "
        "RAISE EXCEPTION 'entries are append-only' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER entries_emptied_only BEFORE UPDATE ON entries FOR EACH ROW EXECUTE FUNCTION entries_only_grow()"
    )
    op.execute("ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_emptied_only")
    op.execute(
        "CREATE FUNCTION erasures_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'orders to erase only grow' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in _GROWING:
        op.execute(
            f"CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT "
            "EXECUTE FUNCTION erasures_only_grow()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_grow")


def upgrade() -> None:
    """Add the orders; none was given."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    kind, octets = ("CHAR(32)", "BLOB") if sqlite else ("UUID", "BYTEA")
    for statement in _TABLES:
        op.execute(statement.format(kind=kind, octets=octets))
    if sqlite:
        _sqlite()
    else:
        _postgresql()


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
