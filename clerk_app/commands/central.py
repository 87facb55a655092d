"""`central` and `central enrol`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from clerk_app.commands import speaking
from clerk_app.commands.speaking import json_option
from clerk_app.domain.refusals import Words
from clerk_app.rehearsal import practice_register

_DATA = click.option(
    "--data", "data_dir", type=click.Path(path_type=Path, file_okay=False), default=Path("central-data")
)
_DATABASE = click.option("--database", default=None, help="Database URL; a file in --data by default.")


@click.group(invoke_without_command=True)
@click.option("--practice", is_flag=True, help="Seed the practice users; every dossier is marked as practice.")
@click.option("--listen", default="127.0.0.1:8443", help="HOST:PORT; port 0 takes a free one.")
@_DATA
@_DATABASE
@click.option("--blobs", default=None, help="Folder for sheets; one in --data by default.")
@click.option("--register", "register_url", default=None, help="Address of the licence register.")
@click.option("--tls-cert", type=click.Path(path_type=Path, dir_okay=False), default=None)
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False), default=None)
@click.pass_context
@speaking.speaking
def central(
    ctx: click.Context,
    practice: bool,
    listen: str,
    data_dir: Path,
    database: str | None,
    blobs: str | None,
    register_url: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
) -> None:
    """Run the reference server until it is told to stop."""
    if ctx.invoked_subcommand is not None:
        return
    from clerk_app.central.server import serve

    host, _, port = listen.rpartition(":")
    if not port.isdigit():
        raise click.BadParameter("HOST:PORT", param_hint="--listen")
    with ExitStack() as beside:
        if practice and register_url is None:
            register_url = beside.enter_context(practice_register())
        serve(
            host or "127.0.0.1",
            int(port),
            data_dir,
            database_url=database,
            blobs=blobs,
            practice=practice,
            register_url=register_url,
            tls_cert=tls_cert,
            tls_key=tls_key,
        )


@central.command()
@click.option("--station", required=True, help="Code of the new workstation, such as Q03.")
@click.option("--counter", default="")
@click.option("--office", default="")
@_DATA
@_DATABASE
@json_option
@speaking.speaking
def enrol(station: str, counter: str, office: str, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Print a one-time code with which a workstation joins."""
    from clerk_app.bootstrap import now
    from clerk_app.central.database import database_url, open_database
    from clerk_app.central.stations import new_code

    opened = open_database(database or database_url(data_dir))
    try:
        made = new_code(opened, station, now(), counter, office)
    finally:
        opened.close()
    document = {"code": made.code, "expires_at": made.expires_at.isoformat()}
    words = Words(
        f"Mã ghi danh một lần: {made.code}, dùng trước {made.expires_at:%H:%M %d/%m/%Y}.",
        f"One-time code: {made.code}, use it before {made.expires_at:%H:%M %d/%m/%Y}.",
    )
    speaking.tell(document, speaking.said(words), as_json)
