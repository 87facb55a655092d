"""A trail on paper that an officer signed with a token: worth what an archive copy's signature is worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.archiving.signing import Pkcs11Signer
from clerk_app.desk.trail_export import ExportedFile
from clerk_app.desk.trail_views import TrailSearch
from clerk_app.domain.oversight import Exported
from clerk_app.domain.refusals import DeviceFault
from clerk_app.printing.forms import PaperForms
from clerk_app.printing.labels import words_of
from tests.desk.conftest import RESOURCES, Desk
from tests.peers.officer import PIN, Officer

pytestmark = pytest.mark.wire


@pytest.fixture
def signing(table: Desk, officer: Officer) -> Desk:
    """A desk with the token, a dossier, and an inspector."""
    named, station = table.counter.named, table.counter.station
    table.trail_export._forms = PaperForms(lambda day, law: words_of(named(law).as_of(day)), station, RESOURCES)
    table.trail_export._signer = Pkcs11Signer(str(officer.module), officer.ca)
    table.identified()
    table.as_user("inspector")
    return table


def exports(table: Desk) -> int:
    return sum(line.kind == Exported.__name__ for line in table.trail.search(TrailSearch(), None, 500).lines)


def signed(table: Desk, pin: str = PIN) -> ExportedFile:
    (token,) = table.trail_export.tokens()
    return table.trail_export.pdf(TrailSearch(), "INSPECTION", token, pin)


def test_signed_instead_of_sealed_and_checked_by_its_signature(signing: Desk, tmp_path: Path) -> None:
    made = signed(signing)
    assert made.seal is None
    assert made.signed_by == signing.trail_export.tokens()[0].certificate_sha256
    found = signing.trail_export.check(made.data, None)
    assert (found.worth, found.entry) == ("good", True)
    for at in (100, len(made.data) // 3, len(made.data) - 40):
        spoilt = made.data[:at] + bytes([made.data[at] ^ 1]) + made.data[at + 1 :]
        assert signing.trail_export.check(spoilt, None).worth == "altered"
    assert signing.trail_export.check(made.data + b" ", None).worth == "altered"


def test_a_wrong_pin_exports_nothing(signing: Desk) -> None:
    with pytest.raises(DeviceFault) as refusal:
        signed(signing, "000000")
    assert refusal.value.code == "SIGN_PIN_WRONG"
    assert exports(signing) == 0
