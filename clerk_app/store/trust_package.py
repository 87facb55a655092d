"""The trust package of the office: what may vouch for a citizen card, signed for this office, imported whole.

A package is a folder or a zip file of certificates (CSCA and links), master lists and revocation lists with
`manifest.toml` and `manifest.sig`: name, office, version, day of issue and the SHA-256 of every file, signed with the
publishing key of the office (Ed25519, as rule packs are). It lies as one file, `trust.zip`, in the trust folder; a new
one takes its place in one step. A file that the manifest does not name is never believed.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from clerk_app.domain.refusals import Refusal, Words

MANIFEST = "manifest.toml"
SIGNATURE = "manifest.sig"
INSTALLED = "trust.zip"
KIND = "trust"
SCHEMA = 1
MOST_FILES = 256
MOST_FILE_BYTES = 8 * 1024 * 1024
MOST_BYTES = 24 * 1024 * 1024
_MOST_DIRECTORY_BYTES = 64 * 1024
_KINDS = (".der", ".cer", ".crt", ".pem", ".crl", ".ml", ".cms", ".p7b", ".zip")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){0,5}")
_OFFICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
_KEEP = Words(
    "Gói đang dùng vẫn giữ nguyên; xin lại gói từ đơn vị phát hành.",
    "The package in use stays; ask its publisher for the package again.",
)


@dataclass(frozen=True, slots=True)
class TrustManifest:
    """What the publisher signed: whose package it is, which one, and the SHA-256 of every file in lower-case hex."""

    name: str
    office: str
    version: str
    issued: date
    files: dict[str, str]

    @property
    def order(self) -> tuple[int, ...]:
        """The version for comparing: a later one is greater."""
        return tuple(int(part) for part in self.version.split("."))


@dataclass(frozen=True, slots=True)
class TrustPackage:
    """A package that its publisher signed, whole."""

    manifest: TrustManifest
    files: dict[str, bytes] = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Installed:
    """What lies in the trust folder: the package, or why there is none, and files that nobody signed."""

    package: TrustPackage | None
    refusal: Refusal | None = None
    loose: tuple[str, ...] = ()

    @property
    def blobs(self) -> tuple[bytes, ...]:
        """The files that may be believed."""
        return tuple(self.package.files.values()) if self.package else ()


def refused(code: str, vi: str, en: str, remedy: Words = _KEEP) -> Refusal:
    """A trust package that is not taken."""
    return Refusal(code, Words(vi, en), remedy)


# ---- making one


def sign(folder: Path, private_key: bytes, *, name: str, office: str, version: str, issued: date) -> TrustManifest:
    """Write the manifest of every file in `folder` and sign it with the raw Ed25519 key (32 bytes).

    Raises `Refusal`: TRUST_NAME, TRUST_EMPTY, TRUST_TOO_LARGE.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    wrong = next((one for one, shape in ((version, _VERSION), (office, _OFFICE)) if not shape.fullmatch(one)), None)
    if wrong is not None or any(mark in name for mark in '"\\\n'):
        remedy = Words("Phiên bản là số như 2026.11.1; mã cơ quan như PC08.", "A version is 2026.11.1, an office PC08.")
        raise refused("TRUST_NAME", "Tên, mã cơ quan hoặc phiên bản sai dạng.", "Name, office or version.", remedy)
    contents = {one: data for one, data in _from_folder(folder).items() if one not in (MANIFEST, SIGNATURE)}
    if not contents:
        remedy = Words("Bỏ chứng thư CSCA, CRL, master list vào thư mục.", "Put CSCA certificates and CRLs into it.")
        raise refused("TRUST_EMPTY", "Thư mục không có tệp nào.", "There is no file in the folder.", remedy)
    lines = [f'kind = "{KIND}"', f"schema = {SCHEMA}", f'name = "{name}"', f'office = "{office}"']
    lines += [f'version = "{version}"', f'issued = "{issued.isoformat()}"', "", "[files]"]
    lines += [f'"{one}" = "{hashlib.sha256(data).hexdigest()}"' for one, data in contents.items()]
    data = ("\n".join(lines) + "\n").encode()
    (folder / MANIFEST).write_bytes(data)
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(data)
    (folder / SIGNATURE).write_bytes(signature.hex().encode() + b"\n")
    return _manifest(data)


def zipped(package: TrustPackage) -> bytes:
    """The package as one file; the same package gives the same bytes."""
    out = io.BytesIO()
    everything = {MANIFEST: package.signed, SIGNATURE: package.signature, **package.files}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in everything.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# ---- reading one


def read(path: Path, keys: Sequence[bytes]) -> TrustPackage:
    """The package in a folder or zip file, as one of the publishers with these raw Ed25519 keys signed it.

    Raises `Refusal`: TRUST_MISSING, TRUST_UNSIGNED, TRUST_SIGNATURE, TRUST_DAMAGED, TRUST_EXTRA, TRUST_TOO_LARGE,
    TRUST_PATH.
    """
    contents = _from_folder(path) if path.is_dir() else _from_zip(path)
    signed, signature = contents.pop(MANIFEST, b""), contents.pop(SIGNATURE, b"")
    if not signed:
        raise refused("TRUST_MISSING", "Không có gói tin cậy ở đây.", "There is no trust package here.")
    _check_signature(signed, signature, keys)
    manifest = _manifest(signed)
    if extra := sorted(set(contents) - set(manifest.files)):
        raise refused("TRUST_EXTRA", f"Tệp {extra[0]} không được ký.", f"The file {extra[0]} is not signed.")
    for name, digest in manifest.files.items():
        if name not in contents:
            raise refused("TRUST_DAMAGED", f"Thiếu tệp {name}.", f"The file {name} is missing.")
        if hashlib.sha256(contents[name]).hexdigest() != digest:
            raise refused("TRUST_DAMAGED", f"Tệp {name} khác bản đã ký.", f"The file {name} is not what was signed.")
    return TrustPackage(manifest, {name: contents[name] for name in manifest.files}, signed, signature)


def installed(folder: Path, keys: Sequence[bytes], office: str) -> Installed:
    """What a desk of this office may believe from its trust folder. Never raises: a bad package is none."""
    at = folder / INSTALLED
    try:
        if not folder.is_dir():
            return Installed(None)
        packed = at.exists()
        unpacked = not packed and (folder / MANIFEST).exists()
    except OSError:
        return Installed(
            None, refused("TRUST_DAMAGED", "Không mở được thư mục tin cậy.", "The trust folder is closed.")
        )
    loose = () if unpacked else _loose(folder)
    if not unpacked and not packed:
        return Installed(None, None, loose)
    try:
        package = read(folder if unpacked else at, keys)
        _for_office(package, office)
    except Refusal as refusal:
        return Installed(None, refusal, loose)
    return Installed(package, None, loose)


def _loose(folder: Path) -> tuple[str, ...]:
    try:
        names = sorted(one.name for one in folder.iterdir() if one.suffix.lower() in _KINDS)
    except OSError:
        return ()
    return tuple(name for name in names if name != INSTALLED)


# ---- taking one in


def install(package: TrustPackage, folder: Path, keys: Sequence[bytes], office: str) -> None:
    """Put the package in the place of the one in use, in one step.

    Raises `Refusal`: TRUST_OTHER_OFFICE, TRUST_OLDER, TRUST_VERSION_TAKEN, TRUST_NOT_WRITTEN; then nothing has changed.
    """
    _for_office(package, office)
    before = _signed_before(folder, keys)
    if before is not None:
        had, bytes_before = before
        if package.manifest.order < had.order:
            vi = f"Gói {package.manifest.version} cũ hơn gói đang dùng {had.version}."
            raise refused("TRUST_OLDER", vi, f"Package {package.manifest.version} is older than {had.version} in use.")
        if package.manifest.order == had.order and package.signed != bytes_before:
            vi = f"Đã có gói {had.version} khác nội dung."
            raise refused("TRUST_VERSION_TAKEN", vi, f"Another package has version {had.version} already.")
    try:
        _write(folder, zipped(package))
    except OSError as wrong:
        remedy = Words("Kiểm tra ổ đĩa và quyền ghi thư mục tin cậy.", "Check the disk and the folder's permissions.")
        vi, en = f"Không ghi được {folder}.", f"The trust folder {folder} cannot be written."
        raise refused("TRUST_NOT_WRITTEN", vi, en, remedy) from wrong


def _signed_before(folder: Path, keys: Sequence[bytes]) -> tuple[TrustManifest, bytes] | None:
    """What the manifest in use says, even when a file of that package has been damaged since: no way back by damage."""
    at = folder / INSTALLED
    try:
        contents = _from_zip(at) if at.exists() else _from_folder(folder)
        signed, signature = contents.get(MANIFEST, b""), contents.get(SIGNATURE, b"")
        _check_signature(signed, signature, keys)
        return _manifest(signed), signed
    except Refusal:
        return None


def _write(folder: Path, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="trust-", suffix=".part", dir=folder)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / INSTALLED)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _for_office(package: TrustPackage, office: str) -> None:
    if not office or package.manifest.office != office:
        theirs = package.manifest.office
        vi, en = f"Gói này dành cho {theirs}.", f"This package is for {theirs}."
        remedy = Words(f"Dùng gói ký cho {office or 'cơ quan này'}.", f"Use one signed for {office or 'this office'}.")
        raise refused("TRUST_OTHER_OFFICE", vi, en, remedy)


# ---- bytes


def _too_large() -> Refusal:
    vi = f"Gói vượt {MOST_FILES} tệp hoặc {MOST_BYTES // 1024 // 1024} MB."
    en = f"The package has more than {MOST_FILES} files or {MOST_BYTES // 1024 // 1024} MB."
    return refused("TRUST_TOO_LARGE", vi, en)


def _damaged() -> Refusal:
    return refused("TRUST_DAMAGED", "Không đọc được gói tin cậy.", "The trust package cannot be read.")


def _from_folder(folder: Path) -> dict[str, bytes]:
    """Every plain file of the folder by name, except those of ours that are hidden or half written."""
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    try:
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.suffix == ".part":
                continue
            if not path.is_file() or path.is_symlink() or not _NAME.fullmatch(path.name):
                raise refused("TRUST_PATH", f"Tên tệp lạ: {path.name}.", f"Not a plain file: {path.name}.")
            with path.open("rb") as file:
                found[path.name] = file.read(min(MOST_FILE_BYTES, left) + 1)
            left = _less(left, found[path.name], len(found))
    except OSError:
        raise _damaged() from None
    return found


def _from_zip(path: Path) -> dict[str, bytes]:
    """Every file of a zip archive by name, no more of it unpacked than a package may have."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise refused("TRUST_MISSING", "Không có gói tin cậy ở đây.", "There is no trust package here.") from None
    except OSError:
        raise _damaged() from None
    if len(data) > MOST_BYTES or _directory_bytes(data) > _MOST_DIRECTORY_BYTES:
        raise _too_large()
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if not _NAME.fullmatch(info.filename) or info.filename in found:
                    raise refused("TRUST_PATH", "Tên tệp lạ trong gói.", "A file name in the package is not plain.")
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
                    raise _damaged()
                with archive.open(info) as member:
                    found[info.filename] = member.read(min(MOST_FILE_BYTES, left) + 1)
                left = _less(left, found[info.filename], len(found))
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, IndexError) as wrong:
        raise _damaged() from wrong
    return found


def _directory_bytes(data: bytes) -> int:
    """The size of a zip archive's list of files, as its end says: looked at before anything reads that list."""
    end = data.rfind(b"PK\x05\x06")
    if end < 0 or len(data) < end + 22:
        raise _damaged()
    if data[max(end - 20, 0) : end].startswith(b"PK\x06\x07"):
        # A 64-bit archive: nothing as small as a package is one.
        raise _too_large()
    return int.from_bytes(data[end + 12 : end + 16], "little")


def _less(left: int, content: bytes, files: int) -> int:
    left -= len(content)
    if left < 0 or len(content) > MOST_FILE_BYTES or files > MOST_FILES + 2:
        raise _too_large()
    return left


def _check_signature(data: bytes, signature: bytes, keys: Sequence[bytes]) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = bytes.fromhex(signature.decode("ascii").strip())
    except ValueError:
        raw = b""
    if not raw:
        raise refused("TRUST_UNSIGNED", "Gói tin cậy chưa được ký.", "The trust package is not signed.")
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(raw, data)
        except (InvalidSignature, ValueError):
            continue
        return
    vi, en = "Gói không do đơn vị phát hành của cơ quan ký.", "The package is not signed by the office's publisher."
    raise refused("TRUST_SIGNATURE", vi, en)


def _manifest(data: bytes) -> TrustManifest:
    try:
        raw = tomllib.loads(data.decode())
        if raw["kind"] != KIND or raw["schema"] != SCHEMA or not isinstance(raw["files"], dict):
            raise ValueError("another kind of manifest")
        version, files = str(raw["version"]), {str(name): str(digest) for name, digest in raw["files"].items()}
        if not _VERSION.fullmatch(version) or not all(map(_NAME.fullmatch, files)) or len(files) > MOST_FILES:
            raise ValueError("version or files")
        return TrustManifest(str(raw["name"]), str(raw["office"]), version, date.fromisoformat(raw["issued"]), files)
    except (ValueError, KeyError, TypeError, AttributeError):
        vi, en = "Không đọc được bản kê của gói tin cậy.", "The manifest of the trust package cannot be read."
        raise refused("TRUST_DAMAGED", vi, en) from None
