"""The State's registers and other systems, through central: the part of the line that `desk.system_ports` asks for."""

from __future__ import annotations

from uuid import UUID

from clerk_app import wire
from clerk_app.uplink import Uplink
from clerk_app.wire_orders import Order, OrderAsked, OrderLook, OrderState
from clerk_app.wire_registers import Question, RegisterAsked, RegisterSaid

PATIENCE_S = 75.0
"""Central itself waits up to a minute for a foreign system (its `registers_patience_s`) before it answers."""


class UplinkSystems:
    """`desk.system_ports.ForeignSystems` over the station's line."""

    def __init__(self, uplink: Uplink, timeout_s: float = PATIENCE_S) -> None:
        self._uplink = uplink
        self._timeout_s = timeout_s

    def ask(
        self, question: Question, who: str, purpose: str, dossier: UUID | None = None, live: bool = False
    ) -> RegisterSaid:
        """One question to one register. Raises `Refusal` as the port says."""
        asked = wire.pack(RegisterAsked(question, who, purpose, dossier, live))
        return self._uplink.exchange("/v1/registers/ask", asked, RegisterSaid, self._timeout_s)

    def place(self, order: UUID, what: Order, who: str, dossier: UUID) -> OrderState:
        """Have it made, or hear how it stands if it was made."""
        asked = wire.pack(OrderAsked(order, what, who, dossier))
        return self._uplink.exchange("/v1/orders", asked, OrderState, self._timeout_s)

    def state(self, order: UUID, who: str, fresh: bool = False) -> OrderState:
        """How it stands."""
        asked = wire.pack(OrderLook(who, fresh))
        return self._uplink.exchange(f"/v1/orders/{order}/state", asked, OrderState, self._timeout_s)

    def paper(self, order: UUID, who: str) -> bytes:
        """The PDF that the other system has for it."""
        return self._uplink.octets(f"/v1/orders/{order}/paper", wire.pack(OrderLook(who)), self._timeout_s)
