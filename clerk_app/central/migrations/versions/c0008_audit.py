"""What this program changes at central is recorded, and the record only grows."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SQLITE = tuple(
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the record only grows'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL = (
    "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
    "'the record only grows' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT "
    "EXECUTE FUNCTION audit_only_grows()",
    "ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_only_grows",
)


def upgrade() -> None:
    """Make the record; what is here is stated in it by the program that opens the database."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    octets = "BLOB" if sqlite else "BYTEA"
    op.execute(
        f"CREATE TABLE audit ( chain VARCHAR NOT NULL, seq INTEGER NOT NULL, at_ms BIGINT NOT NULL, previous {octets} "
        f"NOT NULL, body {octets} NOT NULL, digest {octets} NOT NULL, signature {octets} NOT NULL, "
        "PRIMARY KEY (chain, seq) )"
    )
    op.execute(
        f"CREATE TABLE audit_heads ( chain VARCHAR NOT NULL, seq INTEGER NOT NULL, digest {octets} NOT NULL, "
        f"counts {octets} NOT NULL, signature {octets} NOT NULL, PRIMARY KEY (chain) )"
    )
    for statement in SQLITE if sqlite else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
