"""A rule pack as one run of bytes for the line: a plain zip archive that has exactly one form.

What the manifest names, the manifest and its signature, stored without compression in the order of their names: the
same pack gives the same bytes everywhere, and bytes that are not exactly what would be written are no archive. Whether
the pack is worth anything is said by `signing` and `pack`, never here.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from clerk_app.catalogue.pack import Pack, read
from clerk_app.catalogue.signing import MANIFEST, SIGNATURE, PackRefusal, refused, verified, verified_files

MOST_BYTES = 16 * 1024 * 1024
MOST_FILES = 256
_END_BYTES = 22
_MOST_DIRECTORY_BYTES = 64 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.(?:csv|toml|sig)")
_DAY = (1980, 1, 1, 0, 0, 0)


def archived(folder: Path, trusted_keys: Sequence[bytes]) -> bytes:
    """The pack in `folder` as an archive. Raises `Refusal` (`PACK_…`) as `verified_files` does."""
    _, contents = verified_files(folder, trusted_keys)
    signed = {name: (folder / name).read_bytes() for name in (MANIFEST, SIGNATURE)}
    return packed(contents | signed)


def load_archive(data: bytes, trusted_keys: Sequence[bytes]) -> Pack:
    """The pack in an archive, signed by one of `trusted_keys`. Raises `Refusal` (`PACK_…`)."""
    return read(*verified(unpacked(data), trusted_keys))


def packed(files: Mapping[str, bytes]) -> bytes:
    """These files by name as an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _DAY)
            # The same on every system that writes one.
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, files[name])
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of an archive by name, no more of them in memory than it has bytes.

    Raises `Refusal` `PACK_DAMAGED` for everything that `packed` would not have written.
    """
    _check_size(data)
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                plain = info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1
                if not plain or not _NAME.fullmatch(info.filename) or info.file_size > len(data):
                    raise _damaged()
                found[info.filename] = archive.read(info)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError, IndexError, struct.error):
        raise _damaged() from None
    if packed(found) != data:
        raise _damaged()
    return found


def _check_size(data: bytes) -> None:
    """Looks at the size, and at what the end says of the list of files, before anything reads that list."""
    end = data[-_END_BYTES:]
    if len(data) > MOST_BYTES or len(end) < _END_BYTES or not end.startswith(b"PK\x05\x06"):
        raise _damaged()
    files, directory_bytes = struct.unpack_from("<HI", end, 10)
    if files > MOST_FILES or directory_bytes > _MOST_DIRECTORY_BYTES:
        raise _damaged()


def _damaged() -> PackRefusal:
    vi, en = "gói danh mục không đến trọn vẹn.", "the pack did not arrive whole."
    return refused("PACK_DAMAGED", vi, en)
