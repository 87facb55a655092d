"""What an inspection takes along: a table no spreadsheet calculates with, a paper, and a seal that one byte breaks."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.desk import trail_export, trail_seal
from clerk_app.desk.trail_export import scope_words
from clerk_app.desk.trail_table import HEADS, harmless
from clerk_app.desk.trail_views import TrailSearch
from clerk_app.domain.notices import TrailReport
from clerk_app.domain.oversight import Exported, Looked
from clerk_app.domain.refusals import Refusal
from clerk_app.practice import specimens
from tests.desk.conftest import SIGNER, Desk

QUAN = specimens.specimen(1).person
SECRETS = (QUAN.number, QUAN.residence, "0912345678", f"{QUAN.born:%d/%m/%Y}")
KEY = SIGNER.public_key().public_bytes_raw().hex()


@pytest.fixture
def accepted(table: Desk) -> UUID:
    dossier = table.accepted()
    table.as_user("inspector")
    return dossier


def refused(work) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def exports(table: Desk) -> list[Exported]:
    found = [line for line in table.trail.search(TrailSearch(), None, 500).lines if line.kind == "Exported"]
    entries = [table.journal.entries(line.dossier)[0].what for line in found]
    return [what for what in entries if isinstance(what, Exported)]


def test_a_table_of_everything_with_its_entry(table: Desk, accepted: UUID) -> None:
    made = table.trail_export.csv(TrailSearch(), "INSPECTION", "en")
    assert made.data.startswith(b"\xef\xbb\xbf")
    assert made.data.count(b"\r\n") == made.rows + 1
    rows = list(csv.reader(io.StringIO(made.data.decode("utf-8-sig"), newline=""), strict=True))
    assert rows[0] == [head.en for head in HEADS]
    assert [row[7] for row in rows[1:]] == table.kinds(accepted), "oldest first"
    assert {len(row) for row in rows} == {len(HEADS)}
    assert rows[1][2:7] == ["clerk", "–", "", "Q04", table.journal.dossier(accepted).code]
    assert made.digest == hashlib.sha256(made.data).hexdigest()
    assert exports(table) == [Exported("trail.csv", made.digest, "INSPECTION", made.rows)]
    shown = made.data.decode()
    for secret in SECRETS:
        assert secret not in shown
    assert "001******345" in shown


def test_a_paper_of_the_same(table: Desk, accepted: UUID) -> None:
    made = table.trail_export.pdf(TrailSearch(person=QUAN.number, user="clerk"), "COMPLAINT")
    (report,) = table.forms.notices
    assert isinstance(report, TrailReport)
    assert report.scope == "một người dân; người thực hiện clerk"
    assert report.purpose == "COMPLAINT – Giải quyết khiếu nại hoặc tố cáo"
    assert report.maker[:3] == ("Ngô Thanh Tra (inspector)", "Thanh tra", "Q04")
    assert len(report.rows) == made.rows == len(table.kinds(accepted))
    shown = repr([(row, row.done, row.changed) for row in report.rows])
    for secret in SECRETS:
        assert secret not in shown
    assert made.seal is not None


def test_in_full_for_who_may_and_says_what_for(table: Desk, accepted: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file, its seal and the journal say that nothing is masked; so does every dossier in it."""
    assert refused(lambda: table.trail_export.csv(TrailSearch(), "", "en", full=True)) == "PURPOSE_MISSING"
    with monkeypatch.context() as asked:
        asked.setitem(table.counter.rules_today().settings, "purpose_asked", "-")  # type: ignore[arg-type]
        assert not table.trail.purpose_asked()
        assert refused(lambda: table.trail_export.csv(TrailSearch(), "", "en", full=True)) == "PURPOSE_MISSING"
    before = len(table.kinds(accepted))
    made = table.trail_export.csv(TrailSearch(), "INSPECTION", "en", full=True)
    for secret in SECRETS:
        assert secret in made.data.decode()
    assert made.seal is not None
    assert trail_seal.read(made.seal)[0].what == "trail.full.csv"
    assert exports(table) == [Exported("trail.full.csv", made.digest, "INSPECTION", made.rows)]
    assert table.kinds(accepted)[before:] == ["Looked"]
    (entry,) = [one.what for one in table.journal.entries(accepted) if isinstance(one.what, Looked)]
    assert (entry.what, entry.purpose) == ("values", "INSPECTION")
    table.trail_export.pdf(TrailSearch(dossier=str(accepted)), "INSPECTION", full=True)
    (report,) = table.forms.notices
    assert isinstance(report, TrailReport)
    assert report.masked == "không che"
    assert QUAN.number in repr([(row, row.done, row.changed) for row in report.rows])
    again = table.trail_export.csv(TrailSearch(), "INSPECTION", "en").data.decode()
    for secret in SECRETS:
        assert secret not in again


def test_in_full_only_by_who_may_see_it_and_of_what_they_may(
    table: Desk, accepted: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles = table.counter.authority().roles
    kept = dict(roles["inspector"])
    without = {scope: reach for scope, reach in kept.items() if scope != "data.unmask"}
    monkeypatch.setitem(roles, "inspector", without)  # type: ignore[arg-type]
    for work in (table.trail_export.pdf, lambda *a, **k: table.trail_export.csv(*a, "vi", **k)):
        assert refused(lambda work=work: work(TrailSearch(), "INSPECTION", full=True)) == "NOT_ALLOWED"
    assert exports(table) == []
    assert "Looked" not in table.kinds(accepted)
    monkeypatch.setitem(roles, "inspector", kept | {"data.unmask": "own"})  # type: ignore[arg-type]
    made = table.trail_export.csv(TrailSearch(), "INSPECTION", "vi", full=True)
    assert QUAN.number not in made.data.decode(), "not theirs to see"
    assert "Looked" not in table.kinds(accepted), "nobody saw it in full"


def test_what_it_covers_names_no_citizen() -> None:
    assert QUAN.number not in scope_words(TrailSearch(person=QUAN.number)).vi
    assert scope_words(TrailSearch()).en == "everything that this desk knows"


def test_who_may_and_what_for(table: Desk, accepted: UUID) -> None:
    for user, code in (("clerk", "NOT_ALLOWED"), ("it", "NOT_ALLOWED")):
        table.as_user(user)
        assert refused(lambda: table.trail_export.csv(TrailSearch(), "INCIDENT", "vi")) == code
        assert refused(lambda: table.trail_export.pdf(TrailSearch(), "INCIDENT")) == code
    table.as_user("inspector")
    assert refused(lambda: table.trail_export.csv(TrailSearch(), "", "vi")) == "PURPOSE_MISSING"
    assert refused(lambda: table.trail_export.pdf(TrailSearch(), "SUBJECT")) == "PURPOSE_UNKNOWN"
    assert refused(lambda: table.trail_export.csv(TrailSearch(station="Q77"), "INSPECTION", "vi")) == "TRAIL_NOTHING"
    assert exports(table) == []


def test_more_than_a_file_holds(table: Desk, accepted: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_export, "MOST_ON_PAPER", 5)
    monkeypatch.setattr(trail_export, "MOST_ROWS", len(table.kinds(accepted)))
    assert refused(lambda: table.trail_export.pdf(TrailSearch(), "INSPECTION")) == "TRAIL_TOO_LONG"
    assert table.trail_export.csv(TrailSearch(), "INSPECTION", "vi").rows == len(table.kinds(accepted))


def test_the_seal_says_what_left_and_who_took_it(table: Desk, accepted: UUID) -> None:
    made = table.trail_export.csv(TrailSearch(), "INSPECTION", "vi")
    assert made.seal is not None
    found = table.trail_export.check(made.data, made.seal)
    assert (found.worth, found.entry) == ("good", True)
    assert found.seal is not None
    assert (found.seal.station, found.seal.who, found.seal.purpose) == ("Q04", "inspector", "INSPECTION")
    assert QUAN.number not in made.seal.decode()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_changed_byte_is_noticed(data: st.DataObject) -> None:
    """In the file, in what the seal says, or in its signature."""
    file, seal = SEALED
    read, signature = trail_seal.read(seal)
    assert trail_seal.verdict(file, read, signature, frozenset({KEY})) == "good"
    at = data.draw(st.integers(0, len(file) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != file[at]))
    changed = file[:at] + bytes([other]) + file[at + 1 :]
    assert trail_seal.verdict(changed, read, signature, frozenset({KEY})) == "altered"
    place = data.draw(st.integers(0, len(seal) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != seal[place]))
    spoilt = seal[:place] + bytes([byte]) + seal[place + 1 :]
    assert _worth(file, spoilt) in ("unreadable", "altered") or trail_seal.read(spoilt) == (read, signature)


def _worth(file: bytes, seal: bytes) -> str:
    try:
        read, signature = trail_seal.read(seal)
    except Refusal:
        return "unreadable"
    return trail_seal.verdict(file, read, signature, frozenset({KEY}))


def _seal(file: bytes) -> trail_seal.Seal:
    return trail_seal.Seal(
        hashlib.sha256(file).hexdigest(), len(file), "trail.csv", "Q04", "PC08-HN", "2026-11-23", "x", "", 1, "e", KEY
    )


FILE = '\ufeff"Nhật ký"\r\n"=1+1"\r\n'.encode()
SEALED = FILE, trail_seal.sealed(_seal(FILE), SIGNER.sign)


def test_a_seal_of_another_station_is_believed_where_its_key_is(table: Desk) -> None:
    other = Ed25519PrivateKey.generate()
    key = other.public_key().public_bytes_raw().hex()
    seal = trail_seal.sealed(replace(_seal(FILE), key=key), other.sign)
    assert table.trail_export.check(FILE, seal).worth == "key_unknown"
    assert table.trail_export.check(FILE, seal, frozenset({key})).worth == "good"
    stolen = trail_seal.sealed(_seal(FILE), other.sign)
    assert table.trail_export.check(FILE, stolen).worth == "altered", "it names a key that did not sign it"
    assert table.trail_export.check(FILE, None).worth == "unsigned"


@pytest.mark.parametrize("seal", [b"", b"{}", b"[]", b"\xff", b"[" * 9000, b"{" + b" " * 20_000 + b"}"])
def test_a_seal_that_is_none(table: Desk, seal: bytes) -> None:
    assert refused(lambda: table.trail_export.check(FILE, seal)) == "SEAL_UNREADABLE"


def test_a_seal_with_a_number_for_a_text_is_none(table: Desk) -> None:
    document = json.loads(SEALED[1]) | {"who": 7}
    assert refused(lambda: table.trail_export.check(FILE, json.dumps(document).encode())) == "SEAL_UNREADABLE"


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "＝1", ' "=1', "'=1", "  -x"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("Mở hồ sơ = 1") == "Mở hồ sơ = 1"
