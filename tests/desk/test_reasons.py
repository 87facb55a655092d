"""Every verdict and every reason has its sentence in both languages."""

from __future__ import annotations

from typing import get_args

import pytest

from clerk_app.desk import reasons, words
from clerk_app.devices.emrtd.reasons import NotBelieved, Reason
from clerk_app.domain.evidence import Verdict
from clerk_app.domain.refusals import Words


def test_every_cause_has_words() -> None:
    assert set(get_args(Reason)) <= set(reasons.REASONS)
    assert set(get_args(NotBelieved)) == set(reasons.NOT_BELIEVED)
    for said in (*reasons.REASONS.values(), *reasons.NOT_BELIEVED.values(), *reasons.GROUP_REASONS.values()):
        assert said.vi
        assert said.en
        assert said.vi != said.en or said.vi == "PACE-CAM"


@pytest.mark.parametrize(
    ("reason", "en"),
    [
        ("", None),
        ("SIGNER_REVOKED", "The signer's certificate was revoked"),
        ("ALGORITHM_UNKNOWN secp192r1", "Not checked: algorithm not known here (secp192r1)"),
        ("DG2_ALTERED", "DG2 (the portrait) was altered after it was signed"),
        ("DG13_NOT_SIGNED", "DG13 (the citizen's data) is on the chip but nobody signed it"),
        (
            "DG3_ALTERED DG16_NOT_SIGNED",
            "DG3 was altered after it was signed; DG16 is on the chip but nobody signed it",
        ),
        ("SIGNER_EXPIRED CSCA_EXPIRED", "The signer's certificate has expired; The CSCA certificate has expired"),
        ("FROM_A_LATER_VERSION", "FROM_A_LATER_VERSION"),
        ("DG2_PAINTED", "DG2_PAINTED"),
        ("lower first", "lower (first)"),
    ],
)
def test_a_reason_in_words(reason: str, en: str | None) -> None:
    said = reasons.reason_words(reason)
    assert (said.en if said else None) == en


@pytest.mark.parametrize(
    ("verdict", "tone", "en"),
    [
        (Verdict("signature", "yes"), "good", "The signer's signature is good"),
        (Verdict("chain", "untrusted", "SIGNER_UNKNOWN"), "bad", reasons.REASONS["SIGNER_UNKNOWN"].en),
        (Verdict("in_force", "no", "SIGNER_EXPIRED"), "bad", reasons.REASONS["SIGNER_EXPIRED"].en),
        (Verdict("not_revoked", "unknown", "NO_CRL"), "warn", reasons.REASONS["NO_CRL"].en),
        (Verdict("not_revoked", "yes"), "good", "Not on the revocation list"),
        (Verdict("signed", "untrusted", "SIGNER_UNKNOWN"), "bad", "Good signature, untrusted signer"),
        (Verdict("signed", "yes"), "good", "Signature good, chain trusted"),
        (Verdict("expired", "no"), "good", "Within its validity"),
    ],
)
def test_a_line_says_what_was_proven_and_what_was_not(verdict: Verdict, tone: str, en: str) -> None:
    assert verdict.name in words.VERDICTS
    found, _, said = words.verdict_line(verdict)
    assert (found, said.en) == (tone, en)
    assert isinstance(said, Words)
