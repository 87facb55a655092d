"""The desk's secrets: one key for the database, one for the sheets, and the seed of the station's Ed25519 key.

They lie in `keys.json` (mode 0600), wrapped with AES-256-GCM. What unwraps them is a random secret in the operating
system's key store where there is one, else a passphrase through Argon2id (RFC 9106, 64 MiB, 3 passes). A desk that is
enrolled at a practice central and has neither gets a passphrase that everybody knows: its data are specimens.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from clerk_app.store import argon, faults

FILE = "keys.json"
SERVICE = "quay-workstation"
PRACTICE_PASSPHRASE = "practice"
COST = {"memory_kib": 64 * 1024, "passes": 3, "lanes": 4}
"""What one guess costs whoever has this machine's disk: Argon2id as RFC 9106 says. Kept beside what it made."""


@dataclass(frozen=True, slots=True)
class Keys:
    """32 bytes each."""

    database: bytes = field(repr=False)
    sheets: bytes = field(repr=False)
    station: bytes = field(repr=False)

    def public_key(self) -> bytes:
        """The station's raw Ed25519 public key."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.station).public_key().public_bytes_raw()


def exists(profile: Path) -> bool:
    """Whether this profile has keys."""
    return (profile / FILE).exists()


def passphrase_needed(profile: Path) -> bool:
    """Whether the keys of this profile are wrapped by a passphrase. Reads one small file."""
    return _wrapped_by(profile) == "passphrase"


def open_to_everybody(profile: Path) -> bool:
    """Whether the keys of this profile are those of a practice desk, wrapped by a passphrase that is no secret."""
    return _wrapped_by(profile) == "practice"


def _wrapped_by(profile: Path) -> str:
    try:
        return str(json.loads((profile / FILE).read_text("utf-8"))["by"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _key_store() -> bool:
    """Whether the operating system has a key store that works without asking anybody."""
    if os.environ.get("CLERK_KEY_STORE") == "none":
        return False
    import keyring
    from keyring.backends import fail, null

    return not isinstance(keyring.get_keyring(), fail.Keyring | null.Keyring)


def _derive(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    costly = Argon2id(
        salt=salt, length=32, iterations=cost["passes"], lanes=cost["lanes"], memory_cost=cost["memory_kib"]
    )
    try:
        with argon.one_at_a_time:
            return costly.derive(passphrase.encode())
    except MemoryError:
        raise faults.no_memory() from None


def create(profile: Path, passphrase: str = "", practice: bool = False) -> Keys:
    """Make the keys of a new profile.

    Raises `Refusal` `PASSPHRASE_NEEDED` where neither a key store nor a passphrase is at hand, unless for `practice`;
    `DESK_NO_MEMORY`.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    keys = Keys(secrets.token_bytes(32), secrets.token_bytes(32), secrets.token_bytes(32))
    identity = str(uuid4())
    head: dict[str, object] = {"v": 1, "id": identity}
    if passphrase or (practice and not _key_store()):
        salt = secrets.token_bytes(16)
        by = "passphrase" if passphrase else "practice"
        head |= {"by": by, "salt": base64.b64encode(salt).decode(), "cost": COST}
        wrapping = _derive(passphrase or PRACTICE_PASSPHRASE, salt, COST)
    elif _key_store():
        import keyring

        wrapping = secrets.token_bytes(32)
        keyring.set_password(SERVICE, identity, base64.b64encode(wrapping).decode())
        head |= {"by": "key-store"}
    else:
        raise faults.passphrase_needed()
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(wrapping).encrypt(nonce, keys.database + keys.sheets + keys.station, identity.encode())
    head |= {"nonce": base64.b64encode(nonce).decode(), "sealed": base64.b64encode(sealed).decode()}
    profile.mkdir(parents=True, exist_ok=True)
    path = profile / FILE
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(head, file)
        file.flush()
        os.fsync(file.fileno())
    return keys


def unwrap(profile: Path, passphrase: str = "") -> Keys:
    """The keys of this profile.

    Raises `Refusal` `KEY_MISSING`, `KEY_WRONG`, `PASSPHRASE_NEEDED`, `DESK_NO_MEMORY`.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        head = json.loads((profile / FILE).read_text("utf-8"))
        by, identity = head["by"], head["id"]
        nonce, sealed = base64.b64decode(head["nonce"]), base64.b64decode(head["sealed"])
    except (OSError, ValueError, KeyError, TypeError):
        raise faults.key_missing() from None
    if by in ("passphrase", "practice"):
        passphrase = PRACTICE_PASSPHRASE if by == "practice" else passphrase
        if not passphrase:
            raise faults.passphrase_needed()
        wrapping = _derive(passphrase, base64.b64decode(head["salt"]), head["cost"])
    else:
        import keyring

        secret = keyring.get_password(SERVICE, identity)
        if secret is None:
            raise faults.key_missing()
        wrapping = base64.b64decode(secret)
    try:
        plain = AESGCM(wrapping).decrypt(nonce, sealed, identity.encode())
    except InvalidTag:
        raise faults.key_wrong() from None
    return Keys(plain[:32], plain[32:64], plain[64:96])
