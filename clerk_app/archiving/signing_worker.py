"""The signing worker: keeps a token's library, its crashes and the PIN out of the desk's process. It does one task.

`python -m clerk_app.archiving.signing_worker`. The PIN comes through the pipe and is written down nowhere; the process
leaves no core and ends when the desk lets go of it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable

import msgspec

from clerk_app.archiving.signing_wire import (
    PIECE,
    WIRE,
    Ask,
    Begin,
    Judge,
    Judged,
    Look,
    Part,
    Piece,
    Prove,
    Proved,
    Ready,
    Say,
    Sign,
    Signed,
    Tokens,
    Trouble,
)
from clerk_app.workers.pipe import Desk

Tell = Callable[[Say], None]


class _Ended(Exception):
    """The desk let go, or said what makes no sense here."""


class _Talk:
    """What was said so far."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(self) -> Ask:
        heard = self._desk.hear()
        if heard is None:
            raise _Ended
        return WIRE.ask_from(heard)

    def say(self, say: Say) -> None:
        self._desk.say(WIRE.message(say))

    def whole(self) -> tuple[bytes, Ask]:
        """The octets that come in pieces, and what is to be done with them."""
        pieces = bytearray()
        while isinstance(ask := self.ask(), Piece):
            pieces += ask.data
        return bytes(pieces), ask


def serve(talk: _Talk) -> None:
    """Answer the one task that is asked for: a look, a judgement, or a list to be signed."""
    data, ask = talk.whole()
    try:
        if isinstance(ask, Judge):
            from clerk_app.archiving.pades import worth

            talk.say(Judged(worth(data, ask.trusted)))
            return
        _with_token(talk, ask)
    except ModuleNotFoundError:
        talk.say(Trouble("SIGN_NOT_INSTALLED"))


def _with_token(talk: _Talk, ask: Ask) -> None:
    from pkcs11.exceptions import PKCS11Error

    from clerk_app.archiving import officer_token

    try:
        if isinstance(ask, Look):
            talk.say(Tokens(officer_token.tokens(ask.module)))
        elif isinstance(ask, Begin):
            _sign_all(talk, ask)
        elif isinstance(ask, Prove):
            with officer_token.opened(ask.begin) as key:
                talk.say(Proved(officer_token.signature(key, ask.text)))
        else:
            raise _Ended
    except officer_token.TokenTrouble as trouble:
        talk.say(Trouble(trouble.code))
    except PKCS11Error as problem:
        talk.say(Trouble(officer_token.trouble(problem).code))


def _sign_all(talk: _Talk, begin: Begin) -> None:
    from clerk_app.archiving import officer_token, pades

    with officer_token.opened(begin) as key:
        signer = pades.signer_of(key)
        talk.say(Ready())
        while True:
            pdf, ask = talk.whole()
            if not isinstance(ask, Sign):
                raise _Ended
            done = pades.signed(pdf, signer)
            for at in range(0, len(done), PIECE):
                talk.say(Part(done[at : at + PIECE]))
            talk.say(Signed())


def main() -> int:
    """Do one task and end."""
    said = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # stdout is for messages only, whatever a library prints
    logging.disable()  # pyHanko's log names the holder of a certificate
    _leave_no_core()
    try:
        serve(_Talk(Desk(said=said)))
    except _Ended:
        return 0
    except (msgspec.MsgspecError, OSError):
        return 2
    return 0


def _leave_no_core() -> None:
    """A library that crashes must not leave the PIN behind in a picture of this process' memory."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
