"""The first released schema, word for word; on PostgreSQL what it would have been."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE TABLE assertions ( jti VARCHAR NOT NULL, expires_ms BIGINT NOT NULL, PRIMARY KEY (jti) )",
    "CREATE INDEX ix_assertions_expires_ms ON assertions (expires_ms)",
    (
        "CREATE TABLE blocks ( office VARCHAR NOT NULL, kind VARCHAR NOT NULL, first BIGINT NOT NULL, last "
        'BIGINT NOT NULL, station VARCHAR NOT NULL, "key" CHAR(32) NOT NULL, lent_ms BIGINT NOT NULL, PRIMARY'
        ' KEY (office, kind, first), UNIQUE (station, "key") )'
    ),
    (
        "CREATE TABLE claims ( kind VARCHAR NOT NULL, value VARCHAR NOT NULL, dossier CHAR(32) NOT NULL, "
        "PRIMARY KEY (kind, value) )"
    ),
    "CREATE TABLE counters ( office VARCHAR NOT NULL, code VARCHAR NOT NULL, PRIMARY KEY (office, code) )",
    (
        "CREATE TABLE enrolment_codes ( code_digest BLOB NOT NULL, station VARCHAR NOT NULL, office VARCHAR "
        "NOT NULL, counter VARCHAR NOT NULL, expires_ms BIGINT NOT NULL, used_by BLOB, PRIMARY KEY "
        "(code_digest) )"
    ),
    (
        "CREATE TABLE entries ( number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, id CHAR(32) NOT NULL, "
        "station VARCHAR NOT NULL, n INTEGER NOT NULL, office VARCHAR NOT NULL, dossier CHAR(32) NOT NULL, "
        "received_ms BIGINT NOT NULL, accepted BOOLEAN NOT NULL, refusal BLOB, body BLOB NOT NULL, previous "
        "BLOB NOT NULL, digest BLOB NOT NULL, signature BLOB NOT NULL, UNIQUE (station, n) )"
    ),
    "CREATE INDEX entries_of_dossier ON entries (dossier, number)",
    "CREATE INDEX entries_of_office ON entries (office, number)",
    "CREATE UNIQUE INDEX entries_once ON entries (id) WHERE accepted",
    "CREATE TABLE facts ( name VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY (name) )",
    (
        "CREATE TABLE lost_sheets ( station VARCHAR NOT NULL, digest VARCHAR NOT NULL, told_ms BIGINT NOT "
        "NULL, PRIMARY KEY (station, digest) )"
    ),
    (
        "CREATE TABLE offices ( code VARCHAR NOT NULL, name_vi VARCHAR NOT NULL, name_en VARCHAR NOT NULL, "
        "unit_code VARCHAR NOT NULL, PRIMARY KEY (code) )"
    ),
    (
        "CREATE TABLE packs ( number INTEGER NOT NULL, version VARCHAR NOT NULL, digest BLOB NOT NULL, "
        "published_ms BIGINT NOT NULL, archive BLOB NOT NULL, PRIMARY KEY (number) )"
    ),
    "CREATE INDEX ix_packs_digest ON packs (digest)",
    (
        "CREATE TABLE sign_ins ( station VARCHAR NOT NULL, user VARCHAR NOT NULL, failures INTEGER NOT NULL, "
        "tried_ms BIGINT NOT NULL, succeeded_ms BIGINT, PRIMARY KEY (station, user) )"
    ),
    (
        "CREATE TABLE stations ( code VARCHAR NOT NULL, office VARCHAR NOT NULL, counter VARCHAR NOT NULL, "
        "public_key BLOB NOT NULL, enrolled_ms BIGINT NOT NULL, revoked_ms BIGINT, PRIMARY KEY (code) )"
    ),
    (
        "CREATE TABLE users ( id VARCHAR NOT NULL, name VARCHAR NOT NULL, roles VARCHAR NOT NULL, office "
        "VARCHAR NOT NULL, active BOOLEAN NOT NULL, verifier VARCHAR NOT NULL, PRIMARY KEY (id) )"
    ),
    (
        "CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are "
        "append-only'); END"
    ),
    (
        "CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are "
        "append-only'); END"
    ),
)

POSTGRESQL = (
    "CREATE TABLE assertions ( jti VARCHAR NOT NULL, expires_ms BIGINT NOT NULL, PRIMARY KEY (jti) )",
    "CREATE INDEX ix_assertions_expires_ms ON assertions (expires_ms)",
    (
        "CREATE TABLE blocks ( office VARCHAR NOT NULL, kind VARCHAR NOT NULL, first BIGINT NOT NULL, last "
        "BIGINT NOT NULL, station VARCHAR NOT NULL, key UUID NOT NULL, lent_ms BIGINT NOT NULL, PRIMARY KEY "
        "(office, kind, first), UNIQUE (station, key) )"
    ),
    (
        "CREATE TABLE claims ( kind VARCHAR NOT NULL, value VARCHAR NOT NULL, dossier UUID NOT NULL, PRIMARY "
        "KEY (kind, value) )"
    ),
    "CREATE TABLE counters ( office VARCHAR NOT NULL, code VARCHAR NOT NULL, PRIMARY KEY (office, code) )",
    (
        "CREATE TABLE enrolment_codes ( code_digest BYTEA NOT NULL, station VARCHAR NOT NULL, office VARCHAR "
        "NOT NULL, counter VARCHAR NOT NULL, expires_ms BIGINT NOT NULL, used_by BYTEA, PRIMARY KEY "
        "(code_digest) )"
    ),
    (
        "CREATE TABLE entries ( number BIGSERIAL NOT NULL, id UUID NOT NULL, station VARCHAR NOT NULL, n "
        "INTEGER NOT NULL, office VARCHAR NOT NULL, dossier UUID NOT NULL, received_ms BIGINT NOT NULL, "
        "accepted BOOLEAN NOT NULL, refusal BYTEA, body BYTEA NOT NULL, previous BYTEA NOT NULL, digest BYTEA"
        " NOT NULL, signature BYTEA NOT NULL, PRIMARY KEY (number), UNIQUE (station, n) )"
    ),
    "CREATE INDEX entries_of_dossier ON entries (dossier, number)",
    "CREATE INDEX entries_of_office ON entries (office, number)",
    "CREATE UNIQUE INDEX entries_once ON entries (id) WHERE accepted",
    "CREATE TABLE facts ( name VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY (name) )",
    (
        "CREATE TABLE lost_sheets ( station VARCHAR NOT NULL, digest VARCHAR NOT NULL, told_ms BIGINT NOT "
        "NULL, PRIMARY KEY (station, digest) )"
    ),
    (
        "CREATE TABLE offices ( code VARCHAR NOT NULL, name_vi VARCHAR NOT NULL, name_en VARCHAR NOT NULL, "
        "unit_code VARCHAR NOT NULL, PRIMARY KEY (code) )"
    ),
    (
        "CREATE TABLE packs ( number SERIAL NOT NULL, version VARCHAR NOT NULL, digest BYTEA NOT NULL, "
        "published_ms BIGINT NOT NULL, archive BYTEA NOT NULL, PRIMARY KEY (number) )"
    ),
    "CREATE INDEX ix_packs_digest ON packs (digest)",
    (
        'CREATE TABLE sign_ins ( station VARCHAR NOT NULL, "user" VARCHAR NOT NULL, failures INTEGER NOT '
        'NULL, tried_ms BIGINT NOT NULL, succeeded_ms BIGINT, PRIMARY KEY (station, "user") )'
    ),
    (
        "CREATE TABLE stations ( code VARCHAR NOT NULL, office VARCHAR NOT NULL, counter VARCHAR NOT NULL, "
        "public_key BYTEA NOT NULL, enrolled_ms BIGINT NOT NULL, revoked_ms BIGINT, PRIMARY KEY (code) )"
    ),
    (
        "CREATE TABLE users ( id VARCHAR NOT NULL, name VARCHAR NOT NULL, roles VARCHAR NOT NULL, office "
        "VARCHAR NOT NULL, active BOOLEAN NOT NULL, verifier VARCHAR NOT NULL, PRIMARY KEY (id) )"
    ),
    (
        "CREATE FUNCTION entries_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'entries are append-only' USING ERRCODE = 'restrict_violation'; END $$"
    ),
    (
        "CREATE TRIGGER entries_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON entries FOR EACH STATEMENT "
        "EXECUTE FUNCTION entries_only_grow()"
    ),
    "ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_only_grow",
)


def upgrade() -> None:
    """Make every table of the first release."""
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """There is nothing before it."""
    raise RuntimeError("a database is never made older")
