"""What doctor says of whom the desk believes: before cards stop being worth anything, not after."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from clerk_app.desk.trust import Revocations, TrustedAuthority, TrustView, check
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal, Words

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
DAY = timedelta(days=1)
CSCA = TrustedAuthority("CSCA VN", "00" * 32, NOW - 900 * DAY, NOW + 900 * DAY, linked=False)
CRL = Revocations("CSCA VN", NOW - DAY, NOW + 30 * DAY, 3)
GOOD = TrustView(False, None, (CSCA,), (CRL,))


def test_all_is_well() -> None:
    found = check(GOOD, NOW)
    assert (found.name, found.state, found.remedy.en) == ("trust", "ok", "")
    assert "1 CSCA believed until" in found.words.en


@pytest.mark.parametrize(
    ("view", "state", "words", "remedy"),
    [
        (replace(GOOD, authorities=()), "fail", "No CSCA in force", "trust import FILE"),
        (replace(GOOD, authorities=(replace(CSCA, ends=NOW - DAY),)), "fail", "No CSCA in force", "trust import FILE"),
        (replace(GOOD, authorities=(replace(CSCA, starts=NOW + DAY),)), "fail", "No CSCA in force", "trust import"),
        (replace(GOOD, authorities=(), loose=("a.pem",)), "fail", "a.pem", "trust sign"),
        (
            replace(GOOD, refusal=Refusal("TRUST_X", Words("v", "broken."), Words("v", "mend."))),
            "fail",
            "broken",
            "mend",
        ),
        (replace(GOOD, authorities=(replace(CSCA, ends=NOW + 59 * DAY),)), "warn", "expires on 21/01/2027", "import"),
        (replace(GOOD, revocations=()), "warn", "no CRL of CSCA VN", "import"),
        (replace(GOOD, revocations=(replace(CRL, until=NOW - DAY),)), "warn", "out of date since 22/11/2026", "import"),
        (replace(GOOD, revocations=(replace(CRL, issuer="Other"),)), "warn", "no CRL of CSCA VN", "import"),
        (replace(GOOD, loose=("a.pem", "b.pem", "c.pem", "d.pem")), "warn", "a.pem, b.pem, c.pem, …", "trust sign"),
        (
            replace(GOOD, left_out=(("CSCA 2", "ALGORITHM_WEAK"),)),
            "warn",
            "CSCA 2 its algorithm can be forged",
            "import",
        ),
    ],
)
def test_what_is_wrong_and_what_to_do(view: TrustView, state: str, words: str, remedy: str) -> None:
    found = check(view, NOW)
    assert found.state == state
    assert words in found.words.en
    assert remedy in found.remedy.en
    assert found.words.vi
    assert found.remedy.vi


def test_an_authority_that_has_ended_beside_its_successor_is_no_trouble() -> None:
    assert check(replace(GOOD, authorities=(replace(CSCA, ends=NOW - DAY), CSCA)), NOW).state == "ok"


def test_training_needs_no_authority_but_its_own() -> None:
    assert check(replace(GOOD, practice=True, authorities=(), revocations=()), NOW).state == "ok"
    broken = Refusal("TRUST_X", Words("v", "broken."), Words("v", "mend."))
    assert check(replace(GOOD, practice=True, refusal=broken), NOW).state == "warn"
