"""Whoever works at central's own console proves who they are as at a desk: by password, and an app or a token."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clerk_app.commands import central_places, speaking
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from clerk_app.central.carried_in import CarriedIn
    from clerk_app.central.rules import Law
    from clerk_app.domain.token_proofs import Purpose, Second
    from clerk_app.wire import User

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Console:
    """Who says they sit there, the PKCS#11 library of their token, and where central keeps what it knows."""

    user: str
    password_file: Path | None
    token_module: str
    data_dir: Path
    database: str | None
    blobs: str | None

    @contextmanager
    def open(self) -> Iterator[At]:
        """Central for this one command. Raises `Refusal` USER_MISSING, and as `by_hand.opened`."""
        from clerk_app.central.by_hand import opened
        from clerk_app.commands.looking import user_missing

        if not self.user:
            raise user_missing()
        with opened(self.data_dir, self.database, self.blobs) as central:
            yield At(self, central, central.register.law.standing(), central.clock())


@dataclass(frozen=True, slots=True)
class At:
    """Central as it is open there, the law of today and the moment."""

    console: Console
    central: CarriedIn
    law: Law
    now: datetime

    def who(self, scope: str, purpose: str) -> User:
        """The person named by --as, who may do this for that purpose. Raises `Refusal` as `subject.prove`, TOKEN_…."""
        from clerk_app.central import subject

        user, password, second = self._proof()
        return subject.prove(self.central.database, self.law, user, password, second, purpose, self.now, scope)

    def who_may(self, scope: str) -> User:
        """The same where no purpose is asked for. Raises `Refusal` as `subject.proven_person`, TOKEN_…."""
        from clerk_app.central import subject

        user, password, second = self._proof()
        return subject.proven_person(self.central.database, self.law, user, password, second, self.now, scope)

    def agrees(self, user: str, password_file: Path, code: str, by_token: bool, scope: str, about: str) -> User:
        """A second person, who agrees to what has this digest; it is the very thing that their token signs.

        Raises `Refusal` as `subject.proven_person`, TOKEN_….
        """
        from clerk_app.central import subject

        second: Second = code
        if by_token and not code:
            second = self._signed(user, "grant", about, speaking.token_pin("CLERK_SECOND_TOKEN_PIN"))
        password = speaking.password_of(password_file)
        return subject.proven_person(
            self.central.database, self.law, user, password, second, self.now, scope, "grant", about
        )

    def _proof(self) -> tuple[str, str, Second]:
        user, second = self.console.user, speaking.totp_code()
        password = speaking.password_of(self.console.password_file)
        if second or not speaking.token_wanted():
            return user, password, second
        return user, password, self._signed(user, "sign-in", "", speaking.token_pin())

    def _signed(self, user: str, purpose: Purpose, about: str, pin: str) -> Second:
        """What the token signs that is plugged in here and registered for this account."""
        from clerk_app.bootstrap import token_reader_of
        from clerk_app.central import person_tokens
        from clerk_app.central.subject import CONSOLE
        from clerk_app.desk.tokens import registered
        from clerk_app.domain.people import sign_in_name
        from clerk_app.domain.token_proofs import TokenProof
        from clerk_app.settings import Settings
        from clerk_app.token_factor import challenge, other_token, signer_of

        reader = token_reader_of(Settings(signing_module=self.console.token_module))
        if reader is None:
            raise _no_module()
        name = sign_in_name(user)
        with self.central.database.read() as connection:
            keys = person_tokens.keys_of(connection, name)
        # Asked first, so that it takes as long for a name that nobody has.
        found = registered(reader.tokens(), keys)
        if not found:
            raise other_token()
        token = max(found, key=lambda one: one.expires)
        asked = challenge(purpose, CONSOLE, name, self.now, about)
        proof = TokenProof(asked, token.certificate_sha256, reader.answer(token, pin, asked.text()))
        signer_of(proof, keys)
        return proof


def console_options(command: Callable[..., R]) -> Callable[..., R]:
    """`--as`, `--password-file`, `--totp` or `--token` with `--token-module`, and the places of central; together they
    are what the command gets as `console`.
    """

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> R:
        given = {one.name: kwargs.pop(one.name) for one in fields(Console)}
        return command(*args, console=Console(**given), **kwargs)

    module = click.option(
        "--token-module",
        envvar="CLERK_TOKEN_MODULE",
        default="",
        metavar="FILE",
        help="PKCS#11 library of the tokens that are plugged in here (CLERK_TOKEN_MODULE).",
    )
    placed = central_places.data_option(central_places.database_option(central_places.blobs_option(wrapped)))
    return speaking.person_options(module(placed))


def _no_module() -> Refusal:
    return Refusal(
        "TOKEN_NOT_SET",
        Words("Chưa nói thư viện nào đọc token ở máy này.", "Nothing says which library reads tokens here."),
        Words(
            "Thêm --token-module (hoặc CLERK_TOKEN_MODULE) là thư viện PKCS#11 của token.",
            "Give --token-module (or CLERK_TOKEN_MODULE), the token's PKCS#11 library.",
        ),
    )
