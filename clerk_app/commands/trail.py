"""`journal trail` and `journal check`: who did what, and whether an exported file is as it left its station."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerk_app import bootstrap
from clerk_app.commands import speaking
from clerk_app.commands.dossier import signed_in
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.desk.trail_seal import SUFFIX
from clerk_app.desk.trail_views import TrailLine, TrailSearch
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.trail_export import Checked, ExportedFile

_DAY = click.DateTime(["%Y-%m-%d"])
_FILE = click.Path(path_type=Path, dir_okay=False)
_WORTH = {
    "good": Words("Nguyên vẹn: không có gì bị sửa từ khi xuất.", "Intact: nothing was altered since it was exported."),
    "altered": Words("ĐÃ BỊ SỬA: tệp không còn như khi xuất.", "ALTERED: the file is not as it was exported."),
    "key_unknown": Words(
        "Dấu niêm phong khớp, nhưng máy này không biết khóa đã niêm phong.",
        "The seal fits, but this desk does not know the key that made it.",
    ),
    "untrusted": Words(
        "Chữ ký nguyên vẹn, nhưng chứng thư không thuộc nguồn được tin.",
        "The signature is intact, but its certificate leads to nobody who is trusted here.",
    ),
    "unsigned": Words(
        "Không có dấu niêm phong hay chữ ký để kiểm tra.", "There is no seal and no signature to be checked."
    ),
}
_MORE = Words("… còn nữa: thêm --limit, hoặc thu hẹp phạm vi.", "… and more: give --limit, or narrow it.")
_KNOWN = Words("Nhật ký của máy này có ghi lần xuất đó.", "This desk's journal tells of the export.")


@click.command()
@click.option("--dossier", default="", metavar="CODE", help="Of one dossier: its code or id.")
@click.option("--person", default="", metavar="TEXT", help="Of a citizen: number or name.")
@click.option("--user", "by", default="", metavar="USER", help="Done by somebody who works here: id or name.")
@click.option("--station", default="", metavar="CODE", help="Done at one station.")
@click.option("--day", type=_DAY, default=None, metavar="DAY", help="On one day (2026-11-23).")
@click.option("--from", "first", type=_DAY, default=None, metavar="DAY", help="From this day on.")
@click.option("--to", "last", type=_DAY, default=None, metavar="DAY", help="Up to this day.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Entries that are shown.")
@click.option("--csv", "csv_file", type=_FILE, default=None, help="Export as CSV, with FILE.seal beside it.")
@click.option("--pdf", "pdf_file", type=_FILE, default=None, help="Export as PDF, with FILE.seal unless signed.")
@click.option("--purpose", default="", metavar="CODE", help="What it is for: a purpose of the catalogue.")
@click.option("--full", is_flag=True, help="Export without the mask, for who may see the masked data.")
@click.option("--sign", is_flag=True, help="Sign the PDF with the officer's token instead of the station's seal.")
@click.option("--pin-file", type=_FILE, default=None, help="Its first line is the token's PIN.")
@profile_option
@person_options
@json_option
@speaking.speaking
def trail(
    dossier: str,
    person: str,
    by: str,
    station: str,
    day: datetime | None,
    first: datetime | None,
    last: datetime | None,
    limit: int,
    csv_file: Path | None,
    pdf_file: Path | None,
    purpose: str,
    full: bool,
    sign: bool,
    pin_file: Path | None,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Who did, saw and printed what, newest first, masked for your role; or export it for an inspection."""
    begin, end = (day, day) if day else (first, last)
    search = TrailSearch(dossier, person, by, begin.date() if begin else None, end.date() if end else None, station)
    with signed_in(profile, user, password_file) as desk:
        if csv_file is None and pdf_file is None:
            page = desk.trail.search(search, None, limit, purpose)
            document: dict[str, Any] = {
                "total": min(page.total, page.counted),
                "more": page.following is not None,
                "entries": [_document(line) for line in page.lines],
            }
            speaking.tell(document, _text(page.lines, page.following is not None), as_json)
            return
        files = []
        if csv_file is not None:
            made = desk.trail_export.csv(search, purpose, speaking.language(), full)
            files.append(_written(csv_file, made))
        if pdf_file is not None:
            files.append(_written(pdf_file, _pdf(desk, search, purpose, full, sign, pin_file)))
    lines = [
        speaking.said(Words(f"Đã ghi {one['file']}: {one['rows']} dòng.", f"Wrote {one['file']}: {one['rows']} rows."))
        for one in files
    ]
    speaking.tell({"files": files}, "\n".join(lines), as_json)


def _pdf(desk: Desk, search: TrailSearch, purpose: str, full: bool, sign: bool, pin_file: Path | None) -> ExportedFile:
    if not sign:
        return desk.trail_export.pdf(search, purpose, full=full)
    from clerk_app.commands.archive import pin_of

    tokens = desk.trail_export.tokens()
    if not tokens:
        raise Refusal(
            "SIGN_NOT_SET",
            Words("Máy trạm này chưa đặt thiết bị ký.", "This desk has no signing token set up."),
            Words("Bỏ --sign để dùng dấu niêm phong của máy trạm.", "Leave --sign out to use the station's seal."),
        )
    return desk.trail_export.pdf(search, purpose, tokens[0], pin_of(pin_file), full)


def _written(out: Path, made: ExportedFile) -> dict[str, Any]:
    from clerk_app.desk.trail_export import save

    seal = save(made, out)
    return {
        "file": str(out),
        "seal": str(seal) if seal is not None else None,
        "sha256": made.digest,
        "rows": made.rows,
        "signed_by": made.signed_by or None,
    }


def _document(line: TrailLine) -> dict[str, Any]:
    return {
        "entry": str(line.entry),
        "kind": line.kind,
        "at": line.at.isoformat(),
        "who": line.who,
        "roles": speaking.said(line.roles),
        "signed_in": speaking.said(line.session),
        "station": line.station,
        "dossier": str(line.dossier),
        "code": line.code,
        "words": speaking.said(line.sentence),
        "changes": [
            {"label": speaking.said(c.label), "before": speaking.said(c.before), "after": speaking.said(c.after)}
            for c in line.changes
        ],
        "central": speaking.said(line.central),
        "n": line.n,
        "seal": line.digest,
    }


def _text(lines: tuple[TrailLine, ...], more: bool) -> str:
    if not lines:
        return speaking.said(Words("Không có mục nào.", "Nothing was found."))
    said: list[str] = []
    for line in lines:
        where = " · ".join(part for part in (line.station, line.code) if part)
        said.append(f"{line.at:%d/%m/%Y %H:%M:%S} {line.who} [{where}] {speaking.said(line.sentence)}")
        said += [
            f"    {speaking.said(c.label)}: {speaking.said(c.before)} → {speaking.said(c.after)}" for c in line.changes
        ]
    if more:
        said.append(speaking.said(_MORE))
    return "\n".join(said)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--seal", "seal_file", type=_FILE, default=None, help="The seal, if it is not FILE.seal.")
@click.option("--key", "keys", multiple=True, metavar="HEX", help="Public key of another station that is trusted.")
@profile_option
@json_option
@speaking.speaking
def check(file: Path, seal_file: Path | None, keys: tuple[str, ...], profile: Path, as_json: bool) -> None:
    """Check an exported trail against its seal, or the signature inside it. Exits 1 unless it is intact."""
    from clerk_app.commands.catalogue import read_file

    beside = seal_file or file.with_name(file.name + SUFFIX)
    seal = read_file(beside) if seal_file is not None or beside.exists() else None
    data = read_file(file)
    found = bootstrap.check_export(profile, speaking.passphrase(), data, seal, frozenset(key.lower() for key in keys))
    speaking.tell(_checked(found), _checked_text(found), as_json)
    if found.worth != "good":
        raise SystemExit(1)


def _checked(found: Checked) -> dict[str, Any]:
    seal = found.seal
    return {
        "ok": found.worth == "good",
        "worth": found.worth,
        "words": speaking.said(_WORTH[found.worth]),
        "in_journal": found.entry,
        "sealed": None
        if seal is None
        else {
            "station": seal.station,
            "at": seal.at,
            "who": seal.who,
            "purpose": seal.purpose,
            "rows": seal.rows,
            "entry": seal.entry,
            "key": seal.key,
        },
    }


def _checked_text(found: Checked) -> str:
    said = [speaking.said(_WORTH[found.worth])]
    if found.seal is not None and found.worth != "altered":
        seal, purpose = found.seal, found.seal.purpose or "–"
        said.append(
            speaking.said(
                Words(
                    f"Máy trạm {seal.station}, {seal.who}, {seal.at}: {seal.rows} dòng, mục đích {purpose}.",
                    f"Station {seal.station}, {seal.who}, {seal.at}: {seal.rows} rows, purpose {purpose}.",
                )
            )
        )
    if found.entry:
        said.append(speaking.said(_KNOWN))
    return "\n".join(said)
