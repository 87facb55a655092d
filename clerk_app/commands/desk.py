"""`desk salvage`: getting a damaged workstation back."""

from __future__ import annotations

from pathlib import Path

import click

from clerk_app import bootstrap
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, profile_option


@click.group()
def desk() -> None:
    """The store of this workstation."""


@desk.command()
@profile_option
@json_option
@speaking.speaking
def salvage(profile: Path, as_json: bool) -> None:
    """Make a damaged database anew: the journal first, then pages, then what central has. The damaged file is kept.

    Exits 0 only when nothing was lost and central was asked.
    """
    mended = bootstrap.salvage(profile, speaking.passphrase())
    record = mended.record
    document = {
        "saved": record.entries,
        "back_from_central": record.back,
        "lost": [{"dossier": str(one) if one else None, "entries": count} for one, count in record.by_dossier()],
        "lost_pages": [{"dossier": str(dossier), "sheet": digest} for digest, dossier in record.sheets],
        "numbers_closed": record.numbers_closed,
        "central_asked": record.after is None,
        "newer_may_be_lost": record.tail_unsure,
        "kept": str(mended.kept) if mended.kept else None,
    }
    lines = [speaking.said(words) for words in mended.told]
    if mended.problem is not None:
        lines.append(speaking.refused(mended.problem))
    speaking.tell(document, "\n".join(lines), as_json)
    if record.lost or record.sheets or record.after is not None:
        raise SystemExit(1)
