"""The register answers each entry once and for ever; what it may not accept it refuses by name."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import DBAPIError, OperationalError

from clerk_app import wire
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.people import seed_practice
from clerk_app.central.register import Register
from clerk_app.central.rules import Judge
from clerk_app.central.sheets import open_sheets
from clerk_app.central.stations import enrol, find_station, new_code
from clerk_app.central.verify import verify
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import (
    ArchiveMade,
    ExceptionAsked,
    ExceptionDecided,
    FeeTaken,
    FieldsEntered,
    Happening,
    IdentityRead,
    Opened,
    Page,
    PageArrived,
    PageMade,
    PagesArranged,
    Submitted,
)
from clerk_app.domain.evidence import Evidence
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.withdrawn import FIELD, field_of
from clerk_app.uplink import Uplink
from tests.peers.central import BOTH, Backing, CentralProcess
from tests.peers.counter import Chain, codes, exchange, opened, pack, scanned, state_of
from tests.peers.deciding import decided
from tests.peers.portal_station import portal_writes
from tests.peers.verdicts import verdicts

pytestmark = pytest.mark.wire
BACKINGS = BOTH
END_OF_TIME = datetime(9999, 12, 31, 23, 0, tzinfo=UTC)


WEAK = "IDENTITY_WEAK"


class Counter:
    """A counter with its own station at the shared central."""

    def __init__(self, central: CentralProcess, *users: str, counter: str = "Q01") -> None:
        self.counter = counter
        self.chain = Chain(f"{counter}-{secrets.token_hex(4)}")
        self.uplink: Uplink = central.enrol(self.chain.station, *(users or ("clerk",)), seed=self.chain.seed)
        self.pushed = 0
        self._codes: list[str] = []
        self._receipts: list[str] = []

    def code(self) -> str:
        if not self._codes:
            self._codes = codes(self.uplink.lend("dossier", 20, uuid4()), hanoi_now())
        return self._codes.pop()

    def receipt(self) -> str:
        if not self._receipts:
            block = self.uplink.lend("receipt", 20, uuid4())
            self._receipts = [f"{number:07d}" for number in range(block.first, block.last + 1)]
        return self._receipts.pop()

    def exchange(self, at: datetime | None = None) -> list[Happening]:
        return exchange(self.code(), self.receipt(), at or hanoi_now(), self.counter)

    def push(self) -> list[str]:
        """Send what is new; "" for every accepted entry, else the code of the refusal."""
        answers = self.uplink.push(self.chain.sealed[self.pushed :])
        self.pushed += len(answers.answers)
        assert answers.next_n == self.pushed + 1
        return [answer.code for answer in answers.answers]

    def happens(self, *what: Happening, who: str = "clerk", dossier: UUID | None = None, seen: int = 0) -> list[str]:
        self.chain.happen(dossier or uuid4(), *what, who=who, seen=seen)
        return self.push()


def test_a_whole_exchange_is_accepted_entry_by_entry(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    done = counter.exchange()
    assert counter.happens(*done) == [""] * len(done)


def test_the_answer_is_the_same_for_ever(central: CentralProcess) -> None:
    counter = Counter(central)
    counter.chain.draft(uuid4(), 4)
    counter.chain.happen(uuid4(), FieldsEntered(MappingProxyType({"case": "X"}), "application"))
    first = counter.uplink.push(counter.chain.sealed)
    assert [answer.accepted for answer in first.answers] == [True] * 4 + [False]
    assert counter.uplink.push(counter.chain.sealed).answers == first.answers
    central.kill()
    central.start()
    assert counter.uplink.push(counter.chain.sealed).answers == first.answers
    assert verify(central.database_url).entries == 5


def _changed(done: list[Happening], kind: type[Happening], **other: object) -> list[Happening]:
    return [replace(one, **other) if isinstance(one, kind) else one for one in done]  # type: ignore[arg-type]


def _doubled(done: list[Happening], kind: type[Happening], **other: object) -> list[Happening]:
    twice: list[Happening] = []
    for one in done:
        twice += [one, replace(one, **other)] if isinstance(one, kind) else [one]  # type: ignore[arg-type]
    return twice


def _without(done: list[Happening], kind: type[Happening]) -> list[Happening]:
    return [one for one in done if not isinstance(one, kind)]


def test_a_fee_that_the_law_does_not_know_is_refused_and_holds_its_own_dossier(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    cheap = _changed(counter.exchange(), FeeTaken, fee_vnd=1000, tendered_vnd=1000, change_vnd=0)
    refused = counter.happens(*_changed(cheap, Submitted, fee_vnd=1000))
    assert refused[-2:] == ["FEE_WRONG", "DOSSIER_HELD"]
    assert set(refused[:-2]) == {""}
    assert set(counter.happens(*counter.exchange())) == {""}, "another dossier goes on"


def _of_day(code: str, day: str) -> str:
    unit, _, serial = code.split("-")
    return f"{unit}-{day}-{serial}"


def _raw() -> Page:
    """A page of which nothing was made; its picture never leaves its desk."""
    return Page("ab" * 32, "", 1, 1, 300, 1, raw=True)


def _unproven(evidence: Evidence) -> Evidence:
    """Still says `chip`, although nobody trusts who signed."""
    return replace(evidence, verdicts=verdicts(chain="untrusted"))


def typed(name: str, text: str) -> FieldsEntered:
    return FieldsEntered(MappingProxyType({name: text}), "identity")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda done: _changed(done, Submitted, due_at=done[-2].due_at + timedelta(days=1)), "DUE_DIFFERS"),
        (lambda done: _changed(done, Submitted, new_class="DE"), "CASE_REFUSED"),
        (lambda done: _changed(done, Submitted, fee_vnd=1), "FEE_DIFFERS"),
        (lambda done: _without(done, FeeTaken), "FEE_DIFFERS"),
        (lambda done: _changed(done, FeeTaken, tendered_vnd=1), "FEE_SUM"),
        (lambda done: _doubled(done, FeeTaken, receipt="9999999"), "FEE_TWICE"),
        (lambda done: _doubled(done, Submitted), "SUBMITTED_TWICE"),
        (lambda done: _doubled(done, Opened), "OPENED_TWICE"),
        (lambda done: _changed(done, Submitted, code="G01.801.308-261122-999999"), "CODE_NOT_LENT"),
        (lambda done: _changed(done, Submitted, code="G01.801.999-261122-000001"), "CODE_NOT_LENT"),
        (lambda done: _changed(done, Submitted, code=_of_day(done[-2].code, "260101")), "CODE_DATE"),
        (lambda done: _changed(done, FeeTaken, receipt="9999999"), "RECEIPT_NOT_LENT"),
        (lambda done: _changed(done, FeeTaken, receipt=f"0{done[-3].receipt}"), "RECEIPT_NOT_LENT"),
        (lambda done: _changed(done, Submitted, received_at=END_OF_TIME), "RECEIVED_AT_WRONG"),
        (lambda done: _changed(done, IdentityRead, evidence=_unproven(done[1].evidence)), "EXCEPTION_MISSING"),
        (lambda done: [*done[:2], typed("applicant.name", "NGUYỄN VĂN A"), *done[2:]], "FIELD_PROVEN"),
        (lambda done: [*done, done[2]], "DOSSIER_CLOSED"),
        (lambda done: _changed(done, Opened, counter="Q02"), "COUNTER_FOREIGN"),
        (lambda done: _changed(done, Opened, office="PC08-HCM"), "COUNTER_FOREIGN"),
        (lambda done: _changed(done, Submitted, counter="Q02"), "COUNTER_FOREIGN"),
        (lambda done: _changed(done, Submitted, counter="CONG"), "COUNTER_FOREIGN"),
        (lambda done: _changed(done, Opened, practice=False), "PRACTICE_MIXED"),
        (lambda done: _without(done, Opened), "DOSSIER_UNKNOWN"),
        (lambda done: [one for one in done if type(one).__name__ != "PaperMarked"], "PAPER_MISSING"),
        (lambda done: [*done[:-2], PageArrived(_raw(), "scan"), *done[-2:]], "PAGES_UNFINISHED"),
    ],
)
def test_what_contradicts_the_law_or_the_dossier_is_refused(shared_central: CentralProcess, spoil, code) -> None:  # type: ignore[no-untyped-def]
    counter = Counter(shared_central)
    answers = counter.happens(*spoil(counter.exchange()))
    first = next(answer for answer in answers if answer)
    assert first == code
    assert set(answers[answers.index(first) + 1 :]) <= {"DOSSIER_HELD"}


def test_a_page_that_arrived_raw_and_was_made_is_accepted(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    sheet = secrets.token_bytes(100)
    digest = hashlib.sha256(sheet).hexdigest()
    counter.uplink.send_sheet(digest, sheet, 0)
    done = counter.exchange()
    pages = PageArrived(_raw(), "scan"), PageMade(_raw().sheet, (Page(digest, "", 1, 1, 300, 100),))
    assert set(counter.happens(*done[:-2], *pages, *done[-2:])) == {""}


def test_a_code_and_a_receipt_belong_to_one_dossier(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    first = counter.exchange()
    assert set(counter.happens(*first)) == {""}
    taken = next(one for one in first if isinstance(one, Submitted)).code
    assert "CODE_USED" in counter.happens(*_changed(counter.exchange(), Submitted, code=taken))
    receipt = next(one for one in first if isinstance(one, FeeTaken)).receipt
    assert "RECEIPT_USED" in counter.happens(*_changed(counter.exchange(), FeeTaken, receipt=receipt))


def test_a_receipt_of_another_station_is_not_taken(shared_central: CentralProcess) -> None:
    counter, other = Counter(shared_central), Counter(shared_central)
    assert "RECEIPT_NOT_LENT" in counter.happens(*_changed(counter.exchange(), FeeTaken, receipt=other.receipt()))


def test_a_late_entry_has_a_code_of_the_day_of_its_acceptance(shared_central: CentralProcess) -> None:
    counter, earlier = Counter(shared_central), hanoi_now() - timedelta(days=3)
    late = counter.exchange(earlier)
    late.insert(1, typed("received_at", earlier.isoformat()))
    assert set(counter.happens(*late)) == {""}


def test_a_submitted_dossier_does_not_change(shared_central: CentralProcess) -> None:
    counter, dossier = Counter(shared_central), uuid4()
    counter.happens(*counter.exchange(), dossier=dossier)
    typed = FieldsEntered(MappingProxyType({"applicant.phone": "0900000000"}), "identity")
    assert counter.happens(typed, dossier=dossier) == ["DOSSIER_CLOSED"]


def test_an_archive_copy_follows_acceptance_and_is_of_all_pages_of_its_item(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    sheets = [b"page one", b"page two", b"the copy", b"the signed copy"]
    one, two, copy, signed = (hashlib.sha256(sheet).hexdigest() for sheet in sheets)
    for digest, sheet in zip((one, two, copy, signed), sheets, strict=True):
        counter.uplink.send_sheet(digest, sheet, 0)
    pages = (Page(one, "GKSK", 1, 1, 300, 1), Page(two, "GKSK", 1, 1, 300, 1))
    made = ArchiveMade("GKSK", copy, (one, two), 8)

    def exchange() -> list[Happening]:
        return scanned(counter.exchange(), *pages)

    done = exchange()

    def answered(*what: Happening) -> str:
        return counter.happens(*what)[-1]

    assert answered(*done[:-2], made) == "ARCHIVE_EARLY"
    for wrong in ((two, one), (one,), ()):
        done = exchange()
        assert answered(*done, replace(made, pages=wrong)) == "ARCHIVE_PAGES"
    done = exchange()
    assert set(counter.happens(*done, made, replace(made, sheet=signed, signed_by="ab" * 32))) == {""}


def sent(counter: Counter, names: str) -> tuple[dict[str, str], str]:
    """Pages by their names, and a copy for the archive: their digests, once central has them."""
    sheets = {name: hashlib.sha256(name.encode()).hexdigest() for name in names}
    copy = hashlib.sha256(b"the copy").hexdigest()
    for name, digest in sheets.items():
        counter.uplink.send_sheet(digest, name.encode(), 0)
    counter.uplink.send_sheet(copy, b"the copy", 0)
    return sheets, copy


@pytest.mark.parametrize(
    ("pages", "code"),
    [("n", ""), ("abn", ""), ("an", "ARCHIVE_PAGES"), ("ab", "ARCHIVE_PAGES"), ("nab", "ARCHIVE_PAGES")],
)
def test_an_archive_copy_holds_no_page_that_the_citizen_took_back_unless_it_holds_all(
    shared_central: CentralProcess, pages: str, code: str
) -> None:
    """A desk of before counted them: what it made is taken as it is."""
    counter, dossier = Counter(shared_central), uuid4()
    sheets, copy = sent(counter, "abn")
    done = scanned(counter.exchange(), *(Page(sheet, "GKSK", 1, 1, 300, 1) for sheet in sheets.values()))
    assert set(counter.happens(*done[:-2], dossier=dossier)) == {""}
    seen = portal_writes(shared_central, dossier, {FIELD: field_of((sheets["a"], sheets["b"]))})
    assert set(counter.happens(*done[-2:], dossier=dossier, seen=seen)) == {""}
    made = ArchiveMade("GKSK", copy, tuple(sheets[name] for name in pages), 8)
    assert counter.happens(made, dossier=dossier) == [code]


@pytest.mark.parametrize(("heard", "code"), [(False, ""), (True, "ARCHIVE_PAGES")])
def test_an_archive_copy_is_of_what_its_desk_knew_of(shared_central: CentralProcess, heard: bool, code: str) -> None:
    """The citizen brings back what was taken back, while the copy is made."""
    counter, dossier = Counter(shared_central, "clerk", "supervisor"), uuid4()
    sheets, copy = sent(counter, "an")
    done = scanned(counter.exchange(), *(Page(sheet, "GKSK", 1, 1, 300, 1) for sheet in sheets.values()))
    assert set(counter.happens(*done[:-2], dossier=dossier)) == {""}
    seen = portal_writes(shared_central, dossier, {FIELD: field_of((sheets["a"],))})
    hand_on = StepTaken("hand-on", "accepted", "processing", "runs")
    ask = StepTaken("ask-supplement", "processing", "supplement", "paused", reason="Thiếu", items=("GKSK",))
    assert set(counter.happens(*done[-2:], dossier=dossier, seen=seen)) == {""}
    assert counter.happens(hand_on, ask, who="supervisor", dossier=dossier, seen=seen) == ["", ""]
    since = portal_writes(shared_central, dossier, {FIELD: ""})
    made = ArchiveMade("GKSK", copy, (sheets["n"],), 8)
    assert counter.happens(made, dossier=dossier, seen=since if heard else seen) == [code]


@pytest.mark.parametrize(("who", "code"), [("nobody", "USER_UNKNOWN"), ("clerk2", "USER_NOT_HERE"), ("supervisor", "")])
def test_who_did_it_is_looked_up_at_central(shared_central: CentralProcess, who: str, code: str) -> None:
    counter = Counter(shared_central, "clerk", "supervisor")
    assert counter.happens(opened(), who=who) == [code]


def test_an_exception_needs_a_supervisor_other_than_who_asked(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central, "clerk", "clerk2", "supervisor", "supervisor2")
    asked = [opened(), ExceptionAsked(WEAK, "thẻ hỏng")]

    def yes(dossier: UUID) -> ExceptionDecided:
        return decided(state_of(counter.chain, dossier), WEAK)

    def by(asker: str, decider: str) -> list[str]:
        dossier = uuid4()
        assert counter.happens(*asked, who=asker, dossier=dossier) == ["", ""]
        return counter.happens(yes(dossier), who=decider, dossier=dossier)

    assert by("clerk", "clerk2") == ["ROLE_MISSING"]
    assert by("supervisor", "supervisor") == ["FOUR_EYES"]
    assert by("supervisor", "supervisor2") == [""]
    opened_by = uuid4()
    assert counter.happens(asked[0], who="supervisor", dossier=opened_by) == [""]
    assert counter.happens(asked[1], who="clerk", dossier=opened_by) == [""]
    assert counter.happens(yes(opened_by), who="supervisor", dossier=opened_by) == ["FOUR_EYES"], "who opened it asks"
    assert counter.happens(opened(), ExceptionDecided(WEAK, True), who="supervisor") == ["", "EXCEPTION_UNKNOWN"]


def test_a_gap_is_not_recorded_and_central_says_where_to_go_on(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    counter.chain.draft(uuid4(), 6)
    answers = counter.uplink.push(counter.chain.sealed[2:])
    assert answers.answers == []
    assert answers.next_n == 1
    answers = counter.uplink.push([*counter.chain.sealed[:2], *counter.chain.sealed[4:]])
    assert len(answers.answers) == 2
    assert answers.next_n == 3
    assert len(counter.uplink.push(counter.chain.sealed[2:]).answers) == 4


def _refused(counter: Counter, *sealed: wire.Sealed) -> str:
    with pytest.raises(Refusal) as refusal:
        counter.uplink.push(sealed)
    return refusal.value.code


def test_forged_foreign_unsigned_and_oversized_entries_are_refused(shared_central: CentralProcess) -> None:
    counter, other = Counter(shared_central), Counter(shared_central)
    counter.chain.draft(uuid4(), 1)
    other.chain.draft(uuid4(), 1)
    genuine = counter.chain.sealed[0]
    changed = msgspec.structs.replace(genuine, body=genuine.body.replace(b"T-1", b"T-2"))
    digest = wire.digest_of(changed.station, changed.n, changed.previous, changed.body)
    forger = Chain(counter.chain.station)
    forger.draft(uuid4(), 1)
    huge = Chain(counter.chain.station, counter.chain.seed)
    huge.seal(b" " * (wire.MAX_BODY_BYTES + 1))
    assert _refused(counter, changed) == "SEAL_BROKEN"
    assert _refused(counter, msgspec.structs.replace(changed, digest=digest)) == "SEAL_BROKEN"
    assert _refused(counter, msgspec.structs.replace(genuine, signature=b"")) == "SEAL_BROKEN"
    assert _refused(counter, forger.sealed[0]) == "SEAL_BROKEN"
    assert _refused(counter, other.chain.sealed[0]) == "SEAL_BROKEN"
    assert _refused(counter, huge.sealed[0]) == "ENTRY_TOO_BIG"
    assert _refused(counter, msgspec.structs.replace(genuine, n=2**62)) == "SEAL_BROKEN"
    assert counter.push() == [""], "the genuine one still fits"


def test_a_forged_entry_costs_the_good_ones_before_it_nothing(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    counter.chain.draft(uuid4(), 3)
    forged = msgspec.structs.replace(counter.chain.sealed[2], signature=b"\0" * 64)
    answers = counter.uplink.push([*counter.chain.sealed[:2], forged])
    assert [answer.accepted for answer in answers.answers] == [True, True]
    assert answers.next_n == 3
    assert _refused(counter, forged) == "SEAL_BROKEN"


def test_two_journals_of_one_station_are_noticed(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    copy = Chain(counter.chain.station, counter.chain.seed)
    counter.chain.draft(uuid4(), 2)
    copy.draft(uuid4(), 3)
    assert counter.push() == ["", ""]
    assert _refused(counter, *copy.sealed) == "CHAIN_FORKED"
    assert _refused(counter, copy.sealed[2]) == "CHAIN_FORKED"


def test_an_identity_is_accepted_once_even_under_another_number(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    counter.chain.draft(uuid4(), 2)
    counter.chain.seal(counter.chain.sealed[1].body)
    assert counter.push() == ["", "", "ENTRY_ID_USED"]


def test_a_newer_station_waits_for_a_newer_central(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    counter.chain.draft(uuid4(), 1)
    body = counter.chain.sealed[0].body
    counter.chain.seal(body.replace(b'"kind":"Opened"', b'"kind":"Teleported"'))
    assert counter.push() == [""]
    assert _refused(counter, counter.chain.sealed[1]) == "CENTRAL_TOO_OLD"


def test_what_cannot_be_read_is_recorded_as_refused(shared_central: CentralProcess) -> None:
    counter = Counter(shared_central)
    counter.chain.draft(uuid4(), 1)
    fields = msgspec.json.decode(counter.chain.sealed.pop().body)
    counter.chain.seal(msgspec.json.encode({**fields, "what": {"surprise": 1}}))
    assert counter.push() == ["ENTRY_UNREADABLE"]


def test_an_entry_nobody_foresaw_holds_its_own_dossier_only(shared_central: CentralProcess) -> None:
    counter, bad, good = Counter(shared_central), uuid4(), uuid4()
    counter.chain.draft(bad, 1)
    counter.chain.draft(good, 1)
    # Its calendar day in Hanoi would be in the year 10000.
    counter.chain.happen(bad, *_changed(counter.exchange()[1:], Submitted, received_at=END_OF_TIME))
    counter.chain.draft(uuid4(), 2)
    answers = counter.push()
    first = next(at for at, answer in enumerate(answers) if answer)
    assert answers[first] in ("ENTRY_UNJUDGEABLE", "RECEIVED_AT_WRONG")
    assert set(answers[first + 1 : -2]) == {"DOSSIER_HELD"}
    assert answers[-2:] == ["", ""]
    assert counter.happens(FieldsEntered(MappingProxyType({"reason": "x"}), "application"), dossier=good) == [""]


def test_what_no_rule_foresaw_is_recorded_as_refused_and_told_without_its_content(
    tmp_path: Path, backing: Backing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    database = open_database(backing.database(tmp_path), practice=True)
    seed_practice(database)
    chain = Chain("Q01")
    public_key = Ed25519PrivateKey.from_private_bytes(chain.seed).public_key().public_bytes_raw()
    enrol(database, wire.Enrolment(new_code(database, "Q01", hanoi_now()).code, public_key), hanoi_now())
    with database.read() as connection:
        station = find_station(connection, "Q01")
    register = Register(database, open_sheets(backing.blobs(tmp_path)), PackedLaw(pack()))
    chain.draft(uuid4(), 2)

    def stumbles(*_: object) -> None:
        raise OverflowError("TRẦN MINH QUÂN")

    monkeypatch.setattr(Judge, "judge", stumbles)
    answers = register.take(wire.Batch(chain.sealed), station, hanoi_now())
    assert [answer.code for answer in answers.answers] == ["ENTRY_UNJUDGEABLE", "DOSSIER_HELD"]
    assert "OverflowError at " in caplog.text
    assert "QUÂN" not in caplog.text

    def no_database(*_: object) -> None:
        raise OperationalError("SELECT", None, Exception("disk I/O error"))

    monkeypatch.setattr(Judge, "judge", no_database)
    chain.draft(uuid4(), 1)
    with pytest.raises(OperationalError):
        register.take(wire.Batch(chain.sealed), station, hanoi_now())
    database.close()


def test_an_entry_waits_for_its_sheets_and_gives_up_on_lost_ones(shared_central: CentralProcess) -> None:
    counter, dossier, other = Counter(shared_central), uuid4(), uuid4()
    digest = secrets.token_hex(32)
    counter.chain.happen(dossier, opened(), PagesArranged((Page(digest, "", 1, 1, 300, 1),), "scan"))
    counter.chain.draft(other, 2)
    assert counter.push() == [""]
    assert _refused(counter, *counter.chain.sealed[1:]) == "SHEET_NOT_HERE"
    counter.uplink.sheet_lost(digest)
    assert counter.push() == ["SHEET_LOST", "", ""]
    counter.chain.happen(other, PagesArranged((Page("../../etc/passwd", "", 1, 1, 300, 1),), "scan"))
    assert counter.push() == ["SHEET_NAME"]


def test_others_of_the_office_see_what_was_accepted_in_central_order(central: CentralProcess) -> None:
    one, two = Counter(central), Counter(central, counter="Q02")
    dossier = uuid4()
    one.happens(opened(), opened(), dossier=dossier)
    two.happens(opened("Q02"), opened("Q02"))
    one.happens(*[FieldsEntered(MappingProxyType({"reason": str(n)}), "application") for n in range(3)])
    pulled = two.uplink.pull(0)
    assert [sealed for _, sealed in pulled.entries] == one.chain.sealed[:1], "own and refused ones are not among them"
    first = two.uplink.pull(0, limit=1)
    assert first.entries == pulled.entries[:1]
    assert two.uplink.pull(pulled.cursor).entries == []


def test_nobody_changes_or_removes_an_entry(central: CentralProcess) -> None:
    counter = Counter(central)
    counter.chain.draft(uuid4(), 2)
    counter.push()
    for statement in _ways_to_change(central):
        with pytest.raises(DBAPIError, match="append-only"):
            _by_hand(central, statement)
    assert verify(central.database_url).entries == 2


def _ways_to_change(central: CentralProcess) -> list[str]:
    ways = ["UPDATE entries SET accepted = false", "DELETE FROM entries"]
    return [*ways, "TRUNCATE entries"] if central.database.startswith("postgresql") else ways


def _by_hand(central: CentralProcess, *statements: str) -> None:
    """What somebody does who has the database itself in hand."""
    database = open_database(central.database_url)
    try:
        with database.engine.connect().execution_options(writes=True) as connection, connection.begin():
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        database.close()


def _behind_the_triggers(central: CentralProcess, *statements: str) -> list[str]:
    off = ["DROP TRIGGER entries_no_update", "DROP TRIGGER entries_no_delete"]
    if central.database.startswith("postgresql"):
        off = ["DROP TRIGGER entries_only_grow ON entries", "DROP TRIGGER entries_emptied_only ON entries"]
    _by_hand(central, *off, *statements)
    return list(verify(central.database_url).problems)


def test_verify_finds_what_somebody_altered_behind_the_triggers(central: CentralProcess) -> None:
    counter = Counter(central)
    counter.happens(*counter.exchange())
    assert verify(central.database_url).ok
    central.stop()
    problems = _behind_the_triggers(central, "UPDATE entries SET signature = digest WHERE n = 1")
    assert any("entry 1 of station" in problem for problem in problems)


def test_verify_finds_that_the_end_of_a_chain_is_gone(central: CentralProcess) -> None:
    counter = Counter(central)
    counter.chain.draft(uuid4(), 3)
    counter.push()
    central.stop()
    problems = _behind_the_triggers(central, "DELETE FROM entries WHERE n = 3")
    assert any("does not end where" in problem for problem in problems)
