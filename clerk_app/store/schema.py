"""The tables. `entries` and `answers` only ever grow: triggers forbid anything else. An order of central's may empty an
entry: its place, seal and signature stay.

`answers` is the delivery state of an entry: none yet means it waits; accepted with central's number, or refused with
reasons. What stands in one changes only when central was brought back from an older copy and says it anew; number 0 of
an accepted entry means that central forgot it. `dossiers` and `search` are projections and may be thrown away.
`originals` are what stays at this desk with a dossier, and the only rows that are ever released. `row_seals` and
`seals` prove the others (`store.seals`); `store.protection` says for each table what protects it.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint, text

metadata = MetaData()

KINDS_ASKED_FOR = "kind IN ('Submitted', 'Discarded', 'Reviewed', 'FindingAnswered', 'CopiesRemoved', 'ErasureDone')"
"""The kinds of entries that are looked for by their kind: a query in these very words is served by their index."""

entries = Table(
    "entries",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("id", LargeBinary(16), nullable=False, unique=True),
    Column("dossier", LargeBinary(16), nullable=False),
    Column("kind", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    UniqueConstraint("station", "n", name="one_number_once"),
    Index("entries_of_dossier", "dossier"),
    # What waits is counted at every look at the queue: from here alone, for a week's bodies fit into no cache.
    Index("entries_to_send", "station", "n", "dossier", "at"),
    Index("entries_settling", "kind", sqlite_where=text("kind = 'RefusalSettled'")),
    Index("entries_by_moment", text("unixepoch(at)")),
    Index(
        "entries_by_person",
        text("CASE WHEN json_valid(CAST(body AS TEXT)) THEN json_extract(CAST(body AS TEXT), '$.who') END"),
        text("unixepoch(at)"),
    ),
    Index("entries_by_kind", "kind", "at", sqlite_where=text(KINDS_ASKED_FOR)),
)

answers = Table(
    "answers",
    metadata,
    Column("entry", LargeBinary(16), primary_key=True),
    Column("own_n", Integer),
    Column("accepted", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("code", Text, nullable=False, default=""),
    Column("words_vi", Text, nullable=False, default=""),
    Column("words_en", Text, nullable=False, default=""),
    Column("remedy_vi", Text, nullable=False, default=""),
    Column("remedy_en", Text, nullable=False, default=""),
    Index("answers_in_own_order", "own_n"),
    Index("answers_refused", "accepted"),
)

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("code", Text, nullable=False),
    Column("local_code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("procedure", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("clerk", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("due_at", Text),
    Column("entries", Integer, nullable=False),
    Column("approval", Text, nullable=False, server_default=""),
    Column("owed_at", Text),
    Column("state", Text, nullable=False, server_default=""),
    Index("dossiers_newest", "changed_at"),
    Index("dossiers_by_code", "code"),
    Index("dossiers_by_status", "status", "changed_at"),
    Index("dossiers_owed", "owed_at", sqlite_where=text("owed_at IS NOT NULL")),
    Index("dossiers_to_approve", "approval", sqlite_where=text("approval <> ''")),
)

report_rows = Table(
    "report_rows",
    metadata,
    Column("dossier", LargeBinary(16), primary_key=True),
    Column("begun_ms", Integer, nullable=False),
    Column("last_ms", Integer, nullable=False),
    Column("last_state", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("report_rows_by_last", "last_ms"),
)
"""What reports count of a dossier (`store.report_rows`); a projection like `dossiers`."""
online = Table(
    "online",
    metadata,
    Column("dossier", LargeBinary(16), primary_key=True),
    Column("code", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("payment", Text, nullable=False),
    Column("sent_at", Text, nullable=False),
    Column("came_at", Text),
    Column("due_at", Text),
)
"""The dossiers that citizens sent online: a projection."""

results = Table(
    "results",
    metadata,
    Column("dossier", LargeBinary(16), primary_key=True),
    Column("course", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("box", LargeBinary(16)),
    Column("card", Text, nullable=False),
    Column("arrived_at", Text),
    Column("reminded", Integer, nullable=False, server_default="0"),
    Column("item", Text, nullable=False, server_default=""),
    Column("wish", Text, nullable=False, server_default=""),
    Column("pack", Text, nullable=False, server_default=""),
    Column("office", Text, nullable=False, server_default=""),
    Column("received_at", Text, nullable=False, server_default=""),
    Column("reminded_at", Text),
    Index("results_by_state", "state", "since"),
    Index("results_by_course", "course"),
    Index("results_by_box", "box"),
    Index("results_by_card", "card"),
)
"""Where the result of each accepted dossier is; `card` is the number that its card bears, as far as it is known.

`reminded` counts the reminders for the card that is here since `arrived_at`, the last one at `reminded_at`; the next is
due by the law of `pack`,
`office` and `received_at`. `wish` is how the citizen wants the result."""

sheets = Table(
    "sheets",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("size_bytes", Integer, nullable=False),
    Column("at", Text, nullable=False),
)

sheets_delivered = Table("sheets_delivered", metadata, Column("digest", Text, primary_key=True))

originals = Table(
    "originals",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("dossier", LargeBinary(16), primary_key=True),
    Column("size_bytes", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Index("originals_of_dossier", "dossier"),
)

blocks = Table(
    "blocks",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

drawn = Table(
    "drawn",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("verifier", LargeBinary(32), nullable=False),
    Column("offline_days", Integer, nullable=False),
    Column("online_at", Text, nullable=False),
    Column("failures", Integer, nullable=False, default=0),
    Column("failed_at", Text),
    Column("active", Boolean, nullable=False, server_default="1"),
    Column("person", Text, nullable=False, server_default=""),
    Column("factor", Text, nullable=False, server_default=""),
    Column("factor_kept", Text, nullable=False, server_default=""),
    Column("factor_secret", LargeBinary),
    Column("factor_step", Integer, nullable=False, server_default="0"),
    Column("pin_salt", LargeBinary(16)),
    Column("pin_verifier", LargeBinary(32)),
    Column("pin_failures", Integer, nullable=False, server_default="0"),
    Column("tokens", Text, nullable=False, server_default="[]"),
)
"""`factor` names the second factor that central last said somebody has, `factor_kept` the one whose secret is here;
`tokens` are the keys of their tokens (`wire.TokenKey`, JSON)."""

page_words = Table(
    "page_words",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reading", Text, nullable=False, unique=True),
    Column("words", Text, nullable=False),
)

dossier_words = Table(
    "dossier_words",
    metadata,
    Column("dossier", LargeBinary(16), primary_key=True),
    Column("reading", Text, primary_key=True),
    Index("dossier_words_by_reading", "reading"),
)

messages_heard = Table(
    "messages_heard",
    metadata,
    Column("dossier", LargeBinary(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

facts = Table("facts", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

row_seals = Table(
    "row_seals",
    metadata,
    Column("table", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("seal", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)

seals = Table(
    "seals",
    metadata,
    Column("part", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("seal", LargeBinary(32), nullable=False),
)

APPEND_ONLY = ("entries", "answers", "drawn", "sheets")

_STAYS = ("row", "id", "dossier", "station", "n", "at", "previous", "digest", "signature")

EMPTIED_ONLY = (
    "CREATE TRIGGER entries_update_never BEFORE UPDATE ON entries WHEN NOT (NEW.kind = 'Erased' AND "
    + " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in _STAYS)
    + " AND EXISTS (SELECT 1 FROM entries done WHERE done.dossier = OLD.dossier AND done.kind = 'ErasureDone')) "
    "BEGIN SELECT RAISE(ABORT, 'entries only grows'); END"
)
"""Only an order of central's empties an entry, and what carries it out is written down in the same transaction."""

ORIGINALS_AFTER_DRAFTS = (
    "CREATE TRIGGER originals_delete_after_drafts BEFORE DELETE ON originals "
    "WHEN NOT EXISTS (SELECT 1 FROM dossiers WHERE id = OLD.dossier AND status <> 'draft') "
    "AND NOT EXISTS (SELECT 1 FROM entries WHERE dossier = OLD.dossier AND kind = 'ErasureDone') "
    "BEGIN SELECT RAISE(ABORT, 'originals stay as long as their dossier is a draft'); END"
)

TRIGGERS = (
    *(
        f"CREATE TRIGGER {table}_{verb.lower()}_never BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        for table in APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
        if (table, verb) not in (("answers", "UPDATE"), ("entries", "UPDATE"))
    ),
    EMPTIED_ONLY,
    "CREATE TRIGGER answers_move_never BEFORE UPDATE ON answers "
    "WHEN NEW.rowid IS NOT OLD.rowid OR NEW.entry IS NOT OLD.entry OR NEW.own_n IS NOT OLD.own_n "
    "BEGIN SELECT RAISE(ABORT, 'answers only grows'); END",
    "CREATE TRIGGER originals_update_never BEFORE UPDATE ON originals "
    "BEGIN SELECT RAISE(ABORT, 'originals are never written over'); END",
    ORIGINALS_AFTER_DRAFTS,
)

SEARCH = (
    "CREATE VIRTUAL TABLE search USING fts5(words, dossier UNINDEXED, "
    "tokenize = \"unicode61 remove_diacritics 0\", prefix = '2 3 4 6')"
)

PAGE_SEARCH = (
    "CREATE VIRTUAL TABLE page_search USING fts5(words, content = 'page_words', content_rowid = 'id', "
    "tokenize = 'ascii', prefix = '2 3 4', detail = none)"
)
"""The words are folded to ASCII before they get here; their places on a page are not asked for."""
