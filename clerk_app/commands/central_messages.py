"""`central messages`: what citizens were not told yet, or will not be, and why; without texts and addresses."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from clerk_app.commands import speaking
from clerk_app.commands.central_places import data_option, database_option
from clerk_app.commands.speaking import json_option
from clerk_app.domain.messages import STATES
from clerk_app.domain.refusals import Words
from clerk_app.wire_messages import MessageState

_TROUBLE = ("queued", "failed", "unknown", "no_address")


@click.command("messages")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Repeat it; else what needs a look.")
@click.option("--resend", type=click.UUID, default=None, metavar="ID", help="Send one that is over once more.")
@data_option
@database_option
@json_option
@speaking.speaking
def messages(states: tuple[str, ...], resend: UUID | None, data_dir: Path, database: str | None, as_json: bool) -> None:
    """List messages to citizens by state, or have one sent again as it is."""
    from clerk_app.bootstrap import now
    from clerk_app.central.messages import Messages
    from clerk_app.commands.central_access import opened_database

    with opened_database(data_dir, database) as opened:
        known = Messages(opened, {}, now)
        made = known.repeat(resend) if resend is not None else None
        found = known.listed(states or _TROUBLE)
    document: dict[str, object] = {"messages": [{"office": office, **_told(one)} for office, one in found]}
    if made is not None:
        document["made"] = str(made)
    lines = [_line(office, one) for office, one in found]
    none = speaking.said(Words("Không có tin nào.", "There are none."))
    speaking.tell(document, "\n".join(lines) or none, as_json)


def _told(one: MessageState) -> dict[str, object]:
    return {
        "id": str(one.id),
        "code": one.code,
        "way": one.way,
        "state": one.state,
        "cause": one.cause,
        "tries": one.tries,
        "taken_at": one.taken_at.isoformat(),
        "parts": one.parts,
    }


def _line(office: str, one: MessageState) -> str:
    at = f"{one.taken_at:%H:%M %d/%m/%Y}"
    return "  ".join((office, one.way, one.state, one.code, str(one.tries), one.cause or "–", at, str(one.id)))
