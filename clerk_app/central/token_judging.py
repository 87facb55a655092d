"""What central makes of a token's signature that comes with an entry: it verifies again what the desk had verified."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clerk_app.domain.dossier import Entry, ExceptionDecided
from clerk_app.domain.oversight import MoreAsked, SessionHappened
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.token_proofs import CLAIM, FRESH, SESSION, Purpose, TokenProof
from clerk_app.token_factor import check, is_nonce, used_before
from clerk_app.wire import TokenKey

_CAME_IN: tuple[Purpose, ...] = ("sign-in",)
_DECIDED: dict[bool, Purpose] = {True: "grant", False: "refuse"}


def check_proof(entry: Entry, station: str, keys: Callable[[], Sequence[TokenKey]]) -> None:
    """Whether what the entry says of a token holds: a key that counted then answered at this station, for this.

    A decision on the spot has an answer of its own, to what was shown; one at the supervisor's own desk names the
    answer by which they came in. Raises `Refusal` PROOF_MISSING, PROOF_WRONG, PROOF_OTHER_TOKEN, PROOF_EXPIRED,
    PROOF_CLOCK.
    """
    what = entry.what
    if not isinstance(what, ExceptionDecided | MoreAsked | SessionHappened):
        return
    proof = what.proof
    if not isinstance(what, MoreAsked) and (what.factor == "token") is not (proof is not None):
        raise Refusal(
            "PROOF_MISSING",
            Words(
                "Mục ghi là đã xác thực bằng token nhưng chữ ký không kèm theo, hoặc ngược lại.",
                "The entry says that a token was used and brings no signature, or the other way round.",
            ),
            Words("Làm lại trên máy trạm đã cập nhật.", "Do it again at a station that is up to date."),
        )
    if proof is None:
        return
    if _of_the_session(entry, proof):
        check(proof, keys(), station, entry.who, _CAME_IN, entry.at, fresh=SESSION)
        if proof.challenge.at > entry.at + FRESH:
            raise _before_it()
        return
    purpose, about = _wanted(what)
    check(proof, keys(), station, entry.who, (purpose,), entry.at, about)


def answered_by(entry: Entry) -> tuple[str, str] | None:
    """(kind, value) of the challenge that this entry answers; no other entry may. None where no challenge can be so."""
    what = entry.what
    if not isinstance(what, ExceptionDecided | MoreAsked | SessionHappened) or what.proof is None:
        return None
    nonce = what.proof.challenge.nonce
    return (CLAIM, nonce) if is_nonce(nonce) and not _of_the_session(entry, what.proof) else None


def check_once(entry: Entry, owner: Callable[[str, str], object | None]) -> None:
    """Whether nothing that was accepted answered the same challenge. Raises `Refusal` PROOF_USED."""
    claim = answered_by(entry)
    if claim is not None and owner(*claim) is not None:
        raise used_before()


def _of_the_session(entry: Entry, proof: TokenProof) -> bool:
    """Whether it names the answer by which its author came in: many entries may."""
    what = entry.what
    if isinstance(what, ExceptionDecided):
        return what.where == "remote"
    if isinstance(what, SessionHappened):
        return what.event == "unlocked"
    return isinstance(what, MoreAsked) and proof.challenge.purpose == "sign-in"


def _wanted(what: ExceptionDecided | MoreAsked | SessionHappened) -> tuple[Purpose, str]:
    """For what, and about what, the challenge must have been."""
    match what:
        case ExceptionDecided():
            return _DECIDED[what.granted], what.shown
        case MoreAsked():
            return "more", what.shown
        case SessionHappened():
            return ("unlock", what.user) if what.event == "forced" else ("sign-in", "")


def _before_it() -> Refusal:
    return Refusal(
        "PROOF_CLOCK",
        Words("Quyết định đứng trước lần đăng nhập mà nó nêu.", "The decision is of before the sign-in that it names."),
        Words("Chỉnh đồng hồ máy trạm rồi quyết định lại.", "Set the station's clock, then decide again."),
    )
