"""`central backup`, `central restore` and `central leave-out`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerk_app.commands import central_places, speaking
from clerk_app.commands.speaking import json_option
from clerk_app.domain.refusals import Words

if TYPE_CHECKING:
    from clerk_app.central.blocks import LeftOut

_DATA, _DATABASE = central_places.data_option, central_places.database_option
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("place", type=_FOLDER)
@_DATA
@_DATABASE
@central_places.blobs_option
@json_option
@speaking.speaking
def backup(place: Path, data_dir: Path, database: str | None, blobs: str | None, as_json: bool) -> None:
    """Copy central into PLACE while it works; again into the same PLACE copies only what is new.

    Note the digest that it prints somewhere else: with it, restore proves that the copy is the one that was made.
    """
    from clerk_app.bootstrap import now
    from clerk_app.central import backup as _backup
    from clerk_app.central.database import url_of
    from clerk_app.central.sheets import open_sheets, sheets_at

    made = _backup.backup(url_of(database, data_dir), open_sheets(sheets_at(blobs, data_dir), make=False), place, now())
    document = {
        "folder": str(made.folder),
        "manifest": made.digest,
        "entries": made.manifest.counts["entries"],
        "stations": len(made.manifest.heads),
        "sheets": made.manifest.sheets,
        "new_sheets": made.new_sheets,
        "spoilt_sheets": list(made.spoilt),
    }
    words = Words(
        f"Đã sao lưu {document['entries']} mục, {made.manifest.sheets} trang ({made.new_sheets} mới). "
        f"Ghi lại mã này ở nơi khác: {made.digest}",
        f"Backed up {document['entries']} entries, {made.manifest.sheets} sheets ({made.new_sheets} new). "
        f"Note this digest somewhere else: {made.digest}",
    )
    lines = [
        speaking.said(words),
        *(f"sheet {digest}: damaged at central, not in the backup" for digest in made.spoilt),
    ]
    speaking.tell(document, "\n".join(lines), as_json)
    if made.spoilt:
        raise SystemExit(1)


@click.command()
@click.argument("place", type=_FOLDER)
@_DATA
@_DATABASE
@central_places.blobs_option
@click.option("--manifest", "digest", default="", help="The digest that backup printed.")
@json_option
@speaking.speaking
def restore(place: Path, data_dir: Path, database: str | None, blobs: str | None, digest: str, as_json: bool) -> None:
    """Bring the newest copy of PLACE (or the one that PLACE is) back into an empty database and store, and prove it.

    Exits 0 only when every seal, chain and sheet is right and all of it equals the manifest. Numbers that may have been
    lent after the copy are left out, so that none is given twice.
    """
    from clerk_app.bootstrap import now
    from clerk_app.central import backup as _backup
    from clerk_app.central.database import url_of
    from clerk_app.central.sheets import open_sheets, sheets_at

    folder = _backup.newest(place)
    proof = _backup.restore(
        folder,
        url_of(database, data_dir),
        open_sheets(sheets_at(blobs, data_dir)),
        now(),
        digest.lower(),
    )
    document = {
        "from": str(folder),
        "entries": proof.entries,
        "stations": proof.stations,
        "sheets": proof.sheets,
        "ok": proof.ok,
        "problems": list(proof.problems),
        "left_out": _left_out(proof.left_out),
    }
    said = f"{proof.entries} mục của {proof.stations} máy trạm, {proof.sheets} trang"
    words = Words(
        f"Đã phục hồi {said}: " + ("nguyên vẹn." if proof.ok else "CÓ VẤN ĐỀ."),
        f"Restored {proof.entries} entries of {proof.stations} "
        f"{'station' if proof.stations == 1 else 'stations'}, {proof.sheets} sheets: "
        + ("proven whole." if proof.ok else "PROBLEMS."),
    )
    lines = [speaking.said(words), *proof.problems, *_left_out_words(proof.left_out)]
    speaking.tell(document, "\n".join(lines), as_json)
    if not proof.ok:
        raise SystemExit(1)


@click.command("leave-out")
@click.option(
    "--since",
    required=True,
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z"]),
    help="The moment that the database was brought back to, with its zone: 2026-11-28T14:00:00+07:00.",
)
@_DATA
@_DATABASE
@json_option
@speaking.speaking
def leave_out(since: datetime, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Leave out the numbers that were lent since a moment, where PostgreSQL's own tools brought central back to it.

    Entries that come are numbered far above those that came since, of which stations say what they saw.
    `central restore` does so by itself. Run it before central serves anybody.
    """
    from clerk_app.bootstrap import now
    from clerk_app.central import blocks, forgotten_messages, given_answers, parcels
    from clerk_app.central.database import open_database, url_of

    with closing(open_database(url_of(database, data_dir))) as opened:
        found = blocks.leave_out(opened, since, now())
        forgotten_messages.hold_back(opened, now())
        given_answers.note_forgotten(opened, since, now())
        parcels.ask_anew(opened, now())
    speaking.tell({"left_out": _left_out(found)}, "\n".join(_left_out_words(found)), as_json)


def _left_out(found: Iterable[LeftOut]) -> list[dict[str, object]]:
    return [{"kind": one.kind, "office": one.office, "first": one.first, "last": one.last} for one in found]


def _left_out_words(found: Iterable[LeftOut]) -> list[str]:
    """One line for each row of numbers, so that whoever counts receipts knows where the gap is from."""
    lines = []
    for one in found:
        what = (
            Words("số biên lai", "receipt numbers") if one.kind == "receipt" else Words("số hồ sơ", "dossier numbers")
        )
        of = Words(f"{one.office}: ", f"{one.office}: ") if one.office else Words("mọi đơn vị: ", "all offices: ")
        said = f"{one.first}-{one.last}"
        words = Words(f"{of.vi}bỏ qua {what.vi} {said}.", f"{of.en}{what.en} {said} are left out.")
        lines.append(speaking.said(words))
    return lines
