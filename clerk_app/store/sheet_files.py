"""How a sheet lies in its file, and how such a file is destroyed.

Each file has a key of its own, wrapped by the desk's key for sheets at the head of the file. Destroying begins there:
sixty octets that are written over and on the disk make the rest unreadable, however much of it survives.

What writing over can do: on a magnetic disk the old octets are gone. On an SSD, and on file systems that never write in
place, the drive may keep the old blocks until it recycles them; they hold ciphertext and a wrapped key, and whoever
reads them still needs the desk's own key. What must not be readable by somebody who has both the drive and that key is
for the encryption of the whole drive and for destroying it in the end.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

MAGIC = b"QS2\n"
_NONCE, _KEY, _TAG = 12, 32, 16
HEAD = len(MAGIC) + _NONCE + _KEY + _TAG
"""Octets before the content: mark, nonce, wrapped key."""
_AT_ONCE = 1024 * 1024


def sealed(data: bytes, digest: str, key: bytes) -> bytes:
    """The file of a sheet: AES-256-GCM under a fresh key, itself wrapped by `key`; both bound to the digest."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    own, name = secrets.token_bytes(_KEY), bytes.fromhex(digest)
    outer, inner = secrets.token_bytes(_NONCE), secrets.token_bytes(_NONCE)
    wrapped = AESGCM(key).encrypt(outer, own, MAGIC + name)
    return MAGIC + outer + wrapped + inner + AESGCM(own).encrypt(inner, data, name)


def opened(file: bytes, digest: str, key: bytes) -> bytes:
    """The sheet in a file. Those from before they had keys of their own lie under `key` itself.

    Raises `InvalidTag` or `ValueError` for anything else.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    name = bytes.fromhex(digest)
    if file.startswith(MAGIC):
        at = len(MAGIC) + _NONCE
        try:
            own = AESGCM(key).decrypt(file[len(MAGIC) : at], file[at:HEAD], MAGIC + name)
        except InvalidTag:
            # One in four milliards of the old files begins so by chance.
            return AESGCM(key).decrypt(file[:_NONCE], file[_NONCE:], name)
        return AESGCM(own).decrypt(file[HEAD : HEAD + _NONCE], file[HEAD + _NONCE :], name)
    return AESGCM(key).decrypt(file[:_NONCE], file[_NONCE:], name)


def destroy(path: Path) -> None:
    """Write over the key, then over the rest, each on the disk before the next step, and delete. Raises `OSError`."""
    size = path.stat().st_size
    with path.open("r+b", buffering=0) as file:
        for first, last in ((0, min(HEAD, size)), (min(HEAD, size), size)):
            file.seek(first)
            _write_over(file.fileno(), last - first)
            os.fsync(file.fileno())
        file.truncate(0)
        os.fsync(file.fileno())
    path.unlink()


def _write_over(handle: int, count: int) -> None:
    while count:
        count -= os.write(handle, secrets.token_bytes(min(count, _AT_ONCE)))
