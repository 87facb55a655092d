"""What entries say of a token is verified again at central: by the key registered then, for this, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clerk_app.central import people
from clerk_app.central.app import hanoi_now
from clerk_app.central.token_judging import answered_by
from clerk_app.domain.dossier import Entry, ExceptionDecided
from clerk_app.domain.oversight import MoreAsked, SessionHappened
from clerk_app.domain.token_proofs import Purpose, TokenProof
from tests.central.test_exceptions import WEAK, Forger
from tests.peers.person_key import PersonKey
from tests.peers.two_desks import Office

KEY, STRANGER = PersonKey("rsa"), PersonKey("ec")
STATION = "Q01-A"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    people.add_token(made.database, "supervisor", KEY.certificate, (), hanoi_now())
    yield made
    made.close()


@pytest.fixture
def forger(office: Office) -> Forger:
    return Forger(office, STATION)


def _answer(purpose: Purpose, about: str = "", ago: float = 0, key: PersonKey = KEY, **other: str) -> TokenProof:
    asked = {"station": STATION, "user": "supervisor"} | other
    return key.answer(purpose, at=hanoi_now() - timedelta(minutes=ago), about=about, **asked)


def _granted(forger: Forger, dossier: UUID) -> ExceptionDecided:
    """As an honest desk writes it down after a token signed for it."""
    decision = forger.decision(dossier)
    return replace(decision, factor="token", proof=_answer("grant", decision.shown))


def test_a_decision_by_token_is_accepted_and_says_so(forger: Forger, office: Office) -> None:
    dossier = forger.asked()
    assert forger.says(dossier, _granted(forger, dossier), "supervisor").accepted
    standing = office.dossier(dossier).exceptions[WEAK]
    assert (standing.granted, standing.factor) == (True, "token")


@pytest.mark.parametrize(
    ("forged", "code"),
    [
        (lambda one: replace(one, proof=None), "PROOF_MISSING"),
        (lambda one: replace(one, factor="password"), "PROOF_MISSING"),
        (lambda one: replace(one, granted=False), "PROOF_WRONG"),
        (lambda one: replace(one, proof=_answer("grant", "b" * 64)), "PROOF_WRONG"),
        (lambda one: replace(one, proof=_answer("sign-in")), "PROOF_WRONG"),
        (lambda one: replace(one, proof=_answer("grant", one.shown, station="Q02")), "PROOF_WRONG"),
        (lambda one: replace(one, proof=_answer("grant", one.shown, user="supervisor2")), "PROOF_WRONG"),
        (lambda one: replace(one, proof=_answer("grant", one.shown, key=STRANGER)), "PROOF_OTHER_TOKEN"),
        (lambda one: replace(one, proof=_answer("grant", one.shown, ago=6)), "PROOF_CLOCK"),
        (lambda one: replace(one, proof=replace(one.proof, signature="00" * 256)), "PROOF_WRONG"),
    ],
)
def test_what_was_forged_of_a_decision_by_token(
    forger: Forger, forged: Callable[[ExceptionDecided], ExceptionDecided], code: str
) -> None:
    dossier = forger.asked()
    assert forger.says(dossier, forged(_granted(forger, dossier)), "supervisor").code == code
    assert forger.office.dossier(dossier).exceptions[WEAK].granted is None


def test_one_answer_is_good_for_one_entry(forger: Forger) -> None:
    """Also where the dossier would take a second one: more is asked twice."""
    dossier = forger.asked()
    decision = forger.decision(dossier)
    more = MoreAsked(WEAK, "?", "", decision.request, decision.shown, _answer("more", decision.shown))
    assert forger.says(dossier, more, "supervisor").accepted
    assert forger.says(dossier, replace(more, proof=_answer("more", decision.shown)), "supervisor").accepted
    assert forger.says(dossier, more, "supervisor").code == "PROOF_USED"


def test_coming_in_by_token_and_deciding_at_ones_own_desk(forger: Forger) -> None:
    came = _answer("sign-in")
    session = SessionHappened("in", "supervisor", True, "token", proof=came)
    assert forger.says(uuid4(), session, "supervisor").accepted
    assert forger.says(uuid4(), session, "supervisor").code == "PROOF_USED"
    assert forger.says(uuid4(), replace(session, proof=None), "supervisor").code == "PROOF_MISSING"
    for _ in range(2):
        dossier = forger.asked()
        remote = replace(forger.decision(dossier), where="remote", factor="token", proof=came)
        assert forger.says(dossier, remote, "supervisor").accepted, "the session's answer, as often as they decide"
    for proof, code in (
        (_answer("sign-in", ago=25 * 60), "PROOF_CLOCK"),
        (_answer("sign-in", ago=-6), "PROOF_CLOCK"),
        (_answer("sign-in", station="Q02"), "PROOF_WRONG"),
        (_answer("grant"), "PROOF_WRONG"),
    ):
        dossier = forger.asked()
        remote = replace(forger.decision(dossier), where="remote", factor="token")
        assert forger.says(dossier, replace(remote, proof=proof), "supervisor").code == code


@pytest.mark.parametrize("nonce", ["", "\0" * 64, "f" * 65, "f" * 100_000])
def test_what_no_challenge_can_be_is_looked_up_nowhere(forger: Forger, nonce: str) -> None:
    """A database may refuse to be asked for it, and with it all that came along."""
    asked = replace(_answer("sign-in").challenge, nonce=nonce)
    came = SessionHappened(
        "in", "supervisor", True, "token", proof=KEY.answer("sign-in", "", "", asked.at, asked=asked)
    )
    assert answered_by(Entry(uuid4(), uuid4(), came, "supervisor", asked.at)) is None
    assert forger.says(uuid4(), came, "supervisor").code == "PROOF_WRONG"


def test_ending_a_wait_names_whose(forger: Forger) -> None:
    forced = SessionHappened("forced", "clerk", True, "token", "SIGN_IN_WAIT", _answer("unlock", "clerk"))
    assert forger.says(uuid4(), replace(forced, user="clerk2"), "supervisor").code == "PROOF_WRONG"
    assert forger.says(uuid4(), forced, "supervisor").accepted


def test_what_was_signed_before_a_token_was_removed_stands_and_nothing_after(forger: Forger, office: Office) -> None:
    before, after = forger.asked(), forger.asked()
    signed = _granted(forger, before)
    early = hanoi_now()
    (certificate,) = (one.tokens[0].certificate for one in people.everybody(office.database) if one.tokens)
    people.end_token(office.database, "supervisor", certificate, hanoi_now() + timedelta(seconds=1))
    assert forger.says(before, signed, "supervisor", at=early).accepted
    later = hanoi_now() + timedelta(seconds=2)
    assert forger.says(after, _granted(forger, after), "supervisor", at=later, now=later).code == "PROOF_OTHER_TOKEN"
