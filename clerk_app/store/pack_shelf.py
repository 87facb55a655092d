"""The rule packs of this desk: every one that ever held here, each in a folder of its own, read-only by habit.

A pack comes in whole or not at all: it is verified in a folder beside, then that folder gets its name in one step. What
lies here is verified again whenever it is read, so that nobody at this computer can change the law.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from clerk_app.catalogue import archive, linter, signing
from clerk_app.catalogue.pack import Pack, load
from clerk_app.domain.refusals import Refusal, Words

_NAMED = re.compile(r"(?P<version>[A-Za-z0-9._-]{1,60})@(?P<digest>[0-9a-f]{16})")
_PART = ".part-"


class PackShelf:
    """Packs in `folder`, signed by one of `keys` (raw Ed25519 public keys)."""

    def __init__(self, folder: Path, keys: Sequence[bytes]) -> None:
        self._folder = folder
        self._keys = tuple(keys)
        self._read: dict[str, Pack | None] = {}

    def versions(self) -> tuple[str, ...]:
        """The versions that lie here, newest first."""
        found = {version for version, _ in self._lying()}
        return tuple(sorted(found, key=signing.order, reverse=True))

    def pack(self, version: str) -> Pack | None:
        """The pack of this version; None where there is none, or none that can still be believed."""
        if version not in self._read:
            try:
                self._read[version] = self.load(version)
            except Refusal:
                self._read[version] = None
        return self._read[version]

    def load(self, version: str) -> Pack:
        """The pack of this version, read anew; of two that call themselves so, the later one.

        Raises `Refusal` (`PACK_…`).
        """
        places = [place for named, place in self._lying() if named == version]
        if not places:
            raise signing.refused("PACK_MISSING", f"không có danh mục {version}.", f"no catalogue {version} here.")
        return load(max(places, key=lambda place: place.stat().st_mtime_ns), self._keys)

    def keep(self, manifest: signing.Manifest, folder: Path) -> None:
        """Keep a copy of the pack in `folder`, whose manifest was just read, if it is not here yet.

        Raises `Refusal`: `PACK_VERSION`, `PACK_NOT_WRITTEN`, and `PACK_…` for a folder that has changed since.
        """
        if not self._place(manifest).exists():
            self._put(archive.unpacked(archive.archived(folder, self._keys)))

    def lies(self, version: str, digest: bytes) -> bool:
        """Whether exactly this pack is kept here, whatever became of it."""
        return any(place.name == f"{version}@{digest.hex()[:16]}" for _, place in self._lying())

    def take_in(self, data: bytes, digest: bytes, clean: bool = True) -> Pack:
        """Verify an archive whole (signature, digests, rows, names, days, worked examples), then keep it.

        Not `clean`: a pack of the past is not held to what the linter asks today, as long as it can be read.
        `digest` is the SHA-256 of the manifest that was asked for. Raises `Refusal`: `PACK_DAMAGED`, `PACK_UNSIGNED`,
        `PACK_SIGNATURE`, `PACK_SCHEMA`, `PACK_EXTRA`, `PACK_ROW`, `PACK_INCONSISTENT`, `PACK_VERSION`,
        `PACK_NOT_WRITTEN`; then nothing has changed.
        """
        pack = self._put(archive.unpacked(data), digest, clean)
        self._read[pack.version] = pack
        return pack

    def _lying(self) -> list[tuple[str, Path]]:
        try:
            found = [(_NAMED.fullmatch(place.name), place) for place in self._folder.iterdir()]
        except OSError:
            return []
        return [(match["version"], place) for match, place in found if match is not None]

    def _place(self, manifest: signing.Manifest) -> Path:
        name = f"{manifest.version}@{manifest.digest.hex()[:16]}"
        if not _NAMED.fullmatch(name):
            vi, en = f"phiên bản “{manifest.version}” sai dạng.", f"“{manifest.version}” is no version."
            raise signing.refused("PACK_VERSION", vi, en, signing.MANIFEST)
        return self._folder / name

    def _put(self, files: Mapping[str, bytes], digest: bytes | None = None, clean: bool = False) -> Pack:
        part: Path | None = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for left in self._folder.glob(f"{_PART}*"):
                shutil.rmtree(left, ignore_errors=True)
            part = Path(tempfile.mkdtemp(prefix=_PART, dir=self._folder))
            for name, content in files.items():
                _write(part / name, content)
            pack = self._examined(part, digest, clean)
            place = self._place(pack.manifest)
            if place.exists():
                # The same pack, lying here already; what cannot be read any more makes room for it.
                shutil.rmtree(place)
            part.replace(place)
            _sync(self._folder)
        except OSError:
            raise _not_written() from None
        finally:
            if part is not None:
                shutil.rmtree(part, ignore_errors=True)
        return pack

    def _examined(self, part: Path, digest: bytes | None, clean: bool) -> Pack:
        pack = load(part, self._keys)
        if digest is None:
            return pack
        if pack.manifest.digest != digest:
            vi, en = "đây không phải gói đã được báo.", "this is not the pack that was offered."
            raise signing.refused("PACK_DAMAGED", vi, en, signing.MANIFEST)
        if not signing.order(pack.version):
            vi, en = f"phiên bản “{pack.version}” sai dạng.", f"“{pack.version}” is no version."
            raise signing.refused("PACK_VERSION", vi, en, signing.MANIFEST)
        if clean and (problems := linter.check(part, self._keys)):
            first = problems[0]
            raise signing.refused("PACK_INCONSISTENT", first.words.vi, first.words.en, first.file, first.line)
        return pack


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """The new name itself is on the disk; Windows has no such thing, and needs none."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _not_written() -> Refusal:
    return Refusal(
        "PACK_NOT_WRITTEN",
        Words("Không ghi được danh mục mới vào hồ sơ máy trạm.", "The new catalogue cannot be written to the profile."),
        Words("Kiểm tra ổ đĩa và quyền ghi của thư mục máy trạm.", "Check the disk and the profile's permissions."),
    )
