"""`central people`: who may sign in, who is behind an account, and second factors."""

from __future__ import annotations

from pathlib import Path

import click

from clerk_app.commands import speaking
from clerk_app.commands.central_access import opened_database
from clerk_app.commands.central_places import data_option, database_option
from clerk_app.commands.central_tokens import token
from clerk_app.commands.speaking import json_option
from clerk_app.domain.refusals import Words


@click.group("people", cls=speaking.Group, invoke_without_command=True)
@click.option("--office", default="", metavar="CODE", help="Only of this office.")
@data_option
@database_option
@json_option
@click.pass_context
@speaking.speaking
def people(ctx: click.Context, office: str, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Everybody who may sign in, and who no longer may; `add`, `person`, `totp` and `token` change it."""
    if ctx.invoked_subcommand is not None:
        return
    from clerk_app.central.people import everybody

    with opened_database(data_dir, database, upgrade=False) as opened:
        known = everybody(opened, office)
    listed = [
        {
            "user": one.id,
            "name": one.name,
            "roles": one.roles,
            "office": one.office,
            "active": one.active,
            "person": one.person,
            "second_factor": bool(one.factor),
            "tokens": [key.certificate for key in one.tokens],
        }
        for one in known
    ]
    closed = speaking.said(Words(" – đã khóa", " – without access"))
    coded = speaking.said(Words(" – có lớp xác thực thứ hai", " – second factor"))
    carried = speaking.said(Words(" – có token", " – token"))
    lines = [
        f"{one.office}  {one.id}  {one.name} ({', '.join(one.roles)})"
        + (f" [{one.person}]" if one.person else "")
        + (coded if one.factor else "")
        + (carried if one.tokens else "")
        + ("" if one.active else closed)
        for one in known
    ]
    none = speaking.said(Words("Chưa có ai.", "There is nobody yet."))
    speaking.tell({"people": listed}, "\n".join(lines) or none, as_json)


@click.command()
@click.option("--user", required=True, help="Sign-in name.")
@click.option("--name", required=True, help="Name as people know them.")
@click.option("--role", "roles", multiple=True, required=True, help="clerk, supervisor, …; repeat it.")
@click.option("--office", required=True, metavar="CODE", help="Code of the office, such as PC08-HN.")
@click.option("--person", default="", help="Staff number of who is behind it: two accounts of one person share it.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File whose first line is the password.",
)
@data_option
@database_option
@json_option
@speaking.speaking
def add(
    user: str,
    name: str,
    roles: tuple[str, ...],
    office: str,
    person: str,
    password_file: Path | None,
    data_dir: Path,
    database: str | None,
    as_json: bool,
) -> None:
    """Somebody who may sign in. The password comes from a file, CLERK_PASSWORD, or is asked for."""
    from clerk_app.central.people import add_user

    with opened_database(data_dir, database) as opened:
        made = add_user(opened, user, name, roles, office, speaking.password_of(password_file), person)
    listed = ", ".join(made.roles)
    words = Words(
        f"Đã thêm {made.name} ({listed}), đăng nhập tại {office} bằng tên {made.id}.",
        f"Added {made.name} ({listed}), who signs in at {office} as {made.id}.",
    )
    document = {
        "user": made.id,
        "name": made.name,
        "roles": made.roles,
        "office": made.office,
        "person": made.person,
    }
    speaking.tell(document, speaking.said(words), as_json)


@people.command()
@click.argument("user")
@click.option("--is", "person", required=True, help="Staff number; empty: the account stands for one itself.")
@data_option
@database_option
@json_option
@speaking.speaking
def person(user: str, person: str, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Say who is behind an account: nobody decides on their own work by a second account."""
    from clerk_app.central.people import name_person

    with opened_database(data_dir, database) as opened:
        known = name_person(opened, user, person)
    words = Words(
        f"Tài khoản {known.id} là của {known.person or known.id}.",
        f"Account {known.id} is {known.person or known.id}'s.",
    )
    speaking.tell({"user": known.id, "person": known.person}, speaking.said(words), as_json)


@people.command()
@click.argument("user")
@click.option("--revoke", is_flag=True, help="The one that was issued counts no more, and none takes its place.")
@data_option
@database_option
@json_option
@speaking.speaking
def totp(user: str, revoke: bool, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Issue a second factor (TOTP, RFC 6238): its secret is shown here, once. The one before counts no more."""
    from clerk_app.central.people import end_factor, issue_factor

    with opened_database(data_dir, database) as opened:
        if revoke:
            known = end_factor(opened, user)
            words = Words(f"Đã hủy lớp xác thực thứ hai của {known.name}.", f"{known.name} has no second factor now.")
            speaking.tell({"user": known.id, "second_factor": False}, speaking.said(words), as_json)
            return
        issued = issue_factor(opened, user)
    document = {"user": issued.user.id, "second_factor": True, "secret": issued.secret, "uri": issued.uri}
    words = Words(
        f"Lớp xác thực thứ hai của {issued.user.name}. Nhập vào ứng dụng xác thực ngay; mã này chỉ hiện một lần:\n"
        f"{issued.secret}\n{issued.uri}\n"
        f"Từ nay mỗi lần đăng nhập cần mã (--totp, CLERK_TOTP); bỏ đi: clerk central people totp {issued.user.id} "
        "--revoke.",
        f"The second factor of {issued.user.name}. Enter it into an authenticator app now; it is shown once:\n"
        f"{issued.secret}\n{issued.uri}\n"
        f"Each sign-in needs its code from now on (--totp, CLERK_TOTP); clerk central people totp {issued.user.id} "
        "--revoke takes it back.",
    )
    speaking.tell(document, speaking.said(words), as_json)


people.add_command(add)
people.add_command(token)
