"""What a station and central say to each other about orders to foreign systems; a part of `wire`, versioned with it.

An order has its id before it is first sent: sent again, by whoever, it is the same order.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

_Text = Annotated[str, msgspec.Meta(max_length=500, pattern=r"\A[^\x00]*\Z")]
_Named = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\A[^\x00]*\Z")]
_Vnd = Annotated[int, msgspec.Meta(ge=1, le=10**12)]


class FeeLine(msgspec.Struct, frozen=True):
    """One fee of a payment. `kind` is LoaiPhiLePhi (1 charge, 2 state fee)."""

    kind: Literal["1", "2"]
    code: _Named
    name: _Named
    amount_vnd: _Vnd


class PaymentOrder(msgspec.Struct, frozen=True, tag="payment", tag_field="of"):
    """Ask the payment platform for a place where the citizen pays. The fees must come to `amount_vnd`."""

    dossier_code: _Named
    procedure: _Named
    procedure_name: _Named
    amount_vnd: _Vnd
    fees: Annotated[list[FeeLine], msgspec.Meta(min_length=1, max_length=20)]
    payer: _Named
    payer_number: _Text = ""
    payer_address: _Text = ""

    def __post_init__(self) -> None:
        if sum(one.amount_vnd for one in self.fees) != self.amount_vnd:
            raise ValueError("the fees do not come to the amount")


class PaymentClaim(msgspec.Struct, frozen=True, tag="payment_claim", tag_field="of"):
    """Ask the payment platform about a payment that somebody else had made there: the portal says that it is paid.

    `reference` is the platform's name for it. Nothing is made; it is rejected where the platform does not have it.
    """

    dossier_code: _Named
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"\A[A-Za-z0-9_.-]+\Z")]
    amount_vnd: _Vnd


class PostAddress(msgspec.Struct, frozen=True):
    """Where somebody is: house and street, the commune-level unit, the province. There are no districts any more."""

    name: _Named
    tel: _Named
    street: _Named
    commune: _Named
    province: _Named
    email: _Text = ""


class PostOrder(msgspec.Struct, frozen=True, tag="post", tag_field="of"):
    """Have the public post bring a result. `cod_vnd` is what the post takes from the receiver for itself."""

    dossier_code: _Named
    sender: PostAddress
    receiver: PostAddress
    description: _Named
    cod_vnd: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 0


class PortalFile(msgspec.Struct, frozen=True):
    """A paper or a result: its code among the components (or results) of the procedure, and where it can be fetched."""

    id: _Named
    name: _Named
    component: _Text = ""
    place: _Text = ""


class PortalSupplement(msgspec.Struct, frozen=True):
    """One time that the citizen was asked for more; received once they brought it. Both due dates stay."""

    id: _Named
    asked_by: _Named
    words: _Named
    asked_at: datetime
    received_by: _Text = ""
    received_at: datetime | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None


_Status = Annotated[int, msgspec.Meta(ge=1, le=10)]
_Files = Annotated[list[PortalFile], msgspec.Meta(max_length=100)]


class PortalSync(msgspec.Struct, frozen=True, tag="portal_sync", tag_field="of"):
    """Tell the national portal how a dossier stands, all of it. `status` is one of its ten, `channel` KenhThucHien."""

    dossier_code: _Named
    procedure: _Named
    procedure_name: _Named
    owner: _Named
    unit: _Named
    status: _Status
    received_at: datetime
    field_code: _Text = ""
    field_name: _Text = ""
    channel: _Text = ""
    owner_kind: Literal["1", "2"] = "1"
    owner_number: _Text = ""
    email: _Text = ""
    phone: _Text = ""
    summary: _Text = ""
    due_at: datetime | None = None
    returned_at: datetime | None = None
    ended_at: datetime | None = None
    return_note: _Text = ""
    by_post: bool = False
    note: _Text = ""
    papers: _Files = []
    fees: Annotated[list[FeeLine], msgspec.Meta(max_length=20)] = []
    fee_way: _Text = ""
    supplements: Annotated[list[PortalSupplement], msgspec.Meta(max_length=20)] = []
    results: _Files = []


class PortalStep(msgspec.Struct, frozen=True, tag="portal_step", tag_field="of"):
    """Tell the national portal one step of a dossier: who did what when, and until when the law gives."""

    dossier_code: _Named
    officer: _Named
    title: _Named
    unit: _Named
    words: _Named
    status: _Status
    at: datetime
    began_at: datetime | None = None
    due_at: datetime | None = None


Order = PaymentOrder | PaymentClaim | PostOrder | PortalSync | PortalStep


class OrderAsked(msgspec.Struct, frozen=True):
    """`POST /v1/orders`: make this order, or say how it stands if it was made. `id` was made before the first try.

    Every order is for a `dossier`, and names its code.
    """

    id: UUID
    order: Order
    who: _Text
    dossier: UUID


class OrderLook(msgspec.Struct, frozen=True):
    """`POST /v1/orders/{order}/state` and `/paper`: who looks. With `fresh` the other system is asked first."""

    who: _Text
    fresh: bool = False


class OrderState(msgspec.Struct, frozen=True):
    """How an order stands. `state`: waiting (sent again until it is answered), done, rejected (`cause` says why).

    `reference` is what the other system knows it by; `result` what it gave: `url` for a payment, `item` for the post.
    `outcome` is the other system's own word of what came of it, and when it was last heard: for a payment pending, paid
    or failed; for the post its status, for the portal the state of the dossier. Nothing but "paid" there is paid.
    """

    id: UUID
    system: Literal["payment", "post", "portal"]
    state: Literal["waiting", "done", "rejected"]
    reference: str
    placed_at: datetime
    tries: int
    cause: str = ""
    result: dict[str, str] = {}
    outcome: str = ""
    heard_at: datetime | None = None
