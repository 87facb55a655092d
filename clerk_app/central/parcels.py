"""What an entry says of a parcel, held against the orders to the public post that central made."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from clerk_app.central.database import orders
from clerk_app.domain.handing import PostOrdered, PostTold
from clerk_app.domain.refusals import Refusal, Words

_STATES = {"sent": "done", "delivered": "done", "returned": "done", "rejected": "rejected"}


def check_parcel(connection: Connection, dossier: UUID, what: PostOrdered | PostTold) -> None:
    """Raises `Refusal` POST_UNKNOWN: the order is another dossier's, or the post did not say that of it.

    An order may be written down before central has it; what came of one may not.
    """
    chosen = select(orders.c.dossier, orders.c.system, orders.c.state, orders.c.result).where(orders.c.id == what.order)
    row = connection.execute(chosen).one_or_none()
    if row is None:
        if isinstance(what, PostOrdered):
            return
        raise _unknown()
    if row.dossier != dossier or row.system != "post":
        raise _unknown()
    if isinstance(what, PostTold):
        item = msgspec.json.decode(row.result, type=dict[str, str]).get("item", "")
        if row.state != _STATES[what.outcome] or (what.item and what.item != item):
            raise _unknown()


def _unknown() -> Refusal:
    return Refusal(
        "POST_UNKNOWN",
        Words("Bưu chính không có bưu gửi này của hồ sơ.", "The post has no such parcel of the dossier."),
        Words("Xem lại hồ sơ ở trang Kết quả.", "Look at the dossier again on the page Results."),
    )
