"""What waits, as one file that people carry: sealed to whom it is for, signed by whom it is from, read in two passes.

A file is `MAGIC`, the length and bytes of its head, records, and an Ed25519 signature over the SHA-256 of all of that.
Each record is one HPKE message (RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM) whose `info` names file, place
and whether it is the last, so that none can be moved, left out or taken from another file. The first pass believes
nothing but the signature; only then is anything opened. Neither pass holds more than one record.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal
from uuid import UUID

import msgspec

from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import Answers, Block, Problem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hpke import Suite

MAGIC = b"QUAYUSB1"
MOST_RECORDS = 1 << 20
MOST_RECORD_BYTES = 8 * 1024 * 1024
PIECE_BYTES = 1024 * 1024
_LEAST_RECORD_BYTES = 48
"""An HPKE message of nothing: 32 bytes of key, 16 of tag."""
_HEAD_BYTES = 4096
_SIGNATURE_BYTES = 64
_DOMAIN = b"quay-carried-1"


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What anybody may read of a file: whose it is and for whom, nothing of what is in it.

    `reply_key` is the raw X25519 key that the answer is sealed to; `answers` the file that an answer is to.
    """

    kind: Literal["export", "answer"]
    id: UUID
    station: str
    central_id: str
    at: datetime
    reply_key: bytes = b""
    answers: UUID | None = None


# ---- what is in a file from a station


class Wished(msgspec.Struct, frozen=True, tag=True):
    """How far the station has read what others did, and which numbers it runs out of: (kind, how many).

    `era` is when it heard that cursor, `held` the numbers it was lent before: (kind, first, last).
    """

    cursor: int
    numbers: list[tuple[Literal["dossier", "receipt"], int]]
    era: str = ""
    held: list[tuple[Literal["dossier", "receipt"], int, int]] = []


class SheetPiece(msgspec.Struct, frozen=True, tag=True):
    """Bytes of a sheet from `offset` on, of `total` in all."""

    digest: str
    offset: int
    total: int
    data: bytes


class SheetGone(msgspec.Struct, frozen=True, tag=True):
    """The station cannot read this sheet any more."""

    digest: str


class Entries(msgspec.Struct, frozen=True, tag=True):
    """A `wire.Batch` as it would have gone over the line: packed."""

    batch: bytes


# ---- what is in an answer


class Stands(msgspec.Struct, frozen=True, tag=True):
    """The first of an answer: the era in which the station asked, and the one in which central answers."""

    asked: str
    era: str


class Answered(msgspec.Struct, frozen=True, tag=True):
    """What central said to the entries from the running number `first_n` on."""

    first_n: int
    answers: Answers


class SheetsHere(msgspec.Struct, frozen=True, tag=True):
    """Sheets that central has, whole."""

    digests: list[str]


class Brought(msgspec.Struct, frozen=True, tag=True):
    """What others did after the cursor `after`, heard in the era `asked`: a packed `wire.Pulled`."""

    after: int
    pulled: bytes
    asked: str = ""


class Told(msgspec.Struct, frozen=True, tag=True):
    """Central knows what numbers of this kind the station holds; blocks that begin with `taken` are somebody else's."""

    kind: Literal["dossier", "receipt"]
    taken: list[int]


class Lent(msgspec.Struct, frozen=True, tag=True):
    """Numbers lent by this answer."""

    block: Block


class Stopped(msgspec.Struct, frozen=True, tag=True):
    """Why central did not take all of it."""

    problem: Problem


class End(msgspec.Struct, frozen=True, tag=True):
    """Nothing comes after this."""


Record = (
    Wished | SheetPiece | SheetGone | Entries | Stands | Answered | SheetsHere | Brought | Told | Lent | Stopped | End
)


def reply_key(seed: bytes) -> bytes:
    """The raw X25519 private key (32 bytes) of whoever has this secret: made from it by HKDF-SHA256 (RFC 5869)."""
    return derived(seed, b"seal")


def derived(secret: bytes, purpose: bytes) -> bytes:
    """32 bytes for one purpose, by HKDF-SHA256 (RFC 5869) from a secret that is for more than that."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, None, _DOMAIN + b" " + purpose).derive(secret)


def public_of(private: bytes) -> bytes:
    """The raw public key of a raw X25519 private one."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _suite() -> Suite:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _info(head_digest: bytes, place: int, last: bool) -> bytes:
    return _DOMAIN + head_digest + place.to_bytes(8, "big") + (b"\1" if last else b"\0")


# ---- writing


class Writer:
    """Writes one file; it is nothing before `end`."""

    def __init__(self, file: BinaryIO, head: Head, sealed_to: bytes, sign: Callable[[bytes], bytes]) -> None:
        """`sealed_to` is a raw X25519 public key; `sign` makes an Ed25519 signature."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

        self._file = file
        self._sign = sign
        self._key = X25519PublicKey.from_public_bytes(sealed_to)
        self._suite = _suite()
        self._total = hashlib.sha256()
        self._place = 0
        self.bytes_written = 0
        written = msgspec.msgpack.encode(head)
        self._head_digest = hashlib.sha256(written).digest()
        self._put(MAGIC + len(written).to_bytes(4, "big") + written)

    def add(self, record: Record) -> None:
        """One more record."""
        last = isinstance(record, End)
        info = _info(self._head_digest, self._place, last)
        sealed = self._suite.encrypt(msgspec.msgpack.encode(record), self._key, info)
        self._place += 1
        self._put(len(sealed).to_bytes(4, "big") + sealed)

    def end(self) -> None:
        """The last record and the signature."""
        self.add(End())
        self._put(bytes(4))
        self._file.write(self._sign(_DOMAIN + self._total.digest()))

    def _put(self, data: bytes) -> None:
        self._total.update(data)
        self._file.write(data)
        self.bytes_written += len(data)


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that is there under its name only once it is whole and on the disk.

    Raises `Refusal`: CARRIED_STICK_FULL, CARRIED_STICK_GONE, CARRIED_NOT_WRITTEN; no half of it stays, unless the disk
    itself went away: then what is left has another name.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        try:
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _settle(path.parent)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    except OSError as problem:
        raise _not_written(problem) from None


def _settle(folder: Path) -> None:
    """The new name is on the disk too; Windows keeps names by itself and opens no folder."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ---- reading


@dataclass(frozen=True, slots=True)
class Checked:
    """A file whose signature was found right. `records` are the SHA-256 of each, so that none changes in between."""

    head: Head
    head_digest: bytes
    start: int
    records: tuple[bytes, ...] = field(repr=False)


def head_of(file: BinaryIO) -> Head:
    """Whose file this says it is; nothing is believed yet. Raises `Refusal` CARRIED_UNREADABLE."""
    file.seek(0)
    return _read_head(file)[0]


def _read_head(file: BinaryIO) -> tuple[Head, bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        raise unreadable()
    size = int.from_bytes(file.read(4), "big")
    written = file.read(size) if 0 < size <= _HEAD_BYTES else b""
    if len(written) != size or not written:
        raise damaged()
    try:
        return msgspec.msgpack.decode(written, type=Head), written
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise damaged() from None


def check(file: BinaryIO, signer: bytes) -> Checked:
    """Go through the whole file and believe it if it is signed by `signer` (raw Ed25519 public key).

    Raises `Refusal`: CARRIED_UNREADABLE, CARRIED_DAMAGED for one that is cut off, altered or signed by somebody else.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        file.seek(0)
        head, written = _read_head(file)
        total = hashlib.sha256(MAGIC + len(written).to_bytes(4, "big") + written)
        start = len(MAGIC) + 4 + len(written)
        records: list[bytes] = []
        while record := _next(file):
            total.update(len(record).to_bytes(4, "big"))
            total.update(record)
            records.append(hashlib.sha256(record).digest())
            if len(records) > MOST_RECORDS:
                raise damaged()
        total.update(bytes(4))
        signature = file.read(_SIGNATURE_BYTES + 1)
    except OSError:
        raise not_read() from None
    try:
        Ed25519PublicKey.from_public_bytes(signer).verify(signature, _DOMAIN + total.digest())
    except (InvalidSignature, ValueError):
        raise damaged() from None
    return Checked(head, hashlib.sha256(written).digest(), start, tuple(records))


def _next(file: BinaryIO) -> bytes:
    """The next record, empty behind the last. Raises `Refusal` CARRIED_DAMAGED."""
    length = file.read(4)
    size = int.from_bytes(length, "big")
    if len(length) == 4 and size == 0:
        return b""
    if len(length) < 4 or not _LEAST_RECORD_BYTES <= size <= MOST_RECORD_BYTES:
        raise damaged()
    record = file.read(size)
    if len(record) != size:
        raise damaged()
    return record


def records(file: BinaryIO, checked: Checked, private_key: bytes) -> Iterator[Record]:
    """What is in a checked file, opened with a raw X25519 private key. Raises `Refusal` CARRIED_DAMAGED."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    key, suite = X25519PrivateKey.from_private_bytes(private_key), _suite()
    try:
        file.seek(checked.start)
        for place, digest in enumerate(checked.records):
            sealed = _next(file)
            if hashlib.sha256(sealed).digest() != digest:
                raise damaged()
            last = place == len(checked.records) - 1
            opened = suite.decrypt(sealed, key, _info(checked.head_digest, place, last))
            record: Record = msgspec.msgpack.decode(opened, type=Record)
            if isinstance(record, End) != last:
                raise damaged()
            if not last:
                yield record
    except (InvalidTag, ValueError, msgspec.MsgspecError):
        raise damaged() from None
    except OSError:
        raise not_read() from None


# ---- why not


def unreadable() -> Refusal:
    return Refusal(
        "CARRIED_UNREADABLE",
        Words("Tệp này không phải tệp mang tay của Quầy.", "This is not a file that Quầy carries by hand."),
        Words("Chọn đúng tệp trên USB.", "Choose the right file on the stick."),
    )


def damaged() -> Refusal:
    return Refusal(
        "CARRIED_DAMAGED",
        Words(
            "Tệp bị cắt, hỏng hoặc không do nơi ghi tên trong đó ký; chưa có gì thay đổi.",
            "The file is cut off, damaged or not signed by whom it names; nothing was changed.",
        ),
        Words("Chép lại tệp, hoặc xuất lại trên một USB khác.", "Copy it again, or export again on another stick."),
    )


def wrong_kind(kind: str) -> Refusal:
    """An export where an answer is wanted, or the other way round."""
    if kind == "export":
        words = Words("Đây là tệp gửi trung tâm, không phải tệp trả lời.", "This file is for central; it is no answer.")
        remedy = Words("Đưa tệp này cho trung tâm, rồi nhận tệp trả lời.", "Take it to central and bring the answer.")
    else:
        words = Words("Đây là tệp trả lời cho máy trạm.", "This file is an answer for a station.")
        remedy = Words("Nhập tệp này ở máy trạm.", "Import it at the station.")
    return Refusal("CARRIED_KIND", words, remedy)


def other_station(theirs: str, ours: str) -> Refusal:
    return Refusal(
        "CARRIED_OTHER_STATION",
        Words(f"Tệp này của máy trạm {theirs}, không phải {ours}.", f"This file is of station {theirs}, not {ours}."),
        Words("Mang tệp đến đúng máy trạm.", "Take it to that station."),
    )


def other_central(theirs: str, ours: str) -> Refusal:
    return Refusal(
        "CARRIED_OTHER_CENTRAL",
        Words(
            f"Tệp này thuộc trung tâm {theirs}, không phải {ours}.", f"This file is of central {theirs}, not {ours}."
        ),
        Words("Mang tệp đến đúng trung tâm.", "Take it to that central."),
    )


def not_read() -> Refusal:
    return Refusal(
        "CARRIED_NOT_READ",
        Words("Không đọc được tệp; USB có thể đã bị rút.", "The file cannot be read; the stick may have been pulled."),
        Words("Cắm lại USB rồi làm lại; không có gì bị mất.", "Plug it in again and repeat; nothing is lost."),
    )


def _not_written(problem: OSError) -> Refusal:
    nothing_lost = Words("; mọi thứ vẫn ở máy này.", "; everything is still on this machine.")
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Refusal(
            "CARRIED_STICK_FULL",
            Words(f"USB không còn đủ chỗ{nothing_lost.vi}", f"The stick has too little room{nothing_lost.en}"),
            Words("Xóa bớt tệp trên USB hoặc dùng USB khác.", "Make room on it, or take another one."),
        )
    if problem.errno in (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ESTALE):
        return Refusal(
            "CARRIED_STICK_GONE",
            Words(f"USB đã bị rút hoặc bị hỏng{nothing_lost.vi}", f"The stick was pulled or fails{nothing_lost.en}"),
            Words("Cắm lại USB rồi làm lại.", "Plug it in again and repeat."),
        )
    return Refusal(
        "CARRIED_NOT_WRITTEN",
        Words(f"Không ghi được tệp ở đó{nothing_lost.vi}", f"The file cannot be written there{nothing_lost.en}"),
        Words("Kiểm tra quyền ghi, hoặc chọn chỗ khác.", "Check that you may write there, or choose another place."),
    )
