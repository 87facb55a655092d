"""`central stations`, `central revoke`, `central restore-user`: who gets in at central."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerk_app.commands import speaking
from clerk_app.commands.central_places import data_option, database_option
from clerk_app.commands.speaking import json_option
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from clerk_app.central.database import Database


@contextmanager
def opened_database(data_dir: Path, database: str | None, upgrade: bool = True) -> Iterator[Database]:
    """Central's database for one command."""
    from clerk_app.central.database import open_database, url_of

    opened = open_database(url_of(database, data_dir), upgrade=upgrade)
    try:
        yield opened
    finally:
        opened.close()


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _shown(at: datetime | None) -> str:
    return f"{at:%H:%M %d/%m/%Y}" if at else "–"


@click.command()
@data_option
@database_option
@json_option
@speaking.speaking
def stations(data_dir: Path, database: str | None, as_json: bool) -> None:
    """Every workstation that was ever enrolled, and when it was heard last."""
    from clerk_app.central.stations import every_station

    with opened_database(data_dir, database, upgrade=False) as opened:
        known = every_station(opened)
    listed = [
        {
            "station": one.code,
            "office": one.office,
            "counter": one.counter,
            "enrolled_at": _time(one.enrolled),
            "revoked_at": _time(one.revoked),
            "heard_at": _time(one.heard),
        }
        for one in known
    ]
    lines = [
        speaking.said(
            Words(
                f"{one.office}  {one.code}  kết nạp {_shown(one.enrolled)}, gửi lần cuối {_shown(one.heard)}"
                + (f", thu hồi {_shown(one.revoked)}" if one.revoked else ""),
                f"{one.office}  {one.code}  enrolled {_shown(one.enrolled)}, last heard {_shown(one.heard)}"
                + (f", revoked {_shown(one.revoked)}" if one.revoked else ""),
            )
        )
        for one in known
    ]
    none = speaking.said(Words("Chưa có máy trạm nào.", "There is no workstation yet."))
    speaking.tell({"stations": listed}, "\n".join(lines) or none, as_json)


@click.command("set-roles")
@click.option("--user", required=True, help="Sign-in name.")
@click.option("--role", "roles", multiple=True, required=True, help="A role of the catalogue in force; repeat it.")
@data_option
@database_option
@json_option
@speaking.speaking
def set_roles(user: str, roles: tuple[str, ...], data_dir: Path, database: str | None, as_json: bool) -> None:
    """Give somebody other roles from now on: at once where there is a line, elsewhere at the next contact."""
    from clerk_app.bootstrap import now
    from clerk_app.central import people

    with opened_database(data_dir, database) as opened:
        made = people.set_roles(opened, user, roles, now())
    listed = ", ".join(made.roles)
    words = Words(f"{made.name} nay có vai trò: {listed}.", f"{made.name} now has the roles: {listed}.")
    speaking.tell({"user": made.id, "name": made.name, "roles": made.roles}, speaking.said(words), as_json)


@click.command()
@click.option("--station", default="", help="Code of a workstation that nothing is taken from any more.")
@click.option("--user", default="", help="Sign-in name of somebody who may not sign in any more.")
@data_option
@database_option
@json_option
@speaking.speaking
def revoke(station: str, user: str, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Take access away, at once where there is a line and at the next contact elsewhere."""
    from clerk_app.bootstrap import now
    from clerk_app.central import people
    from clerk_app.central.stations import revoke as revoke_station

    if bool(station) == bool(user):
        raise click.UsageError("--station or --user")
    with opened_database(data_dir, database) as opened:
        if station:
            revoke_station(opened, station, now())
            words = Words(f"Đã thu hồi máy trạm {station}.", f"Station {station} is revoked.")
        else:
            gone = people.revoke(opened, user, now())
            user = gone.id
            words = Words(f"Đã khóa tài khoản của {gone.name}.", f"{gone.name} is without access.")
    speaking.tell({"station": station, "user": user, "revoked": True}, speaking.said(words), as_json)


@click.command("restore-user")
@click.option("--user", required=True, help="Sign-in name.")
@data_option
@database_option
@json_option
@speaking.speaking
def restore_user(user: str, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Give somebody their access back. A revoked workstation is enrolled anew instead, under another code."""
    from clerk_app.bootstrap import now
    from clerk_app.central import people

    with opened_database(data_dir, database) as opened:
        back = people.restore(opened, user, now())
    words = Words(f"Đã mở lại tài khoản của {back.name}.", f"{back.name} has access again.")
    speaking.tell({"user": back.id, "revoked": False}, speaking.said(words), as_json)


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="A file instead of here.")
@speaking.speaking
def openapi(out: Path | None) -> None:
    """Central's operations described as OpenAPI 3.1 (JSON)."""
    import json

    from clerk_app.central.openapi import document
    from clerk_app.central.routes import OPERATIONS

    text = json.dumps(document(OPERATIONS), ensure_ascii=False, indent=2)
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(text + "\n", "utf-8")
    except OSError:
        raise Refusal(
            "FILE_NOT_WRITTEN",
            Words("Không ghi được tệp.", "The file could not be written."),
            Words("Chọn thư mục khác.", "Choose another folder."),
        ) from None
