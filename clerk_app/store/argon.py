"""Argon2id (RFC 9106) as this desk uses it: for passwords, PINs and passphrases, one derivation at a time."""

from __future__ import annotations

from threading import Lock

from clerk_app.store import faults

MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 4

_one_at_a_time = Lock()
"""OpenSSL counts the threads of all derivations of a process together; the first of two with several lanes that ends
would leave the other one without any, waiting for ever."""


def derived(secret: str, salt: bytes, memory_kib: int = MEMORY_KIB, passes: int = PASSES, lanes: int = LANES) -> bytes:
    """32 bytes. Raises `Refusal` `DESK_NO_MEMORY`."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    costly = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory_kib)
    try:
        with _one_at_a_time:
            return costly.derive(secret.encode())
    except MemoryError:
        raise faults.no_memory() from None
