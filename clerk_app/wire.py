"""What a station and central say to each other, versioned; and how an entry becomes bytes that can be sealed.

An entry travels as the JSON bytes its station wrote, sealed: running number, digest of the seal before, Ed25519
signature. Batches are MessagePack, compressed with zlib. Old versions of a happening stay readable for ever through
`UPCASTERS`.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, get_args
from uuid import UUID

import msgspec

from clerk_app.domain import dossier as _dossier
from clerk_app.domain.dossier import Entry, Happening, RegisterAnswered, sheets_of
from clerk_app.domain.oversight import Erased, ErasureDone
from clerk_app.domain.token_proofs import Second, TokenProof

T = TypeVar("T")

VERSION = 1
FIRST = b"\0" * 32
MAX_BODY_BYTES = 256 * 1024
MAX_BATCH_BYTES = 16 * 1024 * 1024
MAX_SHEET_BYTES = 32 * 1024 * 1024
"""What central takes of one sheet."""
MAX_FRAME_BYTES = 1024 * 1024
MAX_FRAME_PLAIN_BYTES = 4 * MAX_FRAME_BYTES
MAX_BUNDLE_SHEETS = 500
MAX_PROOFS = 100

_NO_NUL = r"^[^\x00]*\Z"
"""Not every database can hold U+0000 in a text."""
_SHAPE = 2
"""Of the evidence in entries that are written now."""
_KINDS: dict[str, type[Happening]] = {kind.__name__: kind for kind in get_args(_dossier.Happening)}


def _identity_read_1(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had two shapes of a chip's verdicts; the first is told by its one verdict on signature and signer."""
    evidence = fields["evidence"]
    names = {verdict["name"] for verdict in evidence["verdicts"]}
    once = evidence["source"] == "chip" and "signed" in names and "signature" not in names
    return fields | {"evidence": evidence | {"shape": 1 if once else 2}}


def _as_before(fields: dict[str, Any]) -> dict[str, Any]:
    """The next version only says more; what was not said has the value of its default."""
    return fields


UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("IdentityRead", 1): _identity_read_1,
    ("ExceptionAsked", 1): _as_before,
    ("ExceptionDecided", 1): _as_before,
    ("ExceptionDecided", 2): _as_before,
    ("MoreAsked", 1): _as_before,
    ("SessionHappened", 1): _as_before,
    ("FeeTaken", 1): _as_before,
    ("FieldsEntered", 1): _as_before,
    ("PostOrdered", 1): _as_before,
    ("OrderPlaced", 1): _as_before,
}
"""(kind, version) → what turns that version's fields into the next version's. Version 1 is the first."""

KIND_VERSIONS: dict[str, int] = {
    "IdentityRead": 2,
    "ExceptionAsked": 2,
    "ExceptionDecided": 3,
    "MoreAsked": 2,
    "SessionHappened": 2,
    "FeeTaken": 2,
    "FieldsEntered": 2,
    "PostOrdered": 2,
    "OrderPlaced": 2,
}
"""Kinds whose present version is not 1."""


class Unreadable(ValueError):
    """Bytes that are not an entry of any version we know. Holds no content: it may be personal data."""


class _Body(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    id: UUID
    dossier: UUID
    kind: str
    v: int
    who: str
    at: datetime
    what: msgspec.Raw
    seen: int = 0


def encode_entry(entry: Entry) -> bytes:
    """The bytes that are sealed, kept and sent: UTF-8 JSON in NFC, keys in order."""
    kind = type(entry.what).__name__
    what = msgspec.Raw(msgspec.json.encode(_plain(entry.what), order="sorted"))
    version = KIND_VERSIONS.get(kind, 1)
    return msgspec.json.encode(_Body(entry.id, entry.dossier, kind, version, entry.who, entry.at, what, entry.seen))


def _plain(what: Happening) -> Any:
    return msgspec.to_builtins(what, builtin_types=(datetime, UUID), enc_hook=lambda value: dict(value))


def decode_entry(body: bytes) -> Entry:
    """The entry in `body`. Raises `Unreadable`."""
    try:
        raw = msgspec.json.decode(body, type=_Body)
        kind = _KINDS[raw.kind]
        present = KIND_VERSIONS.get(raw.kind, 1)
        if raw.v > present:
            raise Unreadable("newer")
        if raw.v == present:
            what = msgspec.json.decode(raw.what, type=kind)
            if isinstance(what, _dossier.IdentityRead) and what.evidence.shape != _SHAPE:
                # An entry of today that wants to be judged as those before it were claims more than it proves.
                raise Unreadable("shape")
        else:
            fields = msgspec.json.decode(raw.what)
            for version in range(raw.v, present):
                fields = UPCASTERS[raw.kind, version](fields)
            what = msgspec.convert(fields, kind)
    except (msgspec.MsgspecError, KeyError, TypeError, UnicodeDecodeError, RecursionError) as problem:
        raise Unreadable(type(problem).__name__) from None
    return Entry(raw.id, raw.dossier, what, raw.who, raw.at, raw.seen)


class _Kind(msgspec.Struct):
    kind: str


_WITH_SHEETS = frozenset(
    {"PagesArranged", "PageMade", "PaperTaken", "ArchiveMade", "IdentityRead", "FaceCompared", "HandedOver"}
)
"""Kinds that `sheets_of` finds anything in: the others need not be read to know what they wait for."""


def sheets_in(body: bytes) -> frozenset[str]:
    """The sheets that the entry in `body` mentions; none where it cannot be read: central then says so."""
    try:
        if msgspec.json.decode(body, type=_Kind).kind not in _WITH_SHEETS:
            return frozenset()
        return sheets_of(decode_entry(body))
    except (msgspec.MsgspecError, UnicodeDecodeError, Unreadable):
        return frozenset()


class Sealed(msgspec.Struct, frozen=True, array_like=True):
    """One entry as its station wrote it, with the station's seal. Digests are 32 bytes, the signature 64."""

    body: bytes
    station: str
    n: int
    previous: bytes
    digest: bytes
    signature: bytes


def digest_of(station: str, n: int, previous: bytes, body: bytes) -> bytes:
    """SHA-256 over station, running number, digest before and body, each with its length in front."""
    total = hashlib.sha256()
    for part in (station.encode(), str(n).encode(), previous, body):
        total.update(len(part).to_bytes(4, "big"))
        total.update(part)
    return total.digest()


def seal(body: bytes, station: str, n: int, previous: bytes, sign: Callable[[bytes], bytes]) -> Sealed:
    """`body` sealed as the station's entry number `n`; `sign` makes the Ed25519 signature of 32 bytes."""
    digest = digest_of(station, n, previous, body)
    return Sealed(body, station, n, previous, digest, sign(digest))


def seal_checker(public_key: bytes) -> Callable[[Sealed], bool]:
    """A check of many seals of one station: whether digest and signature are its own over exactly that body, number
    and predecessor.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        verify = Ed25519PublicKey.from_public_bytes(public_key).verify
    except ValueError:
        return lambda sealed: False

    def check(sealed: Sealed) -> bool:
        if digest_of(sealed.station, sealed.n, sealed.previous, sealed.body) != sealed.digest:
            return False
        try:
            verify(sealed.signature, sealed.digest)
        except (InvalidSignature, ValueError):
            return False
        return True

    return check


def erasure_text(order: UUID, dossier: UUID) -> bytes:
    """What central signs where it orders that a dossier is erased."""
    return b"quay-erasure-1\n" + order.bytes + dossier.bytes


def emptied(entry: Entry, order: UUID, proof: bytes) -> bytes:
    """The body that stands for an entry from then on: who wrote what kind, when, and by which order it went."""
    was = type(entry.what).__name__
    erased = Erased(order, was, proof.hex())
    return encode_entry(Entry(entry.id, entry.dossier, erased, entry.who, entry.at, entry.seen))


def erased_by(body: bytes, order_key: bytes) -> Erased | None:
    """What an emptied body says, if central (its raw Ed25519 key) ordered it; None for anything else."""
    try:
        if msgspec.json.decode(body, type=_Kind).kind != Erased.__name__:
            return None
        entry = decode_entry(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, Unreadable):
        return None
    if not isinstance(entry.what, Erased):
        return None
    return entry.what if proves_erasure(entry.what, entry.dossier, order_key) else None


def proves_erasure(what: Erased | ErasureDone, dossier: UUID, order_key: bytes) -> bool:
    """Whether central signed the order that this names, for this dossier."""
    try:
        signature = bytes.fromhex(what.proof)
    except ValueError:
        return False
    return _signed(signature, erasure_text(what.order, dossier), order_key)


def check_emptied(sealed: Sealed, public_key: bytes, order_key: bytes) -> bool:
    """Whether this stands where the station once sealed an entry, and central ordered that it be emptied."""
    return erased_by(sealed.body, order_key) is not None and _signed(sealed.signature, sealed.digest, public_key)


def _signed(signature: bytes, text: bytes, public_key: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_seal(sealed: Sealed, public_key: bytes) -> bool:
    """Whether digest and signature are the station's own over exactly this body, number and predecessor."""
    return seal_checker(public_key)(sealed)


_FEW = msgspec.Meta(max_length=MAX_BUNDLE_SHEETS)


class Answer(msgspec.Struct, frozen=True):
    """What central says to one entry. `number` is central's own; refused entries have code, words and remedy."""

    id: UUID
    accepted: bool
    number: int = 0
    code: str = ""
    words_vi: str = ""
    words_en: str = ""
    remedy_vi: str = ""
    remedy_en: str = ""


class Batch(msgspec.Struct, frozen=True):
    """`POST /v1/entries`: one of them, or many in `STREAM` frames, each recorded as it arrives.

    In another era than `era` central takes nothing: the station pulls first.
    """

    entries: list[Sealed]
    version: int = VERSION
    era: str = ""


class Answers(msgspec.Struct, frozen=True):
    """The answers to a batch in its order, and the running number central expects next from this station.

    `GET /v1/answers?after=`: what central said to the station's entries after that running number.
    """

    answers: list[Answer]
    next_n: int
    at: datetime


class OfferedPack(msgspec.Struct, frozen=True):
    """A rule pack that central hands out: its version, and the SHA-256 of its signed manifest."""

    version: Annotated[str, msgspec.Meta(max_length=60)]
    digest: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]


class PublishedPacks(msgspec.Struct, frozen=True):
    """`GET /v1/catalogue`: every rule pack that central ever handed out, the newest first."""

    packs: list[OfferedPack]


class PackSent(msgspec.Struct, frozen=True):
    """`GET /v1/catalogue/{digest}`: a whole rule pack as `catalogue.archive` writes it."""

    archive: bytes


class Draw(msgspec.Struct, frozen=True):
    """The seed by which dossiers accepted on a day (ISO, in Hanoi) are drawn for a second look; the day is over."""

    day: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", min_length=10, max_length=10)]
    seed: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]


class Erasure(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was known of a dossier is erased by an order; `who` gave it. `proof` is central's Ed25519 signature of
    `erasure_text`: 64 bytes.
    """

    order: UUID
    dossier: UUID
    who: str
    at: datetime
    proof: Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]


class Pulled(msgspec.Struct, frozen=True, omit_defaults=True):
    """`GET /v1/entries?after=&era=`: sealed entries in central's order, each with central's number; and the newest law.

    `people` changes whenever somebody of this office comes, goes, or may do other things than before.
    `next_n` is the running number that central expects next from this station. `era` is named again with the next
    cursor. `forgot`: central was brought back from an older copy and has not all that this station heard of it; no
    entries come then.
    `refused` are entries of other desks that central did not accept, with its reasons: a supervisor may settle them at
    any desk of the office.
    `erasures` are orders that this station has not carried out yet, as far as central has heard; not all at once.
    """

    entries: list[tuple[int, Sealed]]
    cursor: int
    catalogue: OfferedPack | None = None
    people: int = 0
    era: str = ""
    forgot: bool = False
    next_n: int = 0
    refused: list[tuple[Sealed, Answer]] = []
    draw: Draw | None = None
    erasures: list[Erasure] = []


class Returned(msgspec.Struct, frozen=True):
    """`GET /v1/entries/own?after=`: what this very station sent before, in its order, each with the answer of then.

    `next_n` is the running number that central expects next, `head` the digest of the entry before it.
    """

    entries: list[tuple[Sealed, Answer]]
    next_n: int
    head: bytes


class SheetState(msgspec.Struct, frozen=True):
    """`GET /v1/sheets/{digest}`: how many bytes central has, and whether the sheet is whole."""

    received: int
    complete: bool


class SheetsAsked(msgspec.Struct, frozen=True):
    """`POST /v1/sheets/states`: which of these sheets (SHA-256, 32 bytes each) are there, and how much of them."""

    digests: Annotated[list[Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]], _FEW]


class SheetPiece(msgspec.Struct, frozen=True, array_like=True):
    """A sheet in a bundle: its bytes from `offset` on, of `total` in all."""

    digest: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
    offset: Annotated[int, msgspec.Meta(ge=0)]
    total: Annotated[int, msgspec.Meta(gt=0)]


class SheetBundle(msgspec.Struct, frozen=True):
    """`POST /v1/sheets`: one frame with this list, then the bytes of every piece in its order, as they are."""

    pieces: Annotated[list[SheetPiece], _FEW]


class SheetStates(msgspec.Struct, frozen=True):
    """The state of every sheet that was asked for or sent, in that order."""

    states: list[SheetState]


class ProofsAsked(msgspec.Struct, frozen=True):
    """`POST /v1/proofs`: what does central have of these dossiers?"""

    dossiers: Annotated[list[UUID], msgspec.Meta(max_length=MAX_PROOFS)]


class DossierProof(msgspec.Struct, frozen=True):
    """What central has of one dossier: how many accepted entries, its number of the newest, of how many sheets they
    speak, and which of those (SHA-256, 32 bytes each) are not whole there.

    `settled_at` is when its end arrived (handed over, withdrawn, refused, not accepted, discarded), or the last page of
    it after that, by central's clock; of an `open` one, which has not ended, when the last work on it did.
    """

    dossier: UUID
    entries: int
    newest: int
    settled_at: datetime
    sheets: int
    lacking: list[bytes]
    open: bool = False


class Proofs(msgspec.Struct, frozen=True):
    """The answer; a dossier that central does not have for this office is not in it. `at` is central's clock."""

    proofs: list[DossierProof]
    at: datetime


class Enrolment(msgspec.Struct, frozen=True):
    """`POST /v1/enrol`: a one-time code and the raw Ed25519 public key (32 bytes) of the new station."""

    code: str
    public_key: bytes


class Enrolled(msgspec.Struct, frozen=True):
    """Answer to an enrolment: who this station is now. `replaces` is the lost station whose place it takes, of which
    central never got anything after `replaces_last_n`.
    """

    station: str
    counter: str
    office: str
    office_name_vi: str
    office_name_en: str
    unit_code: str
    practice: bool
    central_id: str
    replaces: str = ""
    replaces_last_n: int = 0
    replaces_heard: datetime | None = None


class TokenAsked(msgspec.Struct, frozen=True):
    """`POST /v1/token`, RFC 7523: `assertion` is a JWT signed with the station key (EdDSA)."""

    assertion: str
    grant_type: str = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Token(msgspec.Struct, frozen=True):
    """A short-lived bearer token."""

    access_token: str
    expires_in: int
    at: datetime
    token_type: str = "Bearer"


class TokenKey(msgspec.Struct, frozen=True):
    """The public key (SubjectPublicKeyInfo, DER) of a person's token, as its certificate (SHA-256, hex) gives it."""

    certificate: str
    public_key: bytes
    starts: datetime
    expires: datetime


class User(msgspec.Struct, frozen=True):
    """Somebody who may sign in, as central knows them.

    `person` is the natural person behind the account (empty: the account stands for one itself), `factor` names the
    second factor that was issued for it (empty: none) and says nothing of its secret; `tokens` are the keys of the
    tokens that are registered for it.
    """

    id: str
    name: str
    roles: list[str]
    office: str
    active: bool = True
    person: str = ""
    factor: str = ""
    tokens: list[TokenKey] = []


class People(msgspec.Struct, frozen=True):
    """`GET /v1/people`: everybody of this station's office, those without access too; never a password's verifier."""

    people: list[User]
    version: int


class SignInAsked(msgspec.Struct, frozen=True, omit_defaults=True):
    """`POST /v1/sign-in`. `code` is what the app of the second factor shows, `proof` what a token signed, where
    somebody has one.
    """

    user: Annotated[str, msgspec.Meta(max_length=200, pattern=_NO_NUL)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]
    code: Annotated[str, msgspec.Meta(max_length=20)] = ""
    proof: TokenProof | None = None

    @property
    def second(self) -> Second:
        """What stands for the second factor."""
        return self.proof or self.code


class UnlockAsked(msgspec.Struct, frozen=True, omit_defaults=True):
    """`POST /v1/unlock`: a supervisor proves who they are and ends the wait of `user` at this station."""

    user: Annotated[str, msgspec.Meta(max_length=200, pattern=_NO_NUL)]
    supervisor: Annotated[str, msgspec.Meta(max_length=200, pattern=_NO_NUL)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]
    code: Annotated[str, msgspec.Meta(max_length=20)] = ""
    proof: TokenProof | None = None


class SignedIn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person proved who they are. `offline_days` is how long this station may trust that without central.

    `factor` is what it was proven with. Of somebody who has an app, `secret` are the bytes by which this station judges
    codes while there is no line, and `step` is the last one that was used (RFC 6238, Unix time by 30 s).
    """

    user: User
    offline_days: int
    at: datetime
    factor: Literal["password", "totp", "token"] = "password"
    secret: bytes = b""
    step: int = 0


_Lent = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
"""A number of a block, as wide as central's database keeps them."""


class BlockAsked(msgspec.Struct, frozen=True, omit_defaults=True):
    """`POST /v1/blocks`: a station asks for numbers it may use without a line. `key` makes a repeated request safe.

    `held` are the first and last numbers of the blocks it has, told to a central that was brought back from an older
    copy; with them `size` may be 0.
    """

    kind: Literal["dossier", "receipt"]
    size: int
    key: UUID
    held: Annotated[list[tuple[_Lent, _Lent]], msgspec.Meta(max_length=500)] = []


class Block(msgspec.Struct, frozen=True, omit_defaults=True):
    """Numbers `first` to `last` (both included) are this station's; none if `last` is before `first`.

    `taken` are the first numbers of the blocks it said it holds and may not use any more: others have them.
    """

    kind: str
    first: int
    last: int
    taken: tuple[int, ...] = ()


Key = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]


class StationKeys(msgspec.Struct, frozen=True):
    """`GET /v1/keys`: what this station keeps for days without a line.

    Raw public keys of central: X25519 that files for it are sealed to, Ed25519 that its own are signed by; and the
    secret of this station's grace codes.
    """

    sealing: Key
    signing: Key
    grace: Key


class LeaseAsked(msgspec.Struct, frozen=True):
    """`POST /v1/leases/{dossier}`: `who` opens the dossier at this station, or still has it open.

    `take_over`: also from the desk that has it open.
    """

    who: Annotated[str, msgspec.Meta(max_length=200, pattern=_NO_NUL)]
    take_over: bool = False


class Lease(msgspec.Struct, frozen=True):
    """Who has a dossier open: at which station and counter, since when; nobody's after `until`, by central's clock."""

    station: str
    counter: str
    who: str
    name: str
    since: datetime
    until: datetime


class LeaseState(msgspec.Struct, frozen=True):
    """`GET`, `POST` and `DELETE /v1/leases/{dossier}`: who has it now. `at` is central's clock."""

    holder: Lease | None
    at: datetime


class HandlingAsked(msgspec.Struct, frozen=True, omit_defaults=True):
    """`POST /v1/handlings`: `who` looks at the request for an exception at this station, or at none any more."""

    who: Annotated[str, msgspec.Meta(max_length=200, pattern=_NO_NUL)]
    request: UUID | None = None


class Handling(msgspec.Struct, frozen=True):
    """Who looks at which request, where and since when; nobody does after `until`, by central's clock."""

    station: str
    counter: str
    who: str
    name: str
    request: UUID
    since: datetime
    until: datetime


class Handlings(msgspec.Struct, frozen=True):
    """The answer: everybody of the office who looks at a request now, this station too. `at` is central's clock."""

    handlings: list[Handling]
    at: datetime


class LicencesAsked(msgspec.Struct, frozen=True):
    """`POST /v1/registers/licences`: whose licences. In the body, because addresses end up in logs on the way.

    `who` asks, for the dossier that they are about; nobody is told anything for a person who may not ask.
    """

    number: str
    who: Annotated[str, msgspec.Meta(max_length=200, pattern=_NO_NUL)] = ""
    dossier: UUID | None = None


class LicencesFound(msgspec.Struct, frozen=True):
    """The answer: what the register said, or that it could not be asked. `holder`: name and birth, if it says them."""

    answered: bool
    licences: list[dict[str, Any]]
    sanctions: str
    source: str
    problem: str = ""
    holder: dict[str, Any] | None = None


def licences_said(found: LicencesFound) -> RegisterAnswered:
    """The answer as a desk writes it down. Raises `msgspec.ValidationError` for one that says nothing readable."""
    told = {
        "answered": found.answered,
        "licences": found.licences,
        "sanctions": found.sanctions if found.answered else "unknown",
        "source": found.source,
        "problem": found.problem,
        "holder": found.holder,
    }
    return msgspec.convert(told, RegisterAnswered)


class Health(msgspec.Struct, frozen=True):
    """`GET /v1/health`, always JSON: this process lives. `catalogue` is the version of the law that is handed out."""

    state: Literal["ok"]
    version: int
    central_id: str
    practice: bool
    catalogue: str
    at: datetime


class Ready(msgspec.Struct, frozen=True):
    """`GET /v1/ready`, always JSON: this process can take entries and sheets now."""

    state: Literal["ready"]
    at: datetime


class Problem(msgspec.Struct, frozen=True):
    """The body of every answer that is not 2xx. `at` is central's clock."""

    code: str
    words_vi: str
    words_en: str
    remedy_vi: str
    remedy_en: str
    at: datetime | None = None


_LEVEL = 5
"""Of zlib, by measurement: 0.35 of the bytes of entries in frames of 40. Level 6 saves 3 % more in twice the time."""


def pack(message: Any) -> bytes:
    """A message as compressed MessagePack (`application/x-quay`)."""
    return zlib.compress(msgspec.msgpack.encode(message), _LEVEL)


def unpack(data: bytes, kind: type[T], most_bytes: int = 4 * MAX_BATCH_BYTES) -> T:
    """The message in `data`. Raises `Unreadable` for anything else, including one that swells past `most_bytes`."""
    try:
        inflate = zlib.decompressobj()
        plain = inflate.decompress(data, most_bytes)
        if inflate.unconsumed_tail or not inflate.eof:
            raise Unreadable("size")
        return msgspec.msgpack.decode(plain, type=kind)
    except (zlib.error, msgspec.MsgspecError) as problem:
        raise Unreadable(type(problem).__name__) from None


STREAM = "application/x-quay-stream"
"""A body of frames: four bytes of length, big-endian, then a packed message."""


def frame(packed: bytes) -> bytes:
    """A packed message as a frame of a stream."""
    return len(packed).to_bytes(4, "big") + packed


class Frames:
    """Finds the frames in bytes as they come off the line."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that are whole with `data`. Raises `Unreadable` for one that is longer than allowed."""
        self._kept += data
        whole: list[bytes] = []
        at = 0
        while len(self._kept) - at >= 4:
            size = int.from_bytes(self._kept[at : at + 4], "big")
            if size > MAX_FRAME_BYTES:
                raise Unreadable("frame")
            if len(self._kept) - at - 4 < size:
                break
            whole.append(bytes(self._kept[at + 4 : at + 4 + size]))
            at += 4 + size
        del self._kept[:at]
        return whole


PROOF_HEADER = "Proof"


def proof_text(method: str, target: str, created: int, token: str, body: str = "") -> bytes:
    """What a station signs to show that a token is its own.

    `target` is path and query as sent, `created` seconds since 1970, `body` the `body_mark` of a message that goes with
    it. The header is `Proof: <created>.<base64url of the signature>`, with `<body>` between them where there is one.
    After RFC 9449, without its repeated key; with the body, so that whoever repeats a request can only repeat it.
    """
    return f"quay-proof-2\n{method}\n{target}\n{created}\n{token}\n{body}".encode()


def body_mark(body: bytes) -> str:
    """SHA-256 of a message as sent, base64url without padding: what its proof names it by."""
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")


def known(kind: str, version: int) -> bool:
    """Whether this version of this kind of happening can be read here; if not, its writer is newer than we are."""
    return kind in _KINDS and 1 <= version <= KIND_VERSIONS.get(kind, 1)
