"""The queue of online dossiers without the window: what waits until when, one of them, and taking it to this desk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.domain.online import FILTERS, Filter
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from uuid import UUID

    from clerk_app.desk.desk import Desk
    from clerk_app.desk.online_views import OnlineDossierView, OnlineRow


@click.group(cls=speaking.Group)
def online() -> None:
    """Dossiers that citizens sent online: list, show, take, hand in for somebody."""


@online.command("list")
@click.argument("query", default="")
@click.option("--state", type=click.Choice(FILTERS), default="open", help="Which part of the queue.")
@profile_option
@person_options
@json_option
@speaking.speaking
def list_online(query: str, state: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """The queue, the most urgent first; with words to look for: codes, numbers, names."""
    from clerk_app.commands.dossier import signed_in

    with signed_in(profile, user, password_file) as desk:
        desk.delivery.once(lambda: False)
        desk.online.refresh()
        view = desk.online.view(cast("Filter", state), query)
    lines = [_line(row) for row in view.rows]
    if view.more:
        lines.append(speaking.said(Words(f"… và {view.more} hồ sơ nữa", f"… and {view.more} more")))
    document = {"state": state, "counts": dict(view.counts), "rows": [_row(row) for row in view.rows]}
    speaking.tell(document, "\n".join(lines) or speaking.said(Words("Không có hồ sơ nào.", "No dossier.")), as_json)


@online.command()
@click.argument("code")
@profile_option
@person_options
@json_option
@speaking.speaking
def show(code: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """What the citizen stated and sent beside what registers and documents say. CODE may be any text that names it."""
    from clerk_app.commands.dossier import signed_in

    with signed_in(profile, user, password_file) as desk:
        view = desk.online.dossier(_found(desk, code))
    speaking.tell(_document(view), _text(view), as_json)


@online.command()
@click.argument("code")
@profile_option
@person_options
@json_option
@speaking.speaking
def take(code: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """Take one to this desk: others see that it is worked on here. It is lent for a minute, as long as it is open."""
    from clerk_app.commands.dossier import signed_in

    with signed_in(profile, user, password_file) as desk:
        desk.delivery.once(lambda: False)
        view = desk.online.take(_found(desk, code))
    speaking.tell(_document(view), _text(view), as_json)


@online.command()
@click.option("--reason", required=True, help="Why the citizen cannot do it alone; it stands in the journal.")
@profile_option
@person_options
@json_option
@speaking.speaking
def assist(reason: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """Begin an online dossier for somebody who cannot do it alone: they stay the applicant, the help is recorded."""
    from clerk_app.commands.dossier import signed_in

    with signed_in(profile, user, password_file) as desk:
        view = desk.online.assist(reason)
    code = view.code or view.local_code
    words = Words(
        f"{code}: đã bắt đầu. Nhập tiếp trong cửa sổ (Ctrl 9, Enter). Tiếp theo: clerk dossier steps {code}; "
        f"bắt đầu nhầm: clerk dossier step {code} decline --reason LÝ_DO --basis CĂN_CỨ.",
        f"{code}: begun. Enter the rest in the window (Ctrl 9, Enter). Next: clerk dossier steps {code}; "
        f"begun by mistake: clerk dossier step {code} decline --reason WHY --basis BASIS.",
    )
    document = {"dossier": str(view.dossier), "code": code, "provisional": not view.code}
    speaking.tell(document, speaking.said(words), as_json)


def _found(desk: Desk, text: str) -> UUID:
    found = desk.online.find(text)
    if found is None:
        raise Refusal(
            "DOSSIER_UNKNOWN",
            Words("Không có hồ sơ trực tuyến nào như vậy ở máy này.", "No such online dossier is known here."),
            Words("Kiểm tra mã, hoặc đồng bộ: clerk deliver.", "Check the code, or fetch: clerk deliver."),
        )
    return found


def _row(row: OnlineRow) -> dict[str, object]:
    return {
        "dossier": str(row.dossier),
        "code": row.code,
        "name": row.name,
        **speaking.named("stage", row.stage, row.state.words),
        **speaking.named("payment", row.paid, row.payment),
        "sent": speaking.told_at(row.sent_at),
        "until": speaking.told_at(row.until),
        "left": speaking.said(row.left),
        **speaking.named("held", row.held, row.held_words),
    }


def _line(row: OnlineRow) -> str:
    parts = (row.code, speaking.said(row.state.words), row.name, speaking.said(row.left), speaking.said(row.held_words))
    return "  ".join(part for part in parts if part)


def _document(view: OnlineDossierView) -> dict[str, object]:
    return {
        **_row(view.row),
        "fields": [
            {
                "name": one.name,
                "label": speaking.said(one.label),
                "stated": speaking.said(one.stated),
                "register": speaking.said(one.register),
                "identity": speaking.said(one.identity),
                "differs": sorted(one.differs),
            }
            for one in view.rows
        ],
        "papers": [
            {
                "code": one.code,
                "name": speaking.said(one.name),
                "pages": one.pages,
                "readable": one.readable,
                "withdrawn": one.withdrawn,
            }
            for one in view.papers
        ],
        "lacking": [speaking.said(one) for one in view.lacking],
    }


def _text(view: OnlineDossierView) -> str:
    lines = [_line(view.row), speaking.said(view.payment.words)]
    for one in view.rows:
        sign = "≠" if one.differs else " "
        told = f"{sign} {speaking.said(one.label)}: {speaking.said(one.stated)}"
        others = [speaking.said(text) for text in (one.register, one.identity) if text.vi]
        lines.append(f"{told}  ({' · '.join(others)})" if others else told)
    for paper in view.papers:
        unread = "" if paper.readable else speaking.said(Words(" (tệp không xem được)", " (file cannot be shown)"))
        if paper.withdrawn:
            unread = speaking.said(Words(" (công dân đã rút tệp)", " (a file was taken back)"))
        pages = speaking.said(Words("trang", "page" if paper.pages == 1 else "pages"))
        lines.append(f"  {speaking.said(paper.name)}: {paper.pages} {pages}{unread}")
    if view.lacking:
        lines.append(speaking.said(Words("Còn thiếu: ", "Lacking: ")) + "; ".join(map(speaking.said, view.lacking)))
    lines.append(speaking.said(Words("Tiếp theo", "Next")) + f": clerk dossier steps {view.row.code}")
    return "\n".join(lines)
