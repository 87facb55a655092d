"""`central`, `central enrol`, `central publish-catalogue` and who works there."""

from __future__ import annotations

from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path

import click

from clerk_app.commands import (
    central_access,
    central_by_hand,
    central_erase,
    central_messages,
    central_online,
    central_people,
    central_places,
    central_queries,
    central_report,
    central_subject,
    speaking,
)
from clerk_app.commands.central_backup import backup, leave_out, restore
from clerk_app.commands.speaking import json_option
from clerk_app.domain.refusals import Words
from clerk_app.rehearsal import SYSTEMS, practice_systems
from clerk_app.settings import CentralSettings, of_folder

_DATA, _DATABASE = central_places.data_option, central_places.database_option


@click.group(cls=speaking.Group, invoke_without_command=True)
@click.option("--practice", is_flag=True, help="Seed the practice users; every dossier is marked as practice.")
@click.option("--listen", default="127.0.0.1:8443", help="HOST:PORT; port 0 takes a free one.")
@_DATA
@_DATABASE
@central_places.blobs_option
@click.option("--register", "register_url", default=None, help="Address of the licence register.")
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    help="Folder of the rule pack; the one of this tree by default.",
)
@click.option("--catalogue-key", default="", help="Hex Ed25519 key of who may publish the rule pack.")
@click.option("--tls-cert", type=click.Path(path_type=Path, dir_okay=False), default=None)
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False), default=None)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    help="Address of a proxy in front, or its network; repeat it. It alone is believed about who asks.",
)
@click.option(
    "--wait", "wait_s", type=click.FloatRange(0), default=0.0, help="Seconds to wait for a database that is away."
)
@click.option("--metrics-listen", default="", help="HOST:PORT where Prometheus may ask; nowhere without it.")
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
    catalogue: Path | None,
    catalogue_key: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    proxies: tuple[str, ...],
    wait_s: float,
    metrics_listen: str,
) -> None:
    """Run the reference server until it is told to stop."""
    if ctx.invoked_subcommand is not None:
        return
    from clerk_app.central.server import serve
    from clerk_app.imaging.files import WorkerFiles

    host, port = _address(listen, "--listen")
    with central_by_hand.publisher_named(), ExitStack() as beside:
        systems: dict[str, str] = {}
        if practice and register_url is None:
            named = of_folder(data_dir, CentralSettings)
            missing = {one for one in SYSTEMS if not getattr(named, one)}
            systems = beside.enter_context(practice_systems({}, missing))
        serve(
            host,
            port,
            data_dir,
            database_url=database,
            blobs=blobs,
            practice=practice,
            register_url=register_url,
            systems=systems,
            tls_cert=tls_cert,
            tls_key=tls_key,
            catalogue=catalogue,
            catalogue_keys=[_key(catalogue_key)] if catalogue_key else [],
            metrics=_address(metrics_listen, "--metrics-listen") if metrics_listen else None,
            proxies=[_network(one) for one in proxies],
            wait_s=wait_s,
            files=WorkerFiles(),
        )


for _command in (
    central_access.stations,
    central_access.set_roles,
    central_access.revoke,
    central_access.restore_user,
    central_access.openapi,
    central_queries.queries,
    central_queries.orders,
    central_messages.messages,
    central_online.online,
):
    central.add_command(_command)


def _address(text: str, option: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise click.BadParameter("HOST:PORT", param_hint=option)
    return host.strip("[]") or "127.0.0.1", int(port)


def _network(text: str) -> str:
    """A proxy as an address or a network: a name would be compared with addresses, and never fit."""
    try:
        return str(ip_network(text))
    except ValueError:
        raise click.BadParameter("ADDRESS or ADDRESS/BITS", param_hint="--proxy") from None


central.add_command(backup)
central.add_command(restore)
central.add_command(leave_out)


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise click.BadParameter("64 hex digits", param_hint="--catalogue-key")
    return key


@central.command()
@click.option("--station", required=True, help="Code of the new workstation, such as Q03.")
@click.option("--counter", default="")
@click.option("--office", default="", metavar="CODE", help="Only of this office.")
@click.option("--replaces", default="", help="Code of the lost station whose place it takes: that one is revoked.")
@_DATA
@_DATABASE
@json_option
@speaking.speaking
def enrol(
    station: str, counter: str, office: str, replaces: str, data_dir: Path, database: str | None, as_json: bool
) -> None:
    """Print a one-time code with which a workstation joins."""
    from clerk_app.bootstrap import now
    from clerk_app.central import replacing
    from clerk_app.central.database import open_database, url_of
    from clerk_app.central.stations import new_code

    opened = open_database(url_of(database, data_dir))
    try:
        if replaces:
            place = replacing.find_lost(opened, replaces)
            counter, office = counter or place.counter, office or place.office
        made = new_code(opened, station, now(), counter, office)
        record = replacing.replace(opened, replaces, station, now()) if replaces else None
    finally:
        opened.close()
    document: dict[str, object] = {"code": made.code, "expires_at": made.expires_at.isoformat()}
    if record is not None:
        document["replaces"] = replacing.told(record)
    words = Words(
        f"Mã ghi danh một lần: {made.code}, dùng trước {made.expires_at:%H:%M %d/%m/%Y}.",
        f"One-time code: {made.code}, use it before {made.expires_at:%H:%M %d/%m/%Y}.",
    )
    speaking.tell(document, speaking.said(words), as_json)


@central.command("publish-catalogue")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--catalogue-key", default="", help="Hex Ed25519 key of who may publish the rule pack.")
@_DATA
@_DATABASE
@json_option
@speaking.speaking
def publish_catalogue(folder: Path, catalogue_key: str, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Hand out a newer signed rule pack, at once where central runs; stations take it over by themselves."""
    from clerk_app.bootstrap import now
    from clerk_app.central.database import open_database, url_of
    from clerk_app.central.law import publishers
    from clerk_app.central.packs import PublishedPacks, catalogue_folder

    opened = open_database(url_of(database, data_dir))
    try:
        given = [_key(catalogue_key)] if catalogue_key else []
        done = PublishedPacks(opened, publishers(catalogue_folder(), given, opened.practice)).publish(folder, now())
    finally:
        opened.close()
    words = Words(
        f"Đã phát hành danh mục {done.version}."
        if done.new
        else f"Danh mục {done.version} đã được phát hành trước đó.",
        f"Published catalogue {done.version}." if done.new else f"Catalogue {done.version} was published before.",
    )
    document = {"version": done.version, "digest": done.digest.hex(), "new": done.new}
    speaking.tell(document, speaking.said(words), as_json)


@central.command("add-office")
@click.option("--code", required=True)
@click.option("--name-vi", required=True)
@click.option("--name-en", required=True)
@click.option("--unit-code", required=True, help="What dossier codes begin with, such as G01.801.308.")
@click.option("--counter", "counters", multiple=True, required=True, help="Code of a counter; repeat it.")
@_DATA
@_DATABASE
@json_option
@speaking.speaking
def add_an_office(
    code: str,
    name_vi: str,
    name_en: str,
    unit_code: str,
    counters: tuple[str, ...],
    data_dir: Path,
    database: str | None,
    as_json: bool,
) -> None:
    """A reception office and its counters."""
    from clerk_app.central.database import open_or_make, url_of
    from clerk_app.central.people import add_office

    # The first office makes the database of a central for real work; a practice one stays what it is.
    opened = open_or_make(url_of(database, data_dir))
    try:
        add_office(opened, code, Words(name_vi, name_en), unit_code, counters)
    finally:
        opened.close()
    listed = ", ".join(counters)
    words = Words(
        f"Đã thêm đơn vị {code}, {name_vi}, với các quầy {listed}.",
        f"Added office {code}, {name_en}, with counters {listed}.",
    )
    document = {"office": code, "unit_code": unit_code, "counters": list(counters)}
    speaking.tell(document, speaking.said(words), as_json)


central.add_command(central_subject.subject)
central_subject.subject.add_command(central_erase.erase)
central_subject.subject.add_command(central_erase.erasures)
central.add_command(central_people.people)
central.add_command(central_people.add, "add-user")
central.add_command(central_report.report)
central.add_command(central_by_hand.take)
central.add_command(central_by_hand.grace)
