"""A person's real token (SoftHSM2) at a desk with a line and without, and everything that goes wrong with it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509

from clerk_app.archiving.token_reading import TOKEN, Pkcs11Tokens
from clerk_app.catalogue.pack import load
from clerk_app.central import people
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.desk.carrying import NOTE
from clerk_app.desk.people import People
from clerk_app.domain import grace
from clerk_app.domain.dossier import ExceptionDecided
from clerk_app.domain.grace import Grace
from clerk_app.domain.oversight import SessionHappened
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.token_proofs import Purpose, TokenProof
from clerk_app.practice import specimens
from clerk_app.wire import decode_entry
from tests.desk.conftest import Desk
from tests.peers.central import CentralProcess
from tests.peers.officer import PIN, Officer
from tests.peers.pack import public_key, training_pack, with_settings

pytestmark = pytest.mark.wire
WEAK = "IDENTITY_WEAK"


@pytest.fixture
def database(central: CentralProcess) -> Iterator[Database]:
    opened = open_database(central.database_url)
    yield opened
    opened.close()


def _register(database: Database, officer: Officer, user: str = "supervisor") -> str:
    certificate = x509.load_der_x509_certificate(officer.newest.read_bytes())
    authority = x509.load_pem_x509_certificate(officer.ca.read_bytes())
    return people.add_token(database, user, certificate, [authority], hanoi_now()).certificate


@pytest.fixture
def desk(tmp_path: Path, central: CentralProcess, database: Database, officer: Officer) -> Iterator[Desk]:
    """A desk that reads tokens, on a line to a real central; the one that is plugged in is the supervisor's."""
    _register(database, officer)
    made = _desk(tmp_path, central, officer)
    yield made
    made.database.close()


def _desk(folder: Path, central: CentralProcess, officer: Officer) -> Desk:
    (folder / "desk").mkdir()
    reader = Pkcs11Tokens(str(officer.module), patience_s=20)
    made = Desk(folder / "desk", central=central.enrol("Q04", seed=b"q" * 32), reader=reader)
    made.time = hanoi_now()
    made.counter.user = None
    return made


def _refused(work: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        work()
    assert PIN not in str(refusal.value)
    return refusal.value.code


def _proof(desk: Desk, purpose: Purpose = "sign-in", about: str = "", pin: str = PIN) -> TokenProof:
    return desk.tokens.prove(purpose, "Supervisor", pin, about)


def _told(desk: Desk) -> list[SessionHappened]:
    entries = [decode_entry(sealed.body) for sealed in desk.journal.waiting(500, 10**7)]
    return [entry.what for entry in entries if isinstance(entry.what, SessionHappened)]


def _delivered(desk: Desk) -> list[str]:
    return [answer.code for answer in desk.central.push(desk.journal.waiting(500, 10**7)).answers]


def test_signing_in_with_a_line_and_without(desk: Desk, central: CentralProcess) -> None:
    assert _refused(lambda: desk.sign_in.sign_in("supervisor", "practice")) == "TOKEN_NEEDED"
    proof = _proof(desk)
    assert desk.sign_in.sign_in("supervisor", "practice", proof).offline is False
    assert (desk.counter.factor, desk.counter.proof) == ("token", proof)
    assert _refused(lambda: desk.sign_in.sign_in("supervisor", "practice", proof)) == "PROOF_USED"
    desk.sign_in.sign_out()
    assert desk.counter.proof is None

    central.stop()
    assert _refused(lambda: desk.sign_in.sign_in("supervisor", "practice")) == "TOKEN_NEEDED"
    assert _refused(lambda: desk.sign_in.sign_in("supervisor", "sai", _proof(desk))) == "SIGN_IN_WRONG_PASSWORD"
    assert desk.sign_in.sign_in("supervisor", "practice", _proof(desk)).offline is True
    told = [(one.event, one.factor, one.offline) for one in _told(desk) if one.event == "in"]
    assert told == [("in", "token", False), ("in", "token", True)]

    central.start()
    assert set(_delivered(desk)) == {""}, "central verified every one of them"


def test_what_another_desk_or_an_earlier_start_of_this_one_asked_is_no_answer_here(desk: Desk) -> None:
    proof = _proof(desk)
    for other in (
        replace(proof, challenge=replace(proof.challenge, nonce="0" * 64)),
        replace(proof, challenge=replace(proof.challenge, at=desk.time - timedelta(hours=1))),
    ):
        assert _refused(lambda other=other: desk.sign_in.sign_in("supervisor", "practice", other)) == "PROOF_USED"
    proof = _proof(desk)
    assert _refused(lambda: desk.sign_in.sign_in("clerk", "practice", proof)) == "PROOF_WRONG"
    proof = _proof(desk)
    desk.time += timedelta(minutes=6)
    assert _refused(lambda: desk.sign_in.sign_in("supervisor", "practice", proof)) == "PROOF_CLOCK"


def _asked(desk: Desk) -> UUID:
    desk.sign_in.sign_in("clerk", "practice")
    pack = training_pack()
    desk.counter.pack = pack
    dossier = desk.draft()
    desk.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(1).person))
    desk.exceptions.ask(dossier, WEAK, "Chip hỏng, đã đối chiếu ảnh")
    return dossier


@pytest.mark.parametrize("line", [True, False])
def test_on_the_spot_the_token_signs_what_was_shown_and_central_verifies_it(
    desk: Desk, central: CentralProcess, line: bool
) -> None:
    desk.sign_in.sign_in("supervisor", "practice", _proof(desk))
    dossier = _asked(desk)
    shown = desk.exceptions.shown(dossier, WEAK)
    if not line:
        central.stop()
    decide = desk.exceptions.decide

    def decided(proof: TokenProof, granted: bool = True) -> object:
        return decide(dossier, WEAK, "supervisor", "practice", granted, "Đồng ý", shown=shown, second=proof)

    assert _refused(lambda: decided(_proof(desk))) == "PROOF_WRONG", "coming in is no decision"
    assert _refused(lambda: decided(_proof(desk, "refuse", shown))) == "PROOF_WRONG"
    assert _refused(lambda: decided(_proof(desk, "grant", "0" * 64))) == "PROOF_WRONG"
    proof = _proof(desk, "grant", shown)
    decided(proof)
    (last,) = [one.what for one in desk.journal.entries(dossier) if isinstance(one.what, ExceptionDecided)]
    assert (last.factor, last.where, last.proof) == ("token", "spot", proof)
    if not line:
        central.start()
    assert set(_delivered(desk)) == {""}


def test_on_the_spot_with_a_pin_of_the_desk_and_the_token(desk: Desk, central: CentralProcess) -> None:
    desk.sign_in.sign_in("supervisor", "practice", _proof(desk))
    desk.pins.choose("practice", "2580")
    central.stop()
    prove = desk.sign_in.proving.prove_by_pin
    assert _refused(lambda: prove("supervisor", "2580")) == "TOKEN_NEEDED"
    assert prove("supervisor", "2580", _proof(desk, "grant", "a" * 64), "grant", "a" * 64).factor == "token"


@pytest.mark.parametrize("line", [True, False])
def test_ending_a_wait_by_token(desk: Desk, central: CentralProcess, line: bool) -> None:
    desk.sign_in.sign_in("clerk", "practice")
    desk.sign_in.sign_in("supervisor", "practice", _proof(desk))
    if not line:
        central.stop()
    unlock = desk.sign_in.unlock_user
    assert _refused(lambda: unlock("clerk", "supervisor", "practice")) == "TOKEN_NEEDED"
    by = unlock(" CLERK ", "supervisor", "practice", _proof(desk, "unlock", "clerk"))
    assert (by.factor, by.offline) == ("token", not line)
    if not line:
        central.start()
    assert set(_delivered(desk)) == {""}


def test_lifting_a_limit_by_token_without_a_line(desk: Desk, central: CentralProcess) -> None:
    desk.sign_in.sign_in("supervisor", "practice", _proof(desk))
    desk.sign_in.sign_out()
    central.stop()
    key = b"g" * 32
    desk.journal.note(NOTE, json.dumps({"sealing": "00" * 32, "signing": "00" * 32, "grace": key.hex()}))
    code = grace.written(Grace("disk", 2, 1, 0), key, "Q04", desk.time.date())
    use = desk.grace.use
    assert _refused(lambda: use(code, "supervisor", "practice")) == "TOKEN_NEEDED"
    assert _refused(lambda: use(code, "supervisor", "practice", _proof(desk))) == "PROOF_WRONG"
    assert use(code, "Supervisor", "practice", _proof(desk, "lift")).limit == "disk"


def test_which_factors_count_is_a_row_of_the_pack_also_without_a_line(
    desk: Desk, central: CentralProcess, tmp_path: Path
) -> None:
    desk.sign_in.sign_in("supervisor", "practice", _proof(desk))
    central.stop()
    for number, (kinds, said) in enumerate((("totp", "SECOND_FACTOR_MISSING"), ("token", "token"))):
        rows = {"second_factor_roles": "supervisor", "second_factor_kinds_supervisor": kinds}
        desk.counter.pack = load(with_settings(tmp_path, f"2026.12.{number + 1}", **rows), [public_key()])
        if said == "token":
            desk.sign_in.sign_in("supervisor", "practice", _proof(desk))
            assert desk.counter.factor == "token"
        else:
            assert _refused(lambda: desk.sign_in.sign_in("supervisor", "practice", _proof(desk))) == said
            assert _refused(lambda: desk.grace.use("0", "supervisor", "practice", _proof(desk, "lift"))) == said


def test_a_removed_token_is_forgotten_at_the_next_contact(
    desk: Desk, central: CentralProcess, database: Database
) -> None:
    desk.sign_in.sign_in("supervisor", "practice", _proof(desk))
    (key,) = desk.counter.who().tokens
    proof = _proof(desk)
    people.end_token(database, "supervisor", key.certificate, hanoi_now())
    People(desk.counter, desk.central, desk.users).learn()
    assert _refused(lambda: _proof(desk)) == "PROOF_OTHER_TOKEN"
    central.stop()
    assert desk.sign_in.sign_in("supervisor", "practice", proof).offline
    assert desk.counter.factor == "password", "what it signed before does not count any more either"


def test_a_new_token_works_at_once_where_there_is_a_line(desk: Desk, database: Database) -> None:
    desk.sign_in.sign_in("clerk", "practice")
    known = desk.users.find("clerk")
    assert known is not None
    assert not known.tokens
    assert _refused(lambda: desk.tokens.prove("sign-in", "clerk", PIN)) == "PROOF_OTHER_TOKEN"
    (key,) = next(one.tokens for one in people.everybody(database) if one.id == "supervisor")
    people.end_token(database, "supervisor", key.certificate, hanoi_now())
    certificate = x509.load_der_x509_certificate(_newest(desk))
    people.add_token(database, "clerk", certificate, (), hanoi_now())
    desk.sign_in.sign_in("clerk", "practice", desk.tokens.prove("sign-in", "clerk", PIN))
    assert desk.counter.factor == "token"


def _newest(desk: Desk) -> bytes:
    import os

    return (Path(os.environ["STRICT_TOKEN"]) / "newest.der").read_bytes()


def test_somebody_elses_token_spends_no_try(desk: Desk, officer: Officer) -> None:
    assert _refused(lambda: desk.tokens.prove("sign-in", "supervisor2", PIN)) == "PROOF_OTHER_TOKEN"
    assert _refused(lambda: desk.tokens.prove("sign-in", "nobody", PIN)) == "PROOF_OTHER_TOKEN"
    assert officer.logins == 0


def test_an_elliptic_key_and_two_on_one_token(
    blank: Officer, tmp_path: Path, central: CentralProcess, database: Database
) -> None:
    blank.put("rsa")
    blank.put("ec", usage=["digital_signature"])
    _register(database, blank)
    desk = _desk(tmp_path, central, blank)
    try:
        desk.sign_in.sign_in("supervisor", "practice", _proof(desk))
        assert desk.counter.factor == "token"
    finally:
        desk.database.close()


# ---- what goes wrong with the token


def test_tries_of_the_pin_are_said_and_the_last_one_is_asked_for(desk: Desk, officer: Officer) -> None:
    assert _refused(lambda: _proof(desk, pin="")) == "TOKEN_PIN_EMPTY"
    assert _refused(lambda: _proof(desk, pin="000000")) == "TOKEN_PIN_WRONG"
    officer.left(1)
    assert _refused(lambda: _proof(desk)) == "TOKEN_PIN_LAST_TRY", "not before somebody knows"
    assert officer.logins == 1
    assert _proof(desk).certificate, "and now they do"
    officer.left(1)
    assert _refused(lambda: _proof(desk)) == "TOKEN_PIN_LAST_TRY", "once is not for ever"
    assert _refused(lambda: _proof(desk, pin="000000")) == "TOKEN_PIN_LOCKED"
    assert _refused(lambda: _proof(desk)) == "TOKEN_PIN_LOCKED"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("gone", "TOKEN_MISSING"),
        ("crash", "TOKEN_CRASHED"),
        ("refuse", "TOKEN_REFUSED"),
        ("garble", "PROOF_WRONG"),
        ("expired", "TOKEN_PIN_TO_BE_SET"),
    ],
)
def test_a_token_that_is_pulled_out_or_breaks_in_the_middle(
    desk: Desk, officer: Officer, caplog: pytest.LogCaptureFixture, what: str, code: str
) -> None:
    caplog.set_level(logging.DEBUG)
    officer.breaks(what)
    assert _refused(lambda: _proof(desk)) == code
    officer.whole()
    desk.sign_in.sign_in("supervisor", "practice", _proof(desk))
    assert PIN not in caplog.text


def test_no_token_no_library_and_none_set(
    desk: Desk, officer: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "other.conf").write_text(f"directories.tokendir = {tmp_path / 'none'}\n", "utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "other.conf"))
    assert _refused(lambda: _proof(desk)) == "TOKEN_MISSING"
    assert desk.tokens.offered
    without = Desk(tmp_path / "none", central=desk.central)
    try:
        assert not without.tokens.offered
        assert _refused(lambda: without.tokens.prove("sign-in", "supervisor", PIN)) == "TOKEN_NOT_SET"
    finally:
        without.database.close()
    assert _refused(Pkcs11Tokens(str(tmp_path / "gone.so")).tokens) == "TOKEN_MODULE_MISSING"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"days": [-400, -1]}, "TOKEN_CERTIFICATE_EXPIRED"),
        ({"days": [2, 400]}, "TOKEN_CERTIFICATE_EARLY"),
        ({"bits": 1024}, "TOKEN_KEY_KIND"),
        ({"key": False}, "TOKEN_NO_KEY"),
    ],
)
def test_certificates_that_do_not_do(blank: Officer, other: dict[str, object], code: str) -> None:
    blank.put(**other)  # type: ignore[arg-type]
    reader = Pkcs11Tokens(str(blank.module))
    (token,) = reader.tokens()
    assert _refused(lambda: reader.answer(token, PIN, b"text")) == code
    assert blank.logins == (1 if code == "TOKEN_NO_KEY" else 0)


def test_every_fault_says_what_to_do() -> None:
    for code, (words, remedy) in TOKEN.items():
        assert code.startswith("TOKEN_")
        assert remedy.vi.endswith(".")
        assert remedy.en.endswith(".")
        assert words is None or words.vi != words.en
