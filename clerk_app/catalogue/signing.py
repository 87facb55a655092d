"""Who published a pack: a manifest of digests and an Ed25519 signature over its bytes.

`manifest.toml` names version, schema, publisher and, for every file, its size and SHA-256; `manifest.sig` is the
signature of exactly those bytes, in hex. A key on disk is one line of hex: 32 bytes.

About keys. The pack in `resources/catalogue` is signed with the *training publisher's* key, and that private key lies
in the repository, `resources/practice/catalogue_publisher.key`. Anybody can sign a pack with it: that lets a developer
edit a rule, sign again and run it. It proves nothing about who wrote a pack, only that it arrived whole. Practice mode
and the tests trust it (`publisher.pub` beside the pack is its public half). A live office must not rely on it: it
gives its own public key by a setting, trusts only that one, and the private key stays with whoever answers for the
rules. After editing a file, sign the folder again (version and publisher stay as they were):

    sign(Path("resources/catalogue"), read_key(Path("resources/practice/catalogue_publisher.key")))
"""

from __future__ import annotations

import hashlib
import re
import stat
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clerk_app.domain.refusals import Refusal, Words

SCHEMA = 1
MANIFEST = "manifest.toml"
SIGNATURE = "manifest.sig"
PUBLIC_KEY = "publisher.pub"
VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}")
MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_PACK_BYTES = 8 * 1024 * 1024
MAX_FILES = 100
_FILE_NAME = re.compile(r"[a-z0-9_]{1,40}\.(csv|toml)", re.ASCII)
_RESTORE = Words(
    "Giữ gói đang dùng; tải lại gói từ máy chủ trung tâm hoặc ký lại gói.",
    "Keep the pack in use; fetch the pack again from central, or sign it again.",
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a signed manifest says."""

    version: str
    schema: int
    publisher: str
    published: str
    files: dict[str, tuple[int, str]]
    """File name → (bytes, SHA-256 in lower-case hex)."""
    digest: bytes = b""
    """SHA-256 of the manifest as signed: it names every file's digest, so it is the pack's own."""


class PackRefusal(Refusal):
    """A pack that cannot be used, and the place in it that says why. `line` 0 is the whole file."""

    def __init__(self, code: str, words: Words, file: str, line: int) -> None:
        place = f"{file}:{line}: " if line else f"{file}: " if file else ""
        super().__init__(code, Words(place + words.vi, place + words.en), _RESTORE)
        self.plain = words
        self.file = file
        self.line = line


def refused(code: str, vi: str, en: str, file: str = "", line: int = 0) -> PackRefusal:
    """A pack that cannot be used, with the place in it."""
    return PackRefusal(code, Words(vi, en), file, line)


def order(version: str) -> tuple[int, ...]:
    """A version such as `2026.12.1` for comparing: a later one is greater, one of another shape before all others."""
    return tuple(int(part) for part in version.split(".")) if VERSION.fullmatch(version) else ()


def read_key(path: Path) -> bytes:
    """A key of 32 bytes from its file of hex. Raises `Refusal` (`PACK_KEY`)."""
    try:
        key = bytes.fromhex(_read(path).decode("ascii").strip())
    except (OSError, ValueError, PackRefusal):
        key = b""
    if len(key) != 32:
        raise refused("PACK_KEY", "không đọc được khóa.", "the key cannot be read.", path.name)
    return key


def packed_files(folder: Path) -> tuple[Path, ...]:
    """Every file of a pack that its manifest must name, in order. Raises `Refusal` `PACK_EXTRA`."""
    found = [path for path in folder.iterdir() if path.suffix in (".csv", ".toml") and path.name != MANIFEST]
    if len(found) > MAX_FILES:
        vi, en = f"có {len(found)} tệp, nhiều nhất {MAX_FILES}.", f"{len(found)} files, at most {MAX_FILES}."
        raise refused("PACK_EXTRA", vi, en, MANIFEST)
    return tuple(sorted(found, key=lambda path: path.name))


def contents_of(folder: Path) -> dict[str, bytes]:
    """The content of every packed file, whoever signed it. Raises `Refusal` `PACK_DAMAGED`, `PACK_EXTRA`, OSError."""
    contents: dict[str, bytes] = {}
    for path in packed_files(folder):
        contents[path.name] = _read(path)
        _within(contents, path.name)
    return contents


def sign(folder: Path, private_key: bytes, version: str = "", published: str = "", publisher: str = "") -> Manifest:
    """Write the manifest of everything in `folder` and sign it with the raw Ed25519 `private_key` (32 bytes).

    What is left empty stays as the present manifest says. Raises `Refusal` if there is none, or it cannot be read;
    OSError where the folder cannot be read or written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not (version and published and publisher):
        try:
            before = _manifest(_read(folder / MANIFEST))
        except FileNotFoundError:
            raise refused("PACK_MISSING", "không có danh mục ở đây.", "there is no catalogue here.", MANIFEST) from None
        version, published = version or before.version, published or before.published
        publisher = publisher or before.publisher
    files = {}
    for path in packed_files(folder):
        data = path.read_bytes()
        files[path.name] = (len(data), hashlib.sha256(data).hexdigest())
    lines = [f'version = "{version}"', f"schema = {SCHEMA}", f'publisher = "{publisher}"', f'published = "{published}"']
    lines += ["", "[files]"]
    lines += [f'"{name}" = {{ bytes = {size}, sha256 = "{digest}" }}' for name, (size, digest) in files.items()]
    data = ("\n".join(lines) + "\n").encode()
    (folder / MANIFEST).write_bytes(data)
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(data)
    (folder / SIGNATURE).write_bytes(signature.hex().encode() + b"\n")
    return Manifest(version, SCHEMA, publisher, published, files, hashlib.sha256(data).digest())


def public_key_of(private_key: bytes) -> str:
    """Who trusts what this key signs names this: 64 hex digits."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw().hex()


def verified_files(folder: Path, trusted_keys: Sequence[bytes]) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the content of every file of a pack, all as their publisher signed them.

    Raises `Refusal`: `PACK_MISSING`, `PACK_UNSIGNED`, `PACK_SIGNATURE`, `PACK_SCHEMA`, `PACK_DAMAGED`, `PACK_EXTRA`.
    """

    def read(name: str) -> bytes | None:
        try:
            return _read(folder / name)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            if name != SIGNATURE:
                raise
            return None

    return _verified(read, [path.name for path in packed_files(folder)] if folder.is_dir() else [], trusted_keys)


def verified(files: Mapping[str, bytes], trusted_keys: Sequence[bytes]) -> tuple[Manifest, dict[str, bytes]]:
    """The same for files by their name, as an archive brings them. Raises as `verified_files` does."""
    names = [name for name in files if name not in (MANIFEST, SIGNATURE)]
    return _verified(files.get, names, trusted_keys)


def _verified(
    read: Callable[[str], bytes | None], there: Sequence[str], trusted_keys: Sequence[bytes]
) -> tuple[Manifest, dict[str, bytes]]:
    data = read(MANIFEST)
    if data is None:
        raise refused("PACK_MISSING", "không có danh mục ở đây.", "there is no catalogue here.", MANIFEST)
    _check_signature(data, read(SIGNATURE), trusted_keys)
    manifest = _manifest(data)
    contents = {}
    for name, (size, digest) in manifest.files.items():
        content = read(name)
        if content is None:
            raise refused("PACK_DAMAGED", "tệp bị thiếu.", "the file is missing.", name)
        if len(content) < size:
            vi = f"tệp bị cắt: còn {len(content)} trong {size} byte."
            raise refused("PACK_DAMAGED", vi, f"truncated: {len(content)} of {size} bytes.", name, _lines(content))
        if hashlib.sha256(content).hexdigest() != digest:
            vi, en = "nội dung khác với bản đã ký.", "the content is not what was signed."
            raise refused("PACK_DAMAGED", vi, en, name)
        contents[name] = content
        _within(contents, name)
    for name in there:
        if name not in contents:
            vi, en = "tệp không có trong bản kê đã ký.", "the file is not in the signed manifest."
            raise refused("PACK_EXTRA", vi, en, name)
    return manifest, contents


def _within(contents: Mapping[str, bytes], name: str) -> None:
    if sum(map(len, contents.values())) > MAX_PACK_BYTES:
        raise refused("PACK_DAMAGED", "cả gói quá lớn.", "the pack as a whole is too large.", name)


def _lines(content: bytes) -> int:
    return content.count(b"\n") + 1


def _read(path: Path) -> bytes:
    if not stat.S_ISREG(path.lstat().st_mode):
        raise refused("PACK_DAMAGED", "không phải tệp thường.", "not a plain file.", path.name)
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise refused("PACK_DAMAGED", "tệp quá lớn.", "the file is too large.", path.name)
    return content


def _check_signature(data: bytes, signed: bytes | None, trusted_keys: Sequence[bytes]) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        signature = bytes.fromhex((signed or b"?").decode("ascii").strip())
    except ValueError:
        raise refused("PACK_UNSIGNED", "danh mục chưa được ký.", "the catalogue is not signed.", SIGNATURE) from None
    for key in trusted_keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
        except (InvalidSignature, ValueError):
            continue
        return
    vi, en = "chữ ký không phải của cơ quan phát hành được tin cậy.", "not signed by a publisher this station trusts."
    raise refused("PACK_SIGNATURE", vi, en, SIGNATURE)


def _manifest(data: bytes) -> Manifest:
    try:
        raw = tomllib.loads(data.decode())
        schema = int(raw["schema"])
        if schema > SCHEMA:
            vi = f"danh mục theo cấu trúc {schema}, chương trình này biết đến {SCHEMA}: hãy cập nhật chương trình."
            en = f"the catalogue has schema {schema}, this program knows up to {SCHEMA}: update the program."
            raise refused("PACK_SCHEMA", vi, en, MANIFEST, 2)
        files = {str(name): (int(row["bytes"]), str(row["sha256"])) for name, row in raw["files"].items()}
        if len(files) > MAX_FILES or not all(_FILE_NAME.fullmatch(name) for name in files):
            raise ValueError("a path in the manifest")
        digest = hashlib.sha256(data).digest()
        return Manifest(str(raw["version"]), schema, str(raw["publisher"]), str(raw["published"]), files, digest)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        vi, en = "không đọc được bản kê.", "the manifest cannot be read."
        raise refused("PACK_DAMAGED", vi, en, MANIFEST) from None
