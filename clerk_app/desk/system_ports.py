"""What the desk needs of the State's registers and of other systems, all through central."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from clerk_app.wire_orders import Order, OrderState
from clerk_app.wire_registers import Question, RegisterSaid


class ForeignSystems(Protocol):
    """Registers that are asked, and systems in which something is ordered.

    Every method blocks for some seconds and raises `Refusal`: `CENTRAL_UNREACHABLE` means no line, `USER_UNKNOWN`,
    `ROLE_MISSING`, `ROLE_REACH` that `who` may not. What a foreign system did not say is no refusal, it is the answer.
    """

    def ask(
        self, question: Question, who: str, purpose: str, dossier: UUID | None = None, live: bool = False
    ) -> RegisterSaid:
        """One question to one register for the officer `who`. `purpose` is one of the law's `register_purposes`.

        With `live` an answer of before is no answer. Raises `Refusal` PURPOSE_UNKNOWN, DOSSIER_FOREIGN.
        """
        ...

    def place(self, order: UUID, what: Order, who: str, dossier: UUID) -> OrderState:
        """Have it made, once however often this is called. `order` was made and written down before the first try.

        Raises `Refusal` ORDER_DIFFERS, ORDER_OVER, ORDER_DOSSIER, ORDER_AMOUNT, SYSTEM_NOT_JOINED, DOSSIER_FOREIGN,
        DOSSIER_ERASED, and those of a fee or a parcel that is there already.
        """
        ...

    def state(self, order: UUID, who: str, fresh: bool = False) -> OrderState:
        """How it stands; with `fresh` the other system is asked first what came of it.

        Raises `Refusal` ORDER_UNKNOWN.
        """
        ...

    def paper(self, order: UUID, who: str) -> bytes:
        """The PDF that the other system has for it: a receipt, a label.

        Raises `Refusal` ORDER_UNKNOWN, ORDER_PAPER.
        """
        ...
