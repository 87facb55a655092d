"""`central subject extract`: everything that central holds on one ID number, for the data officer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from clerk_app.commands import speaking
from clerk_app.commands.central_console import Console, console_options
from clerk_app.commands.speaking import json_option
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Words


@click.group(cls=speaking.Group)
def subject() -> None:
    """What is held on one person."""


@subject.command()
@click.option("--number", required=True, help="The ID number: 12 digits, or 9 of an old card.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The ZIP to write.")
@click.option("--purpose", default="", metavar="CODE", help="What it is for: a purpose of the catalogue.")
@console_options
@json_option
@speaking.speaking
def extract(
    number: str,
    out: Path,
    purpose: str,
    console: Console,
    as_json: bool,
) -> None:
    """Write everything that is held on a number into one ZIP; that it was done is kept at central for ever."""
    from clerk_app.central import foreign_held, people
    from clerk_app.central import subject as found_by
    from clerk_app.central.subject import CONSOLE
    from clerk_app.commands import subject_file, subject_told
    from clerk_app.desk.telling_names import Known, Naming
    from clerk_app.domain.subject import SCOPE, checked_number, sheets_in

    digits = checked_number(number)
    with console.open() as at:
        central, law, now = at.central, at.law, at.now
        who = at.who(SCOPE, purpose)
        found = found_by.find(central.database, law, digits, who, now)
        known = {one.id: Known(one.id, one.name, tuple(one.roles)) for one in people.everybody(central.database)}
        wanted = {digest for one in found.dossiers for digest in sheets_in(one)}
        missing = central.sheets.missing(wanted)
        document: dict[str, Any] = {
            "format": subject_file.FORMAT,
            "number": digits,
            "central": central.database.central_id,
            "at": in_hanoi(now).isoformat(timespec="seconds"),
            "who": who.id,
            "purpose": purpose,
            "beyond_reach": found.beyond,
            "earlier_extracts": found_by.earlier(central.database, digits),
            "missing_sheets": sorted(missing),
            "dossiers": [
                subject_told.dossier_document(one, digits, CONSOLE, Naming(law.rules_of(one.state, now), known))
                for one in found.dossiers
            ],
            **foreign_held.told(central.database, digits, [one.id for one in found.dossiers]),
        }
        with subject_file.new_file(out) as part:
            digest = subject_file.write(part, document, wanted - missing, central.sheets.read, speaking.language())
            made = found_by.keep(central.database, who.id, purpose, digits, found, digest, now)
    many = sum(len(one.held) for one in found.dossiers)
    told = {
        "file": str(out),
        "extract": str(made),
        "sha256": digest.hex(),
        "dossiers": len(found.dossiers),
        "entries": many,
        "sheets": len(wanted - missing),
        "missing_sheets": len(missing),
        "beyond_reach": found.beyond,
    }
    named = "dossier" if len(found.dossiers) == 1 else "dossiers"
    words = Words(
        f"Đã ghi {out.name}: {len(found.dossiers)} hồ sơ, {many} mục, {told['sheets']} trang.",
        f"Wrote {out.name}: {len(found.dossiers)} {named}, {many} entries, {told['sheets']} sheets.",
    )
    speaking.tell(told, speaking.said(words), as_json)
