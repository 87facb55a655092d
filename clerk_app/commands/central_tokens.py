"""`central people token`: which certificates on people's tokens are their second factor."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerk_app.commands import speaking
from clerk_app.commands.central_access import opened_database
from clerk_app.commands.central_places import data_option, database_option
from clerk_app.commands.speaking import json_option
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from clerk_app.central.person_tokens import RegisteredToken

_CERTIFICATES = (".pem", ".crt", ".cer", ".der")


@click.group("token", cls=speaking.Group)
def token() -> None:
    """The PKCS#11 tokens of people: `add`, `list` and `remove` say which certificates are their second factor."""


@token.command()
@click.argument("user")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--authority",
    type=click.Path(path_type=Path),
    envvar="CLERK_TOKEN_AUTHORITY",
    default=None,
    help="File or folder of CA certificates, one of which must have issued it (CLERK_TOKEN_AUTHORITY).",
)
@data_option
@database_option
@json_option
@speaking.speaking
def add(user: str, file: Path, authority: Path | None, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Register the certificate in FILE (PEM or DER) for USER; stations know it after their next contact."""
    from clerk_app.central.people import add_token

    given = _read(file)
    if len(given) != 1:
        raise Refusal(
            "TOKEN_CERTIFICATE",
            Words("Tệp phải có đúng một chứng thư.", "The file must hold one certificate."),
            Words("Xuất riêng chứng thư của người này.", "Export the person's own certificate alone."),
        )
    authorities = _authorities(authority) if authority is not None else []
    with opened_database(data_dir, database) as opened:
        made = add_token(opened, user, given[0], authorities, datetime.now(HANOI))
    whose, mark, until = f"{made.user} ({made.holder})", _spaced(made.certificate), _day(made.expires)
    words = Words(
        f"Token của {whose} đã đăng ký: {mark}, hết hạn {until}.",
        f"The token of {whose} is registered: {mark}, until {until}.",
    )
    speaking.tell(_document(made), speaking.said(words), as_json)


@token.command("list")
@click.argument("user", default="")
@data_option
@database_option
@json_option
@speaking.speaking
def list_(user: str, data_dir: Path, database: str | None, as_json: bool) -> None:
    """Every token that is or was registered, of everybody or of USER."""
    from clerk_app.central.person_tokens import listed

    with opened_database(data_dir, database, upgrade=False) as opened:
        found = listed(opened, user)
    gone, until = speaking.said(Words(" – đã hủy", " – removed")), speaking.said(Words("hết hạn", "until"))
    lines = [
        f"{one.user}  {_spaced(one.certificate)}  {one.holder}, {until} {_day(one.expires)}"
        + ("" if one.removed_ms is None else gone)
        for one in found
    ]
    none = speaking.said(Words("Chưa có token nào được đăng ký.", "No token is registered."))
    speaking.tell({"tokens": [_document(one) for one in found]}, "\n".join(lines) or none, as_json)


@token.command()
@click.argument("user")
@click.argument("fingerprint")
@data_option
@database_option
@json_option
@speaking.speaking
def remove(user: str, fingerprint: str, data_dir: Path, database: str | None, as_json: bool) -> None:
    """The token of USER whose FINGERPRINT (SHA-256, or how it begins) it is counts no more, from now on."""
    from clerk_app.central.people import end_token

    with opened_database(data_dir, database) as opened:
        gone = end_token(opened, user, fingerprint, datetime.now(HANOI))
    words = Words(
        f"Token {_spaced(gone)} của {user} không còn hiệu lực; máy trạm biết ở lần liên lạc tới.",
        f"Token {_spaced(gone)} of {user} counts no more; stations hear of it at their next contact.",
    )
    speaking.tell({"user": user, "certificate": gone, "removed": True}, speaking.said(words), as_json)


def _document(one: RegisteredToken) -> dict[str, object]:
    return {
        "user": one.user,
        "certificate": one.certificate,
        "holder": one.holder,
        "expires": one.expires.isoformat(),
        "added": datetime.fromtimestamp(one.added_ms / 1000, HANOI).isoformat(),
        "removed": one.removed_ms is not None,
    }


def _authorities(path: Path) -> list[Certificate]:
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in _CERTIFICATES)
    return [one for file in files for one in _read(file)] or _read(path)


def _read(path: Path) -> list[Certificate]:
    """Raises `Refusal` TOKEN_FILE, TOKEN_CERTIFICATE."""
    from clerk_app.token_factor import certificates

    try:
        data = path.read_bytes()
    except OSError:
        raise Refusal(
            "TOKEN_FILE",
            Words("Không đọc được tệp chứng thư.", "The file of the certificate cannot be read."),
            Words("Kiểm tra đường dẫn.", "Check the path."),
        ) from None
    return certificates(data)


def _spaced(digest: str) -> str:
    """The first half of a fingerprint as people compare it."""
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


def _day(at: datetime) -> str:
    return f"{at:%d/%m/%Y}"
