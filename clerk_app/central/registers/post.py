"""The public post: an order, its label, where it is.

`POST /don-hang` with CustomerCode, ItemCode, OrderNumber, CODAmount, Sender and Receiver (Province, District, Address,
Name, Email, Tel), Description and FlagConfig; `POST /tra-cuu` by CustomerCode and OrderNumber; `POST /nhan` gives the
label as a PDF. Its shape still has District, and addresses have none since 01/7/2025: `district` is what goes there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import msgspec

from clerk_app.central.registers.line import Line, Unknown, read
from clerk_app.central.registers.ordering import Absent, Done, Heard, Rejected
from clerk_app.domain.people import nfc
from clerk_app.wire_orders import PostAddress, PostOrder


@dataclass(frozen=True, slots=True)
class Customer:
    """Who we are to the post. `absent` is its Code for an order number it does not know."""

    code: str
    district: Literal["empty", "commune"] = "empty"
    flags: str = ""
    absent: str = "01"


class _TraLoi(msgspec.Struct):
    Code: str
    OrderNumber: str = ""
    ItemCode: str = ""
    Status: str = ""


def reference_of(order: UUID) -> str:
    """OrderNumber of an order: the same however often it is sent."""
    return order.hex


class HttpPost:
    """The post over HTTP."""

    compares = False

    def __init__(self, line: Line, us: Customer) -> None:
        self._line = line
        self._us = us

    def message(self, order: UUID, asked: PostOrder) -> tuple[str, bytes]:
        """What is sent, each time the same, and the number by which the post knows it."""
        reference = reference_of(order)
        told = {
            "CustomerCode": self._us.code,
            "ItemCode": "",
            "OrderNumber": reference,
            "CODAmount": asked.cod_vnd,
            "Sender": self._address(asked.sender),
            "Receiver": self._address(asked.receiver),
            "Description": asked.description,
            "FlagConfig": self._us.flags,
        }
        return reference, msgspec.json.encode(told)

    def _address(self, one: PostAddress) -> dict[str, str]:
        in_district = self._us.district == "commune"
        return {
            "Province": one.province,
            "District": one.commune if in_district else "",
            "Address": one.street if in_district else f"{one.street}, {one.commune}",
            "Name": one.name,
            "Email": one.email,
            "Tel": one.tel,
        }

    def send(self, reference: str, body: bytes) -> Done | Rejected | Unknown:
        """Order it."""
        said = self._line.told(_TraLoi, "POST", "/don-hang", said=msgspec.json.decode(body))
        if isinstance(said, Unknown):
            return said
        if said.Code != "00":
            return Rejected(f"MA_LOI_{nfc(said.Code)}")
        return self._made(reference, said)

    def look(self, reference: str, body: bytes) -> Done | Absent | Unknown:
        """Whether the post has it."""
        said = self._tracked(reference)
        return self._made(reference, said) if isinstance(said, _TraLoi) else said

    def hear(self, reference: str, about: str) -> Heard | Absent | Unknown:
        """Where it is, in the post's own words."""
        said = self._tracked(reference)
        return Heard(nfc(said.Status)) if isinstance(said, _TraLoi) else said

    def label(self, reference: str) -> bytes | Unknown:
        """The label, a PDF."""
        said = self._line.ask("POST", "/nhan", said=self._question(reference))
        if isinstance(said, bytes) and not said.startswith(b"%PDF-"):
            told = read(said, _TraLoi)
            return told if isinstance(told, Unknown) else Unknown(f"MA_LOI_{nfc(told.Code)}")
        return said

    def _tracked(self, reference: str) -> _TraLoi | Absent | Unknown:
        said = self._line.told(_TraLoi, "POST", "/tra-cuu", said=self._question(reference))
        if isinstance(said, Unknown):
            return said
        if said.Code == self._us.absent:
            return Absent()
        if said.Code != "00":
            return Unknown(f"MA_LOI_{nfc(said.Code)}")
        return said if said.OrderNumber == reference else Unknown("OTHER_ORDER")

    def _made(self, reference: str, said: _TraLoi) -> Done | Unknown:
        if said.OrderNumber != reference:
            return Unknown("OTHER_ORDER")
        return Done({"item": nfc(said.ItemCode)}, nfc(said.Status)) if said.ItemCode else Unknown("SHAPE")

    def _question(self, reference: str) -> dict[str, str]:
        return {"CustomerCode": self._us.code, "OrderNumber": reference}
