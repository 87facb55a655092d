"""`central online`: what citizens sent through the portal, as central has it. Nobody's data is in it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from clerk_app.commands import speaking
from clerk_app.commands.central_access import opened_database
from clerk_app.commands.central_by_hand import PublisherKey, publisher_named
from clerk_app.commands.central_places import blobs_option, data_option, database_option
from clerk_app.commands.speaking import json_option
from clerk_app.domain.refusals import Refusal, Words


@click.group(cls=speaking.Group)
def online() -> None:
    """Dossiers from the national portal: what came, what waits and why; look for more now."""


@online.command("list")
@data_option
@database_option
@json_option
@speaking.speaking
def list_arrivals(data_dir: Path, database: str | None, as_json: bool) -> None:
    """Every submission by the portal's code: taken, waiting for what could not be read, or refused, and why."""
    from clerk_app.central.online import arrivals

    with opened_database(data_dir, database) as opened:
        found = arrivals(opened)
    lines = [f"{one.code}  {one.office or '–'}  {one.state}  {one.cause or '–'}  {one.dossier}" for one in found]
    document = [
        asdict(one) | {"dossier": str(one.dossier)} | {name: getattr(one, name).isoformat() for name in _MOMENTS}
        for one in found
    ]
    text = "\n".join(lines) or speaking.said(Words("Chưa có hồ sơ trực tuyến nào.", "Nothing was sent online yet."))
    speaking.tell({"submissions": document}, text, as_json)


_MOMENTS = ("sent_at", "arrived_at")


@online.command()
@data_option
@database_option
@blobs_option
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    help="Folder of the rule pack; the one of this tree by default.",
)
@click.option("--catalogue-key", type=PublisherKey(), default=None, help="Hex Ed25519 key of who may publish.")
@json_option
@speaking.speaking
def pull(
    data_dir: Path,
    database: str | None,
    blobs: str | None,
    catalogue: Path | None,
    catalogue_key: bytes | None,
    as_json: bool,
) -> None:
    """Look at the portal now for what citizens sent; beside a running central nothing is written twice."""
    from clerk_app.central.app import hanoi_now
    from clerk_app.central.by_hand import opened
    from clerk_app.central.online import Online
    from clerk_app.central.registers.joined import joined
    from clerk_app.central.registers.portal import HttpPortal
    from clerk_app.imaging.files import WorkerFiles
    from clerk_app.settings import CentralSettings, of_folder

    with joined(of_folder(data_dir, CentralSettings), hanoi_now) as registers:
        if not isinstance(registers.portal, HttpPortal):
            raise Refusal(
                "PORTAL_NOT_JOINED",
                Words("Trung tâm này chưa nối với Cổng Dịch vụ công.", "No portal is joined to this central."),
                Words("Đặt national_portal trong settings.json.", "Set national_portal in settings.json."),
            )
        publishers = [catalogue_key] if catalogue_key else []
        with publisher_named(), opened(data_dir, database, blobs, catalogue, publishers) as parts:
            fetched = Online(parts.database, parts.register, registers.portal, hanoi_now, WorkerFiles()).fetch()
    if fetched.problem:
        raise Refusal(
            "PORTAL_SILENT",
            Words(f"Cổng không trả lời ({fetched.problem}).", f"The portal is silent ({fetched.problem})."),
            Words("Không mất gì; làm lại sau.", "Nothing is lost; try again later."),
        )
    text = speaking.said(
        Words(
            f"Đã ghi {fetched.written}, chờ {fetched.waiting}, từ chối {fetched.refused}.",
            f"{fetched.written} written, {fetched.waiting} waiting, {fetched.refused} refused.",
        )
    )
    speaking.tell(asdict(fetched), text, as_json)
