"""Numbers and addresses at the desk: what stops a dossier, what only wants a look, and what is left alone."""

from __future__ import annotations

import unicodedata

import pytest

from clerk_app.desk.views import Finding, IntakeView
from clerk_app.domain.refusals import Words
from tests.desk.conftest import Desk

LICENCE = {"licence.class": "B2", "licence.regime": "old", "licence.issued": "2016-12-20"}


def _found(desk: Desk, code: str, values: dict[str, str]) -> Finding | None:
    dossier = desk.draft()
    view: IntakeView = desk.intake.enter(dossier, values, "identity", "")
    return next((one for one in view.receipt.findings if one.code == code), None)


@pytest.mark.parametrize(
    ("number", "blocking"),
    [
        ("010167012345", None),
        ("01016701234", True),  # eleven digits
        ("030167012345", False),  # no province has this prefix: compare with the card
        ("011167012345", False),  # of a woman, by its third digit
        ("010257012345", False),  # a test of 2025, issued in 2016
        ("AK 123456", False),  # a paper licence
    ],
)
def test_a_licence_number_that_was_typed_is_looked_at(table: Desk, number: str, blocking: bool | None) -> None:
    found = _found(table, "LICENCE_NUMBER", {"applicant.number": "001090012345", "licence.number": number} | LICENCE)
    assert (found.blocking if found else None) is blocking
    if found:
        assert (found.step, found.field) == ("identity", "licence.number")


def test_a_foreign_licence_has_its_own_numbers(table: Desk) -> None:
    values = {"case": "DOI_NN", "licence.number": "12345", "licence.class": "B", "licence.regime": "new"}
    assert _found(table, "LICENCE_NUMBER", values) is None


@pytest.mark.parametrize(
    ("number", "blocking"),
    [("001090012345", None), ("00109001234", True), ("003090012345", True), ("001190012345", False)],
)
def test_an_id_number_stops_a_dossier_or_wants_a_look(table: Desk, number: str, blocking: bool | None) -> None:
    values = {"applicant.number": number, "applicant.born": "1990-08-14", "applicant.sex": "M"}
    found = _found(table, "ID_NUMBER", values)
    assert (found.blocking if found else None) is blocking


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("Xã Tân Lập, Huyện Bắc Quang, Hà Giang", "Địa chỉ cũ; tỉnh, thành phố nay là Tuyên Quang."),
        ("Phường Láng Hạ, Quận Đống Đa, Hà Nội", "Địa chỉ cũ, còn cấp huyện; giữ nguyên như in."),
        ("Phường Láng, Hà Nội", "Số nhà, đường, xã/phường, tỉnh/thành phố"),
        ("Láng Hạ, Đống Đa, Hà Nội", "Số nhà, đường, xã/phường, tỉnh/thành phố"),
    ],
)
def test_an_old_address_is_kept_and_called_old(table: Desk, address: str, said: str) -> None:
    view = table.intake.enter(table.draft(), {"applicant.residence": address}, "identity", "")
    (shown,) = (field for field in view.identity.fields if field.name == "applicant.residence")
    assert shown.value == address
    assert (shown.hint or Words("", "")).vi == said


def test_what_is_typed_is_kept_composed(table: Desk) -> None:
    typed = unicodedata.normalize("NFD", "  \u00d0ặng\u00a0Thị  H\u2019Hen ")
    view = table.intake.enter(table.draft(), {"applicant.name": typed}, "identity", "")
    assert view.title == "Đặng Thị H'Hen"
    assert [row.name for row in table.queue.find("dang h'hen").rows] == ["Đặng Thị H'Hen"]


@pytest.mark.parametrize(("name", "blocking"), [("H'Hen Niê", None), ("Lê Văn 4n", False), ("123", True)])
def test_a_name_with_digits_wants_a_look(table: Desk, name: str, blocking: bool | None) -> None:
    found = _found(table, "NAME_UNUSUAL", {"applicant.name": name})
    assert (found.blocking if found else None) is blocking
