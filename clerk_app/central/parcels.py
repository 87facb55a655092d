"""What an entry says of a parcel, held against the orders to the public post that central made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection, case, select, update

from clerk_app.central.database import Database, milliseconds, orders
from clerk_app.central.given_answers import forgotten_until
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Entry
from clerk_app.domain.handing import PostOrdered, PostTold
from clerk_app.domain.parcels import ENDS, is_over, outcome_of
from clerk_app.domain.refusals import Refusal, Words

POST_AWAITED = "POST_AWAITED"
"""The code of what is not recorded before the post was asked."""
_HEARD = (orders.c.outcome, orders.c.returned_ms)
_STATES = {"sent": "done", "delivered": "done", "returned": "done", "rejected": "rejected"}


def check_parcel(
    connection: Connection, dossier: UUID, what: PostOrdered | PostTold, laws: Sequence[Mapping[str, str]]
) -> None:
    """Raises `Refusal` POST_UNKNOWN: the order is another dossier's, or the post did not say that of it; POST_AWAITED
    where it may have: central heard of no end of it, or was brought back and forgot it, and has to ask the post.

    An order may be written down before central has it, and that nothing came of it; anything else may not. That a
    parcel came to its end is the post's word as central heard it; each of `laws` are settings that say what the post's
    words mean: those of the desk that heard it may be others than central's of that day.
    """
    columns = (*(orders.c.dossier, orders.c.system, orders.c.state, orders.c.result), *_HEARD)
    row = connection.execute(select(*columns).where(orders.c.id == what.order)).one_or_none()
    if row is None:
        # What central never made may be written down as not made: it is refused if it comes later.
        if isinstance(what, PostOrdered) or what.outcome == "rejected":
            return
        raise unknown()
    if row.dossier != dossier or row.system != "post":
        raise unknown()
    if isinstance(what, PostOrdered):
        return
    item = msgspec.json.decode(row.result, type=dict[str, str]).get("item", "")
    if row.state != _STATES[what.outcome] or (what.item and what.item != item):
        raise unknown()
    if what.outcome not in ENDS or (what.outcome == "returned" and row.returned_ms is not None):
        return
    if what.outcome not in {outcome_of(row.outcome, one) for one in laws}:
        raise unknown() if any(is_over(row.outcome, one) for one in laws) else _awaited()


def was_asked(connection: Connection, order: UUID, told_at: datetime, since: datetime) -> bool:
    """Whether the post was asked about a parcel of which something was told at `told_at`, by what the order itself
    says: the post said a word after that, or was silent when it was last asked, or nobody asks, though its time came
    before `since`. Where central was brought back, what was before that is none of it (`ask_anew`).
    """
    columns = orders.c.heard_ms, orders.c.cause, orders.c.due_ms
    row = connection.execute(select(*columns).where(orders.c.id == order)).one()
    # After that central's own clock counts, not the desk's.
    spoke = row.heard_ms is not None and row.heard_ms > (forgotten_until(connection) or milliseconds(told_at))
    return spoke or row.cause != "" or (row.due_ms is not None and row.due_ms <= milliseconds(since))


def ask_anew(database: Database, now: datetime) -> None:
    """Central was brought back: when the post was last asked, and that it was silent then, is of another time."""
    mine = (orders.c.system == "post") & (orders.c.state == "done")
    due = case((orders.c.due_ms.is_(None), None), else_=milliseconds(now))

    def work(connection: Connection) -> None:
        connection.execute(update(orders).where(mine).values(cause="", due_ms=due))

    database.written(work, "orders")


def check_not_posted(
    connection: Connection, order: UUID, dossier: UUID, story: Sequence[Entry], settings: Mapping[str, str]
) -> None:
    """Raises `Refusal` where a new order would be a second parcel: POST_TWICE while another one of the dossier may be
    on its way by what central itself heard, POST_OVER where this one was written down as never made. `story` is what
    was accepted of the dossier: of a parcel that was lost, and its card made anew, nothing comes any more.
    """
    told = [entry.what for entry in story if isinstance(entry.what, PostTold)]
    if any(one.order == order for one in told):
        raise Refusal(
            "POST_OVER",
            Words("Yêu cầu gửi này đã được ghi là không thành.", "This order was written down as never made."),
            Words("Lập yêu cầu gửi mới.", "Make a new one."),
        )
    lost = _made_anew(story)
    chosen = select(orders.c.id, orders.c.state, *_HEARD).where(
        orders.c.dossier == dossier, orders.c.system == "post", orders.c.id != order
    )
    for row in connection.execute(chosen):
        heard = row.state == "rejected" or row.returned_ms is not None or outcome_of(row.outcome, settings) is not None
        if not heard and row.id not in lost:
            raise Refusal(
                "POST_TWICE",
                Words("Kết quả này đã được giao cho bưu chính.", "This result was given to the post already."),
                Words("Xem bưu gửi trước ở danh sách Bưu chính.", "See the earlier parcel in the list of the post."),
            )


def _made_anew(story: Sequence[Entry]) -> set[UUID]:
    """The orders behind which the clock ran again: their card is owed anew, by who may say so."""
    begun, found = set[UUID](), set[UUID]()
    for entry in story:
        if isinstance(entry.what, PostOrdered):
            begun.add(entry.what.order)
        elif isinstance(entry.what, StepTaken) and entry.what.clock == "runs":
            found |= begun
    return found


def _awaited() -> Refusal:
    return Refusal(
        POST_AWAITED,
        Words(
            "Trung tâm đang hỏi bưu chính về bưu gửi này rồi mới ghi.",
            "Central asks the post about this parcel before it writes that down.",
        ),
        Words("Không mất gì; máy trạm tự gửi lại.", "Nothing is lost; the station tries again by itself."),
    )


def unknown() -> Refusal:
    """The post did not say that of it."""
    return Refusal(
        "POST_UNKNOWN",
        Words("Bưu chính không có bưu gửi này của hồ sơ.", "The post has no such parcel of the dossier."),
        Words("Xem lại hồ sơ ở trang Kết quả.", "Look at the dossier again on the page Results."),
    )
