"""The messages to the citizen about a dossier without the window: their states, sending again, the contact."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import click
import msgspec

from clerk_app.commands import speaking
from clerk_app.commands.catalogue import read_file
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.desk.messages import STATE_WORDS, MessagesView
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.contact import ContactGiven
from clerk_app.domain.refusals import Refusal, Words


@click.command("messages")
@click.argument("code")
@click.option("--again", type=click.UUID, default=None, help="Have this message sent once more.")
@click.option("--offline", is_flag=True, help="As last heard; central is not asked.")
@profile_option
@person_options
@json_option
@speaking.speaking
def messages(
    code: str,
    again: UUID | None,
    offline: bool,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """What the citizen was told: way, state, when, by what right, and why not."""
    from clerk_app.commands.dossier import find_one, signed_in

    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        view = desk.messages.view(found) if offline else desk.messages.look(found)
        if again is not None:
            view = desk.messages.send_again(found, again)
    speaking.tell(_document(view), _text(view), as_json)


@click.command("contact")
@click.argument("code")
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help='JSON, - for standard input: {"phone": …, "email": …, "wish": "sms"|"email", "language": "vi"|"en", '
    '"extras": "yes"|"no"}.',
)
@profile_option
@person_options
@json_option
@speaking.speaking
def contact(code: str, file: Path, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """Write down how the citizen is reached. From a file: what is on a command line, others can read."""
    from clerk_app.commands.dossier import find_one, signed_in

    try:
        said = msgspec.convert(json.loads(read_file(file)), ContactGiven)
    except (ValueError, msgspec.ValidationError):
        raise Refusal(
            "CONTACT_UNREADABLE",
            Words("Tệp không phải cách liên hệ.", "The file does not say how somebody is reached."),
            Words("Xem dạng tệp: clerk dossier contact --help.", "See its shape: clerk dossier contact --help."),
        ) from None
    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        view = desk.messages.write_contact(
            found,
            phone=said.phone,
            email=said.email,
            wish=said.wish,
            language=said.language,
            extras=said.extras,
        )
    speaking.tell(_document(view), _text(view), as_json)


def _document(view: MessagesView) -> dict[str, object]:
    return {
        "dossier": str(view.dossier),
        "heard_at": view.at.isoformat() if view.at else None,
        "stale": view.stale.code if view.stale else None,
        "reached": view.contact.shown.en,
        "messages": [
            {
                "id": str(one.id),
                "entry": str(one.entry),
                "step": one.step,
                "way": one.way,
                "state": one.state,
                "cause": one.cause,
                "told": one.told.en,
                "right": one.right.en,
                "parts": one.parts,
                "text": one.text,
            }
            for one in view.messages
        ],
    }


def _text(view: MessagesView) -> str:
    heard = f"{in_hanoi(view.at):%H:%M %d/%m/%Y}" if view.at is not None else "–"
    lines = [f"{speaking.said(Words('Trung tâm báo lúc', 'As central said at'))} {heard}"]
    if view.stale is not None:
        lines.append(f"{view.stale.code}: {speaking.said(view.stale.words)}")
    lines.append(speaking.said(view.contact.shown))
    for one in view.messages:
        why = f" – {speaking.said(one.why)}" if one.why.vi else ""
        lines.append(f"  {speaking.said(one.name)}: {speaking.said(one.told)}")
        lines.append(f"    {speaking.said(STATE_WORDS[one.state])}{why}  [{one.id}]")
    return "\n".join(lines)
