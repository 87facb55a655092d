"""What an entry says of a parcel, held against the orders to the public post that central made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from clerk_app.central.database import orders
from clerk_app.domain.dossier import Entry
from clerk_app.domain.handing import PostOrdered, PostTold
from clerk_app.domain.parcels import ENDS, outcome_of
from clerk_app.domain.refusals import Refusal, Words

_STATES = {"sent": "done", "delivered": "done", "returned": "done", "rejected": "rejected"}


def check_parcel(
    connection: Connection, dossier: UUID, what: PostOrdered | PostTold, settings: Mapping[str, str]
) -> None:
    """Raises `Refusal` POST_UNKNOWN: the order is another dossier's, or the post did not say that of it.

    An order may be written down before central has it, and that nothing came of it; anything else may not. That a
    parcel came to its end is the post's word as central heard it; `settings` say what the post's words mean.
    """
    columns = (orders.c.dossier, orders.c.system, orders.c.state, orders.c.result, orders.c.outcome)
    row = connection.execute(select(*columns).where(orders.c.id == what.order)).one_or_none()
    if row is None:
        # What central never made may be written down as not made: it is refused if it comes later.
        if isinstance(what, PostOrdered) or what.outcome == "rejected":
            return
        raise _unknown()
    if row.dossier != dossier or row.system != "post":
        raise _unknown()
    if isinstance(what, PostTold):
        item = msgspec.json.decode(row.result, type=dict[str, str]).get("item", "")
        if row.state != _STATES[what.outcome] or (what.item and what.item != item):
            raise _unknown()
        if what.outcome in ENDS and outcome_of(row.outcome, settings) != what.outcome:
            raise _unknown()


def check_not_posted(
    connection: Connection, order: UUID, dossier: UUID, story: Sequence[Entry], settings: Mapping[str, str]
) -> None:
    """Raises `Refusal` where a new order would be a second parcel: POST_TWICE while another one of the dossier may be
    on its way by what central itself heard, POST_OVER where this one was written down as never made. `story` is what
    was accepted of the dossier.
    """
    told = [entry.what for entry in story if isinstance(entry.what, PostTold)]
    if any(one.order == order for one in told):
        raise Refusal(
            "POST_OVER",
            Words("Yêu cầu gửi này đã được ghi là không thành.", "This order was written down as never made."),
            Words("Lập yêu cầu gửi mới.", "Make a new one."),
        )
    chosen = select(orders.c.id, orders.c.state, orders.c.outcome).where(
        orders.c.dossier == dossier, orders.c.system == "post", orders.c.id != order
    )
    for row in connection.execute(chosen):
        over = row.state == "rejected" or outcome_of(row.outcome, settings) is not None
        if not over:
            raise Refusal(
                "POST_TWICE",
                Words("Kết quả này đã được giao cho bưu chính.", "This result was given to the post already."),
                Words("Xem bưu gửi trước ở danh sách Bưu chính.", "See the earlier parcel in the list of the post."),
            )


def _unknown() -> Refusal:
    return Refusal(
        "POST_UNKNOWN",
        Words("Bưu chính không có bưu gửi này của hồ sơ.", "The post has no such parcel of the dossier."),
        Words("Xem lại hồ sơ ở trang Kết quả.", "Look at the dossier again on the page Results."),
    )
