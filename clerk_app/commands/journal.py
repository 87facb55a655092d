"""`journal verify`, `rebuild`, `trail` and `check`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from clerk_app import bootstrap
from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option, profile_option
from clerk_app.commands.trail import check, trail
from clerk_app.domain.altered import Finding
from clerk_app.domain.refusals import Words


@click.group(cls=speaking.Group)
def journal() -> None:
    """The sealed journal of this workstation, or of central."""


@journal.command()
@profile_option
@click.option("--database", default=None, help="Verify central's database at this URL instead.")
@json_option
@speaking.speaking
def verify(profile: Path, database: str | None, as_json: bool) -> None:
    """Check seals, chain, signatures and projections; sheets too on a workstation."""
    if database:
        from clerk_app.central.verify import verify as verify_central

        found = verify_central(database)
        entries, stations, findings = found.entries, found.stations, found.findings
    else:
        entries, stations, findings = _workstation(profile)
    problems = [str(one) for one in findings]
    document = {
        "entries": entries,
        "stations": stations,
        "ok": not findings,
        "problems": problems,
        "findings": [{"table": one.table, "row": one.row, "kind": one.kind} for one in findings],
    }
    of = "station" if stations == 1 else "stations"
    words = Words(
        f"{entries} mục của {stations} máy trạm: " + ("nguyên vẹn." if not problems else "CÓ VẤN ĐỀ."),
        f"{entries} entries of {stations} {of}: " + ("intact." if not problems else "PROBLEMS."),
    )
    told = [f"{speaking.said(one.words())}{f' ({one.more})' if one.more else ''}" for one in findings]
    speaking.tell(document, "\n".join([speaking.said(words), *told]), as_json)
    if findings:
        raise SystemExit(1)


@journal.command()
@profile_option
@json_option
@speaking.speaking
def rebuild(profile: Path, as_json: bool) -> None:
    """Make the list of dossiers and the search index anew from the sealed entries; says what is still wrong."""
    with closing(bootstrap.open_desk(profile, speaking.passphrase())) as desk:
        desk.journal.rebuild()
        lines, left = desk.journal.opened(""), desk.journal.verify().problems
    words = Words(
        f"Đã lập lại danh sách từ nhật ký: {lines} hồ sơ.",
        f"The list was made anew from the journal: {lines} dossiers.",
    )
    speaking.tell({"dossiers": lines, "problems": list(left)}, "\n".join([speaking.said(words), *left]), as_json)
    if left:
        raise SystemExit(1)


journal.add_command(trail)
journal.add_command(check)


def _workstation(profile: Path) -> tuple[int, int, tuple[Finding, ...]]:
    from clerk_app.store.sheets import SheetStore

    keys, database, kept = bootstrap.open_unlooked(profile, speaking.passphrase())
    try:
        report = kept.verify()
        sheets = SheetStore(profile / "sheets", keys.sheets, database, bootstrap.now)
        found = sheets.verify(kept.removed_here())
        return report.entries, report.stations, (*report.findings, *found)
    finally:
        database.close()
