"""`card readers` and `card read`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from clerk_app import bootstrap, settings
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, profile_option
from clerk_app.desk.ports import Access, CardReaders
from clerk_app.domain.refusals import Refusal, Words


@click.group(cls=speaking.Group)
def card() -> None:
    """Card readers, and identity from the chip."""


def _readers(profile: Path, trust: Path | None, practice: bool) -> CardReaders:
    chosen = settings.load(profile)
    if trust is not None:
        from dataclasses import replace

        chosen = replace(chosen, trust_folder=str(trust))
    return bootstrap.readers_of(profile, chosen, practice or bootstrap.peek(profile).practice)


@card.command()
@profile_option
@json_option
@speaking.speaking
def readers(profile: Path, as_json: bool) -> None:
    """Every reader plugged in, and whether a card lies on it."""
    found = _readers(profile, None, practice=False).readers()
    document = [{"name": one.name, "card_present": one.card_present, "practice": one.practice} for one in found]
    with_card = Words("có thẻ", "card present"), Words("không có thẻ", "no card")
    lines = [f"{one.name}: {speaking.said(with_card[0] if one.card_present else with_card[1])}" for one in found]
    nothing = Words("Không có đầu đọc thẻ nào.", "No card reader.")
    speaking.tell(document, "\n".join(lines) or speaking.said(nothing), as_json)


def _day(text: str | None, name: str) -> str:
    if not text:
        return ""
    try:
        return f"{date.fromisoformat(text):%y%m%d}"
    except ValueError:
        if len(text) == 6 and text.isdigit():
            return text
        raise click.BadParameter("YYYY-MM-DD", param_hint=name) from None


@card.command()
@click.option("--reader", default="", help="Name of the reader; the only one with a card by default.")
@click.option("--can", default="", help="The six-digit card access number.")
@click.option("--number", default="", help="The 12-digit ID number, with --born and --expires.")
@click.option("--born", default=None, help="Date of birth, YYYY-MM-DD.")
@click.option("--expires", default=None, help="Date of expiry, YYYY-MM-DD.")
@click.option("--qr", default="", help="The text of the card's QR code.")
@click.option(
    "--trust",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    help="Folder of another trust package that was signed for this office.",
)
@click.option("--practice", is_flag=True, help="Trust the specimen authority, and nobody else.")
@profile_option
@json_option
@speaking.speaking
def read(
    reader: str,
    can: str,
    number: str,
    born: str | None,
    expires: str | None,
    qr: str,
    trust: Path | None,
    practice: bool,
    profile: Path,
    as_json: bool,
) -> None:
    """Identity from the chip on the PC/SC reader."""
    from clerk_app.devices import card_report, identity_qr

    if qr:
        can = identity_qr.parse(qr).can
    mrz = Access(number=number, born=_day(born, "--born"), expires=_day(expires, "--expires"))
    if not can and not (mrz.number and mrz.born and mrz.expires):
        raise Refusal(
            "CARD_KEY_MISSING",
            Words("Thiếu thông tin để mở chip.", "Nothing given that opens the chip."),
            Words(
                "Dùng --qr, hoặc --can, hoặc --number với --born và --expires.",
                "Give --qr, or --can, or --number with --born and --expires.",
            ),
        )
    access = Access(can=can) if can else mrz
    reading = _readers(profile, trust, practice).read(access, reader)
    document = card_report.report(reading)
    lines = speaking.listed({name: value for name, value in document.items() if name not in ("portrait", "verdicts")})
    lines += [
        f"  {one['name']}: {' '.join(filter(None, (one['state'], one['reason'])))}" for one in document["verdicts"]
    ]
    speaking.tell(document, "\n".join(lines), as_json)
