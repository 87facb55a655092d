"""The tokens of people at central: which certificate is registered for whom, and each challenge answered once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, insert, select, update

from clerk_app.central.database import Database, assertions, milliseconds, person_tokens, users
from clerk_app.domain.people import sign_in_name
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import same_person
from clerk_app.domain.token_proofs import FRESH, Purpose, TokenProof
from clerk_app.token_factor import check, check_certificate, digest_of, key_of, used_before
from clerk_app.wire import TokenKey

_DER = x509.load_der_x509_certificate


@dataclass(frozen=True, slots=True)
class RegisteredToken:
    """A certificate that is or was registered for an account. `holder` is the name in it."""

    user: str
    certificate: str
    holder: str
    expires: datetime
    added_ms: int
    removed_ms: int | None


def keys_of(connection: Connection, user: str) -> list[TokenKey]:
    """The keys of the tokens that are registered for this account now."""
    return keys_of_all(connection, [user]).get(user, [])


def keys_of_all(connection: Connection, accounts: Sequence[str]) -> dict[str, list[TokenKey]]:
    """The same of these accounts (none: of all), by account; who has no token is left out."""
    chosen = select(person_tokens.c.user, person_tokens.c.der).where(person_tokens.c.removed_ms.is_(None))
    if accounts:
        chosen = chosen.where(person_tokens.c.user.in_(accounts))
    found: dict[str, list[TokenKey]] = {}
    for row in connection.execute(chosen.order_by(person_tokens.c.user, person_tokens.c.certificate)):
        found.setdefault(row.user, []).append(key_of(_DER(row.der)))
    return found


def keys_when(connection: Connection, user: str, before: Callable[[int], bool]) -> list[TokenKey]:
    """The keys that counted at some moment: those that are registered, and those removed later than it, as `before`
    says of a moment (milliseconds since 1970).
    """
    rows = connection.execute(select(person_tokens).where(person_tokens.c.user == user))
    return [key_of(_DER(row.der)) for row in rows if row.removed_ms is None or before(row.removed_ms)]


def listed(database: Database, user: str = "") -> list[RegisteredToken]:
    """Every token that is or was registered, of everybody or of one account."""
    chosen = select(person_tokens).order_by(person_tokens.c.user, person_tokens.c.added_ms)
    with database.read() as connection:
        rows = connection.execute(chosen.where(person_tokens.c.user == sign_in_name(user)) if user else chosen).all()
    return [_listed(row.user, _DER(row.der), row.added_ms, row.removed_ms) for row in rows]


def register(
    connection: Connection,
    user: str,
    person: str,
    certificate: x509.Certificate,
    authorities: Sequence[x509.Certificate],
    now: datetime,
) -> RegisteredToken:
    """This certificate counts for the account from now on; registering it twice changes nothing.

    Raises `Refusal` as `token_factor.check_certificate`, and TOKEN_TAKEN where it is somebody else's.
    """
    check_certificate(certificate, authorities, now)
    digest, now_ms = digest_of(certificate), milliseconds(now)
    live = person_tokens.c.removed_ms.is_(None) & (person_tokens.c.certificate == digest)
    holders = select(users.c.id, users.c.person).join(person_tokens, person_tokens.c.user == users.c.id).where(live)
    for row in connection.execute(holders):
        if not same_person(row.id, row.person, user, person):
            raise Refusal(
                "TOKEN_TAKEN",
                Words("Chứng thư này đã đăng ký cho người khác.", "This certificate is registered for somebody else."),
                Words("Kiểm tra đúng token của người này.", "See that it is this person's own token."),
            )
    known = connection.execute(select(person_tokens.c.added_ms).where(live, person_tokens.c.user == user)).scalar()
    if known is None:
        der = certificate.public_bytes(Encoding.DER)
        made = {"user": user, "certificate": digest, "added_ms": now_ms, "removed_ms": None, "der": der}
        connection.execute(insert(person_tokens), made)
    return _listed(user, certificate, known or now_ms, None)


def remove(connection: Connection, user: str, begin: str, now: datetime) -> str:
    """The token whose fingerprint begins so counts no more for this account; its whole fingerprint.

    Raises `Refusal` TOKEN_UNKNOWN where none is registered, or more than one.
    """
    mine = person_tokens.c.removed_ms.is_(None) & (person_tokens.c.user == user)
    there = connection.execute(select(person_tokens.c.certificate).where(mine)).scalars()
    found = [one for one in there if _hex(begin) and one.startswith(_hex(begin))]
    if len(found) != 1:
        raise Refusal(
            "TOKEN_UNKNOWN",
            Words("Không rõ là token nào của tài khoản này.", "This account has no such token, or more than one."),
            Words("Xem dấu vân tay: clerk central people token list.", "See: clerk central people token list."),
        )
    gone = mine & (person_tokens.c.certificate == found[0])
    connection.execute(update(person_tokens).where(gone).values(removed_ms=milliseconds(now)))
    return str(found[0])


def spend(
    database: Database,
    proof: TokenProof,
    keys: Sequence[TokenKey],
    station: str,
    user: str,
    purposes: frozenset[Purpose],
    now: datetime,
    about: str | None = None,
) -> None:
    """A sign-in by token: whether it is right, and that nobody else signs in by the same answer.

    Raises `Refusal` PROOF_WRONG, PROOF_OTHER_TOKEN, PROOF_EXPIRED, PROOF_CLOCK, PROOF_USED.
    """
    check(proof, keys, station, user, purposes, now, about)
    mark = f"proof {proof.challenge.nonce}"

    def once(connection: Connection) -> None:
        if connection.execute(select(assertions.c.jti).where(assertions.c.jti == mark)).first():
            raise used_before()
        # Kept for as long as any clock could take it for fresh.
        until = milliseconds(now + 4 * FRESH)
        connection.execute(insert(assertions), {"jti": mark, "expires_ms": until})

    database.written(once, f"second factor {user}")


def _listed(user: str, certificate: x509.Certificate, added_ms: int, removed_ms: int | None) -> RegisteredToken:
    key = key_of(certificate)
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    holder = str(names[0].value) if names else ""
    return RegisteredToken(user, key.certificate, holder, key.expires, added_ms, removed_ms)


def _hex(fingerprint: str) -> str:
    """A fingerprint as people type it, with blanks or colons."""
    return fingerprint.lower().replace(":", "").replace(" ", "")
