"""Our VietQR payment codes, drawn, read from the picture, and taken apart by a reader of EMVCo codes that is not ours.

cemacqr reads EMV QRCPS for the banks of central Africa; it knows nothing of NAPAS, only the standard below it.
"""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.vietqr import payload
from tests.peers.pack import vectors

cemacqr: Any = pytest.importorskip("cemacqr", reason="the EMVCo reader cemacqr is not installed")

ACCOUNTS = st.text("0123456789ABCXYZ", min_size=1, max_size=19)
BINS = st.integers(0, 999_999).map("{:06d}".format)
AMOUNTS = st.none() | st.integers(1, 10**13 - 1)
PURPOSES = st.text(max_size=40) | st.text("GPLXđổiphí 0123456789-", max_size=40)


def _read(text: str) -> dict[str, Any]:
    """What the other reader finds, every template in it taken apart, and whether its checksum is right."""
    code = cemacqr.parse_payload(text)
    account = {one.tag: one for one in next(one for one in code.objects if one.tag == "38").children()}
    return {
        "tags": code.tags,
        "initiation": code.point_of_initiation,
        "network": account["00"].value,
        "beneficiary": {one.tag: one.value for one in account["01"].children()},
        "service": account["02"].value,
        "currency": code.get("53"),
        "amount": code.get("54"),
        "country": code.get("58"),
        "purpose": code.get_in("62", "08"),
        "crc": code.crc_ok,
    }


@pytest.mark.parametrize("row", vectors("payment_codes.csv"), ids=lambda row: row["payload"][-4:])
def test_a_drawn_code_is_read_as_what_it_was_made_of(row: dict[str, str]) -> None:
    amount = int(row["amount"]) if row["amount"] else None
    found = _read(_scanned(payload(row["bin"], row["account"], amount, row["note"])))
    assert found["beneficiary"] == {"00": row["bin"], "01": row["account"]}
    assert (found["amount"] or "", found["purpose"] or "") == (row["amount"], row["note"])
    assert found["initiation"] == ("12" if amount else "11")
    assert (found["network"], found["service"]) == ("A000000727", "QRIBFTTA")
    assert (found["currency"], found["country"], found["crc"]) == ("704", "VN", True)


@given(BINS, ACCOUNTS, AMOUNTS, PURPOSES)
def test_every_code_is_well_formed(bin_code: str, account: str, amount: int | None, purpose: str) -> None:
    text = payload(bin_code, account, amount, purpose)
    found = _read(text)
    assert text.isascii()
    assert found["crc"]
    assert found["beneficiary"] == {"00": bin_code, "01": account}
    assert found["amount"] == (str(amount) if amount is not None else None)
    assert found["tags"][0] == "00"
    assert found["tags"][-1] == "63"
    assert len(found["purpose"] or "") <= 25


def test_the_reader_sees_a_changed_amount() -> None:
    text = payload("970436", "0123456789", 115_000)
    assert not cemacqr.parse_payload(text.replace("5406115000", "5406915000")).crc_ok


def _scanned(text: str) -> str:
    """The text of the code as a camera reads it from its picture."""
    import numpy
    import segno
    import zxingcpp
    from PIL import Image

    picture = io.BytesIO()
    segno.make(text, error="m").save(picture, kind="png", scale=4)
    found = zxingcpp.read_barcodes(numpy.asarray(Image.open(picture).convert("L")))
    assert len(found) == 1
    return str(found[0].text)
