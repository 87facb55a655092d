"""The keys that central is known by without a line: to seal a file to it, to know its own, to make codes for a station.

All come from the one secret of its database, so that every process and every restored copy has the same.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import wire
from clerk_app.carried import derived, public_of, reply_key
from clerk_app.central.database import Database


def opening_key(database: Database) -> bytes:
    """The raw X25519 key that opens files for this central."""
    return reply_key(database.secret)


def signing_key(database: Database) -> Ed25519PrivateKey:
    """What this central signs its files with."""
    return Ed25519PrivateKey.from_private_bytes(derived(database.secret, b"sign"))


def grace_key(database: Database, station: str) -> bytes:
    """The 32 bytes that grace codes for this station are made with; the station has them too."""
    return derived(database.secret, b"grace " + station.encode())


def of_station(database: Database, station: str) -> wire.StationKeys:
    """What a station keeps for days without a line."""
    signing = signing_key(database).public_key().public_bytes_raw()
    return wire.StationKeys(public_of(opening_key(database)), signing, grace_key(database, station))
