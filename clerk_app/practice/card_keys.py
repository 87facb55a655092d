"""The keys inside a practice card's chip.

Elliptic keys follow from the specimen's number, so that its DG14 and DG15 are the same in every process; an RSA key is
made when it is first needed in a process. A second set, the forger's, is for cards that hold other keys than they show.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from clerk_app.practice.card_curves import CURVES, XY, Curve
from clerk_app.practice.card_faults import CardFaults
from clerk_app.practice.card_variants import variants

Holder = Literal["genuine", "forger"]
SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class AgreementKey:
    """A key of chip authentication."""

    curve: Curve
    secret: int = field(repr=False)

    @property
    def public(self) -> XY:
        return self.curve.base_times(self.secret)


def agreement_key(at: int, faults: CardFaults, holder: Holder = "genuine") -> AgreementKey:
    """The key of chip authentication of specimen `at`, on the curve of its PACE."""
    curve = variants(faults.pace)[0].curve
    return AgreementKey(curve, _scalar(f"chip authentication {at} {holder}", curve))


def signing_key(at: int, faults: CardFaults, holder: Holder = "genuine") -> SigningKey:
    """The key of active authentication of specimen `at`: on P-256, or RSA of 2048 bits."""
    if faults.aa == "ecdsa":
        curve = CURVES["p256"]
        return curve.private_key(_scalar(f"active authentication {at} {holder}", curve))
    return _rsa_key(at, holder)


def _scalar(purpose: str, curve: Curve) -> int:
    wide = b"".join(hashlib.sha512(f"Quay specimen {purpose} {half}".encode()).digest() for half in (0, 1))
    return int.from_bytes(wide, "big") % (curve.n - 1) + 1


@lru_cache(maxsize=16)
def _rsa_key(at: int, holder: Holder) -> rsa.RSAPrivateKey:
    del at, holder  # they only tell the cached keys apart
    return rsa.generate_private_key(65537, 2048)
