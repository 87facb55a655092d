"""What a station and central say to each other, versioned; and how an entry becomes bytes that can be sealed.

An entry travels as the JSON bytes its station wrote, sealed: running number, digest of the seal before, Ed25519
signature. Batches are MessagePack, compressed with zlib. Old versions of a happening stay readable for ever through
`UPCASTERS`.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, get_args
from uuid import UUID

import msgspec

from clerk_app.domain import dossier as _dossier
from clerk_app.domain.dossier import Entry, Happening

T = TypeVar("T")

VERSION = 1
FIRST = b"\0" * 32
MAX_BODY_BYTES = 256 * 1024
MAX_BATCH_BYTES = 16 * 1024 * 1024

_SHAPE = 2
"""Of the evidence in entries that are written now."""
_KINDS: dict[str, type[Happening]] = {kind.__name__: kind for kind in get_args(_dossier.Happening)}


def _identity_read_1(fields: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had two shapes of a chip's verdicts; the first is told by its one verdict on signature and signer."""
    evidence = fields["evidence"]
    names = {verdict["name"] for verdict in evidence["verdicts"]}
    once = evidence["source"] == "chip" and "signed" in names and "signature" not in names
    return fields | {"evidence": evidence | {"shape": 1 if once else 2}}


UPCASTERS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {("IdentityRead", 1): _identity_read_1}
"""(kind, version) → what turns that version's fields into the next version's. Version 1 is the first."""

KIND_VERSIONS: dict[str, int] = {"IdentityRead": 2}
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
    except (msgspec.MsgspecError, KeyError, TypeError, UnicodeDecodeError) as problem:
        raise Unreadable(type(problem).__name__) from None
    return Entry(raw.id, raw.dossier, what, raw.who, raw.at, raw.seen)


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


def check_seal(sealed: Sealed, public_key: bytes) -> bool:
    """Whether digest and signature are the station's own over exactly this body, number and predecessor."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if digest_of(sealed.station, sealed.n, sealed.previous, sealed.body) != sealed.digest:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(sealed.signature, sealed.digest)
    except (InvalidSignature, ValueError):
        return False
    return True


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
    """`POST /v1/entries`."""

    entries: list[Sealed]
    version: int = VERSION


class Answers(msgspec.Struct, frozen=True):
    """The answers to a batch in its order, and the running number central expects next from this station."""

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


class Pulled(msgspec.Struct, frozen=True):
    """`GET /v1/entries?after=`: sealed entries in central's order, each with central's number; and the newest law.

    `refused` are entries of other desks that central did not accept, with its reasons: a supervisor may settle them at
    any desk of the office.
    """

    entries: list[tuple[int, Sealed]]
    cursor: int
    catalogue: OfferedPack | None = None
    refused: list[tuple[Sealed, Answer]] = []


class SheetState(msgspec.Struct, frozen=True):
    """`GET /v1/sheets/{digest}`: how many bytes central has, and whether the sheet is whole."""

    received: int
    complete: bool


class Enrolment(msgspec.Struct, frozen=True):
    """`POST /v1/enrol`: a one-time code and the raw Ed25519 public key (32 bytes) of the new station."""

    code: str
    public_key: bytes


class Enrolled(msgspec.Struct, frozen=True):
    """Answer to an enrolment: who this station is now."""

    station: str
    counter: str
    office: str
    office_name_vi: str
    office_name_en: str
    unit_code: str
    practice: bool
    central_id: str


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


Role = Literal["clerk", "supervisor", "cashier", "it", "inspector", "trainee"]


class User(msgspec.Struct, frozen=True):
    """Somebody who may sign in, as central knows them."""

    id: str
    name: str
    roles: list[str]
    office: str
    active: bool = True


class SignInAsked(msgspec.Struct, frozen=True):
    """`POST /v1/sign-in`."""

    user: str
    password: str


class SignedIn(msgspec.Struct, frozen=True):
    """A person proved who they are. `offline_days` is how long this station may trust that without central."""

    user: User
    offline_days: int
    at: datetime


class BlockAsked(msgspec.Struct, frozen=True):
    """`POST /v1/blocks`: a station asks for numbers it may use without a line. `key` makes a repeated request safe."""

    kind: Literal["dossier", "receipt"]
    size: int
    key: UUID


class Block(msgspec.Struct, frozen=True):
    """Numbers `first` to `last` (both included) are this station's."""

    kind: str
    first: int
    last: int


class LeaseAsked(msgspec.Struct, frozen=True):
    """`POST /v1/leases/{dossier}`: `who` opens the dossier at this station, or still has it open.

    `take_over`: also from the desk that has it open.
    """

    who: str
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


class LicencesAsked(msgspec.Struct, frozen=True):
    """`POST /v1/registers/licences`: whose licences. In the body, because addresses end up in logs on the way."""

    number: str


class LicencesFound(msgspec.Struct, frozen=True):
    """The answer: what the register said, or that it could not be asked. `holder`: name and birth, if it says them."""

    answered: bool
    licences: list[dict[str, Any]]
    sanctions: str
    source: str
    problem: str = ""
    holder: dict[str, Any] | None = None


class Problem(msgspec.Struct, frozen=True):
    """The body of every answer that is not 2xx. `at` is central's clock."""

    code: str
    words_vi: str
    words_en: str
    remedy_vi: str
    remedy_en: str
    at: datetime | None = None


def pack(message: Any) -> bytes:
    """A message as compressed MessagePack (`application/x-quay`)."""
    return zlib.compress(msgspec.msgpack.encode(message), 6)


def unpack(data: bytes, kind: type[T]) -> T:
    """The message in `data`. Raises `Unreadable` for anything else, including one that swells past 64 MiB."""
    try:
        inflate = zlib.decompressobj()
        plain = inflate.decompress(data, 4 * MAX_BATCH_BYTES)
        if inflate.unconsumed_tail or not inflate.eof:
            raise Unreadable("size")
        return msgspec.msgpack.decode(plain, type=kind)
    except (zlib.error, msgspec.MsgspecError) as problem:
        raise Unreadable(type(problem).__name__) from None


PROOF_HEADER = "Proof"


def proof_text(method: str, target: str, created: int, token: str) -> bytes:
    """What a station signs to show that a token is its own: `Proof: <created>.<base64url of the signature>`.

    `target` is path and query as sent, `created` seconds since 1970. After RFC 9449, without its repeated key.
    """
    return f"quay-proof-1\n{method}\n{target}\n{created}\n{token}".encode()


def known(kind: str, version: int) -> bool:
    """Whether this version of this kind of happening can be read here; if not, its writer is newer than we are."""
    return kind in _KINDS and 1 <= version <= KIND_VERSIONS.get(kind, 1)
