"""How commands speak: options they share, errors as `code: words. remedy`, results as words or one JSON document."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from clerk_app import settings
from clerk_app.commands.remedies import REMEDIES
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from clerk_app.desk.desk import Desk
    from clerk_app.desk.tokens import Tokens
    from clerk_app.domain.token_proofs import Purpose, Second

P = ParamSpec("P")
R = TypeVar("R")

_CODE = "clerk.totp"
_TOKEN = "clerk.token"


class Group(click.Group):
    """A group whose help says what each command does in whole sentences."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command that is not hidden, each with its first sentence."""
        known = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, one.get_short_help_str(300)) for name, one in known if one is not None and not one.hidden]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def language() -> str:
    """The language of the command line: `CLERK_LANGUAGE`, Vietnamese otherwise."""
    return "en" if os.environ.get("CLERK_LANGUAGE", "vi").lower().startswith("en") else "vi"


def said(words: Words) -> str:
    """The sentence in the language of the command line."""
    return words.of(language())


def named(name: str, code: str, words: Words) -> dict[str, str]:
    """A value of a JSON document: its code, which stays as it is, and beside it what people call it."""
    return {name: code, f"{name}_name": said(words)}


def told_at(at: datetime | None) -> str | None:
    """A moment in a JSON document: ISO 8601 in Hanoi's time, whatever zone it was written in."""
    return in_hanoi(at).isoformat(timespec="seconds") if at is not None else None


def tell(document: Any, text: str, as_json: bool) -> None:
    """Print one JSON document, or the words for people."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else text)


def listed(document: Mapping[str, Any]) -> list[str]:
    """A document for people: a line a value, indented lines where there are several, yes and no, – for nothing."""
    lines: list[str] = []
    for name, value in document.items():
        if isinstance(value, Mapping):
            value = [{"": key, " ": what} for key, what in value.items()]
        if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            lines += [f"{name}:", *(f"  {_line(one)}" for one in value if _line(one))]
        elif isinstance(value, list):
            lines.append(f"{name}: {', '.join(map(_word, value)) or '–'}")
        else:
            lines.append(f"{name}: {_word(value)}")
    return lines


def _line(row: Mapping[str, Any]) -> str:
    return " · ".join(_word(value) for value in row.values() if value not in ("", None))


def _word(value: object) -> str:
    if isinstance(value, bool):
        return said(Words("có", "yes") if value else Words("không", "no"))
    return "–" if value in ("", None) else str(value)


def refused(refusal: Refusal) -> str:
    """`code: words. remedy` on one line; the remedy is the one that helps at the command line."""
    words, remedy = said(refusal.words).strip(), said(REMEDIES.get(refusal.code, refusal.remedy)).strip()
    return f"{refusal.code}: {words} {remedy}".rstrip()


def speaking(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what a command is refused into a line on stderr and exit code 1; never a traceback."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Refusal as refusal:
            click.echo(refused(refusal), err=True)
            raise SystemExit(1) from None

    return wrapped


def profile_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--profile DIR`: a throw-away desk, or another one."""
    return click.option(
        "--profile",
        type=click.Path(path_type=Path, file_okay=False),
        default=settings.default_profile,
        help="Folder of the workstation's profile (CLERK_PROFILE).",
    )(command)


def json_option(command: Callable[P, R]) -> Callable[P, R]:
    """`--json`: one JSON document."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def person_options(command: Callable[P, R]) -> Callable[P, R]:
    """`--as`, `--password-file`, and `--totp` or `--token`; or CLERK_USER, CLERK_PASSWORD, CLERK_TOTP."""
    command = second_options(command)
    command = click.option(
        "--password-file",
        type=click.Path(path_type=Path, dir_okay=False),
        default=None,
        help="File whose first line is the password.",
    )(command)
    return click.option("--as", "user", envvar="CLERK_USER", default="", help="Sign-in name (CLERK_USER).")(command)


def second_options(command: Callable[P, R]) -> Callable[P, R]:
    """`--totp` or `--token`; or CLERK_TOTP."""
    command = click.option(
        "--token",
        is_flag=True,
        expose_value=False,
        callback=_keep_token,
        help="The second factor is the token that is plugged in; its PIN is CLERK_TOKEN_PIN, or asked for.",
    )(command)
    return click.option(
        "--totp",
        envvar="CLERK_TOTP",
        default="",
        expose_value=False,
        callback=_keep_code,
        help="Code of the second factor, where one was issued (CLERK_TOTP).",
    )(command)


def _keep_code(context: click.Context, _option: click.Parameter, code: str) -> None:
    context.meta[_CODE] = code


def _keep_token(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    context.meta[_TOKEN] = wanted


def second(desk: Desk, purpose: Purpose, user: str, about: str = "") -> Second:
    """What stands for the second factor of the command that runs: the code that was given, or what the token signs for
    this. Raises `DeviceFault` and `Refusal` as `desk.tokens.Tokens.prove`, and `TOKEN_PIN_MISSING`.
    """
    return second_of(desk.tokens, purpose, user, about)


def second_of(tokens: Tokens, purpose: Purpose, user: str, about: str = "") -> Second:
    """As `second`, where no desk is open."""
    code = totp_code()
    if code or not token_wanted():
        return code
    return tokens.prove(purpose, user, token_pin(), about)


def token_wanted() -> bool:
    """Whether the command that runs was given `--token`."""
    return bool(click.get_current_context().meta.get(_TOKEN, False))


def token_pin(variable: str = "CLERK_TOKEN_PIN") -> str:
    """The token's PIN: this variable, or asked for where somebody can type. Raises `Refusal`."""
    if variable in os.environ:
        return os.environ[variable]
    if os.isatty(0):
        return str(click.prompt("PIN token / Token PIN", hide_input=True, err=True))
    raise Refusal(
        "TOKEN_PIN_MISSING",
        Words("Thiếu PIN của token.", "The token's PIN is missing."),
        Words(f"Đặt biến {variable}.", f"Set {variable}."),
    )


def totp_code() -> str:
    """The code of the second factor that was given with the command that runs, or the empty text."""
    return str(click.get_current_context().meta.get(_CODE, ""))


def password_of(password_file: Path | None) -> str:
    """The password from its file or CLERK_PASSWORD; asked for only where somebody can type. Raises `Refusal`."""
    if password_file is not None:
        try:
            return password_file.read_text("utf-8").splitlines()[0]
        except (OSError, IndexError):
            raise Refusal(
                "PASSWORD_FILE",
                Words("Không đọc được tệp mật khẩu.", "The password file cannot be read."),
                Words("Kiểm tra đường dẫn của --password-file.", "Check the path given with --password-file."),
            ) from None
    if "CLERK_PASSWORD" in os.environ:
        return os.environ["CLERK_PASSWORD"]
    if os.isatty(0):
        return str(click.prompt("Mật khẩu / Password", hide_input=True, err=True))
    raise Refusal(
        "PASSWORD_MISSING",
        Words("Thiếu mật khẩu.", "The password is missing."),
        Words("Dùng --password-file hoặc biến CLERK_PASSWORD.", "Give --password-file or set CLERK_PASSWORD."),
    )


def passphrase() -> str:
    """The workstation's passphrase, where it has one: CLERK_PASSPHRASE, or the first line of CLERK_PASSPHRASE_FILE."""
    if named := os.environ.get("CLERK_PASSPHRASE_FILE"):
        try:
            return Path(named).read_text("utf-8").splitlines()[0]
        except (OSError, IndexError):
            return ""
    return os.environ.get("CLERK_PASSPHRASE", "")
