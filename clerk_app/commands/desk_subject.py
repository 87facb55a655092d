"""`desk subject extract`: what this workstation itself holds on one ID number."""

from __future__ import annotations

from pathlib import Path

import click

from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal, Words


@click.group(cls=speaking.Group)
def subject() -> None:
    """What this workstation holds on one person."""


@subject.command()
@click.option("--number", required=True, help="The ID number: 12 digits, or 9 of an old card.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The ZIP to write.")
@click.option("--purpose", default="", metavar="CODE", help="What it is for: a purpose of the catalogue.")
@profile_option
@person_options
@json_option
@speaking.speaking
def extract(
    number: str, out: Path, purpose: str, profile: Path, user: str, password_file: Path | None, as_json: bool
) -> None:
    """Write everything that lies here on a number into one ZIP, with an entry that says so."""
    from clerk_app.commands import subject_file, subject_told
    from clerk_app.commands.dossier import signed_in
    from clerk_app.domain.subject import checked_number, sheets_in

    digits = checked_number(number)
    with signed_in(profile, user, password_file) as desk:
        here = desk.subject
        found = here.find(digits, purpose)
        sheets, missing = {}, []
        for digest in dict.fromkeys(digest for one in found for digest in sheets_in(one)):
            try:
                sheets[digest] = here.sheet(digest)
            except Refusal:
                missing.append(digest)
        document = {
            "format": subject_file.FORMAT,
            "number": digits,
            "station": here.station,
            "at": in_hanoi(here.now()).isoformat(timespec="seconds"),
            "who": desk.counter.who().id,
            "purpose": purpose,
            "missing_sheets": sorted(missing),
            "dossiers": [subject_told.dossier_document(one, digits, here.station, here.naming(one)) for one in found],
        }
        many = sum(len(one.held) for one in found)
        with subject_file.new_file(out) as part:
            digest = subject_file.write(part, document, sheets, sheets.__getitem__, speaking.language()).hex()
            here.taken_out(digest, purpose, many)
    told = {
        "file": str(out),
        "sha256": digest,
        "dossiers": len(found),
        "entries": many,
        "sheets": len(sheets),
        "missing_sheets": len(missing),
    }
    of = "dossier" if len(found) == 1 else "dossiers"
    words = Words(
        f"Đã ghi {out.name}: {len(found)} hồ sơ, {many} mục, {len(sheets)} trang.",
        f"Wrote {out.name}: {len(found)} {of}, {many} entries, {len(sheets)} sheets.",
    )
    speaking.tell(told, speaking.said(words), as_json)
