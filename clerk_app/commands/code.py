"""`code read`."""

from __future__ import annotations

from pathlib import Path

import click

from clerk_app import bootstrap
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option
from clerk_app.domain.refusals import Refusal, Words


@click.group(cls=speaking.Group)
def code() -> None:
    """QR and bar codes in pictures."""


@code.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@json_option
@speaking.speaking
def read_codes(files: tuple[Path, ...], as_json: bool) -> None:
    """Read every code in these pictures and PDFs; what a known code says is taken apart.

    A file that cannot be read does not keep the others from being read; the first such fault is the outcome.
    """
    from clerk_app.devices.codes import PictureCodes

    codes, opened = PictureCodes(), bootstrap.files_of()
    found: list[dict[str, object]] = []
    problem: Refusal | None = None
    for file in files:
        try:
            texts = dict.fromkeys(one for page in opened.pages(file, lambda: False) for one in codes.read(page.data))
        except Refusal as refusal:
            words = Words(f"{file}: {refusal.words.vi}", f"{file}: {refusal.words.en}")
            problem = problem or Refusal(refusal.code, words, refusal.remedy)
            continue
        found += [{"file": str(file), "format": kind, "text": text} | _meaning(text) for kind, text in texts]
    speaking.tell(found, "\n".join(f"{one['file']}: {one['format']} {one['text']}" for one in found), as_json)
    if problem is not None:
        raise problem


def _meaning(text: str) -> dict[str, object]:
    """`kind` (identity, mrz, dossier, receipt, other) and `fields` of a code."""
    from clerk_app.devices import card_zone, identity_qr
    from clerk_app.domain import checks, receipt_numbers

    try:
        if identity_qr.is_identity(text):
            found = identity_qr.parse(text)
            person = found.person
            fields: dict[str, object] = {
                "number": person.number,
                "old_number": person.old_number,
                "name": person.name,
                "born": person.born.isoformat() if person.born else None,
                "sex": person.sex,
                "residence": person.residence,
                "issued": person.issued.isoformat() if person.issued else None,
                "cancelled": list(found.cancelled),
                "extra": list(found.extra),
                "problems": list(found.problems),
            }
            return {"kind": "identity", "fields": fields}
        if card_zone.is_zone(text):
            person = card_zone.parse(text, bootstrap.now().date())
            days = {"born": person.born, "expires": person.expires}
            said = {name: day.isoformat() if day else None for name, day in days.items()}
            return {"kind": "mrz", "fields": {"number": person.number, "sex": person.sex} | said}
    except Refusal as refusal:
        return {"kind": "other", "fields": {"problem": refusal.code}}
    if checks.dossier_code(text).state == "ok":
        return {"kind": "dossier", "fields": {"code": text}}
    if receipt_numbers.number_in(text, receipt_numbers.PLAIN) is not None:
        return {"kind": "receipt", "fields": {"number": text}}
    return {"kind": "other", "fields": {}}
