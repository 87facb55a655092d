"""Why a question of passive authentication was not answered with a plain yes: one code for each cause."""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "SOD_MISSING",
    "SOD_UNREADABLE",
    "SIGNATURE_BAD",
    "SIGNATURE_UNREADABLE",
    "ALGORITHM_UNKNOWN",
    "ALGORITHM_WEAK",
    "SIGNER_MISSING",
    "SIGNER_UNKNOWN",
    "SIGNER_NOT_FOR_SIGNING",
    "SIGNER_OF_ANOTHER_STATE",
    "SIGNER_EXPIRED",
    "SIGNER_NOT_YET_VALID",
    "SIGNER_REVOKED",
    "CSCA_UNKNOWN",
    "CSCA_EXPIRED",
    "CSCA_NOT_YET_VALID",
    "CSCA_REVOKED",
    "NO_CRL",
    "CRL_OUTDATED",
]
"""About a card. Besides these, `DG<n>_ALTERED`, `DG<n>_NOT_SIGNED` and `DG<n>_MISSING` name a data group. A code may be
followed by a parameter in small letters (`ALGORITHM_UNKNOWN secp192r1`); several causes stand one after the other."""

NotBelieved = Literal[
    "UNREADABLE",
    "SPECIMEN",
    "NOT_SPECIMEN",
    "NOT_FOR_SIGNING",
    "SELF_SIGNATURE_BAD",
    "ISSUER_UNKNOWN",
    "LIST_SIGNER_UNKNOWN",
    "LIST_SIGNER_EXPIRED",
    "LIST_SIGNER_REVOKED",
    "LIST_SIGNATURE_BAD",
    "CRL_ISSUER_UNKNOWN",
    "CRL_PARTIAL",
    "ALGORITHM_UNKNOWN",
    "ALGORITHM_WEAK",
]
"""About a certificate, master list or revocation list of the trust package that counts for nothing here."""
