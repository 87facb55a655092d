"""Signatures on archive copies: the side of the desk. Each task has a worker process of its own, which ends with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import msgspec

from clerk_app.archiving.faults import SIGN, fault
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
    Token,
    Tokens,
    Trouble,
    Worth,
)
from clerk_app.desk.page_ports import SigningToken
from clerk_app.workers.pipe import Worker, WorkerLost, WorkerSilent, python

PACKAGES = ("pyhanko", "pkcs11")
_CERTIFICATES = (".pem", ".crt", ".cer", ".der")


class Pkcs11Signer:
    """Fulfils `page_ports.Signer`. Nothing of the token's library or of pyHanko is ever loaded here."""

    def __init__(
        self,
        module: str,
        trust: Path | None = None,
        command: Sequence[str] = (),
        patience_s: float = 60.0,
    ) -> None:
        """`module` is the path of the token's PKCS#11 library, `trust` a file or folder of the office's certificates.

        `patience_s` is for one answer: a token that asks its holder to press a button takes its time.
        """
        self._module = module
        self._trust = trust
        self._command = tuple(command) or python("clerk_app.archiving.signing_worker")
        self._patience_s = patience_s

    def available(self) -> bool:
        """Whether a module is set and the optional package is there; loads nothing."""
        return bool(self._module) and all(find_spec(name) is not None for name in PACKAGES)

    def tokens(self) -> tuple[SigningToken, ...]:
        """Every certificate that can sign. Raises `DeviceFault` `SIGN_…`."""
        with self._worker() as worker:
            self._tell(worker, Look(self._module))
            said = self._hear(worker)
            if not isinstance(said, Tokens):
                raise fault("SIGN_CRASHED")
            return tuple(_token(one) for one in said.tokens)

    def sign(
        self, pdfs: Sequence[bytes], token: SigningToken, pin: str, on_signed: Callable[[int, bytes], None]
    ) -> None:
        """Sign each copy; `on_signed` gets its index and the signed bytes.

        A wrong PIN costs one try, whatever the list is long. The last one is spent only when `token` already says that
        it is the last: else `SIGN_PIN_LAST_TRY` asks for a look first. Raises `DeviceFault` `SIGN_…`.
        """
        last_try = token.state == "last_try"
        with self._worker() as worker:
            self._tell(worker, Begin(self._module, token.serial, token.certificate_sha256, last_try, pin))
            if not isinstance(self._hear(worker), Ready):
                raise fault("SIGN_CRASHED")
            for number in range(len(pdfs)):
                on_signed(number, self._signed(worker, pdfs[number]))

    def answer(self, token: SigningToken, pin: str, text: bytes, last_try: bool = False) -> bytes:
        """What the token signs for this text. A wrong PIN costs one try; the last one is spent only with `last_try`.

        Raises `DeviceFault` `SIGN_…`.
        """
        begin = Begin(self._module, token.serial, token.certificate_sha256, last_try, pin)
        with self._worker() as worker:
            self._tell(worker, Prove(begin, text))
            said = self._hear(worker)
            if not isinstance(said, Proved):
                raise fault("SIGN_CRASHED")
            return said.signature

    def verdict(self, pdf: bytes) -> Worth:
        """What the signature on these bytes is worth against the office's certificates.

        Raises `DeviceFault`: SIGN_TRUST_UNREADABLE, SIGN_CRASHED, SIGN_SILENT.
        """
        trusted = self._trusted()
        with self._worker(needs_module=False) as worker:
            self._hand_over(worker, pdf)
            self._tell(worker, Judge(trusted))
            said = self._hear(worker)
            if not isinstance(said, Judged):
                raise fault("SIGN_CRASHED")
            return said.worth

    def _signed(self, worker: Worker, pdf: bytes) -> bytes:
        self._hand_over(worker, pdf)
        self._tell(worker, Sign())
        signed = bytearray()
        while isinstance(said := self._hear(worker), Part):
            signed += said.data
        if not isinstance(said, Signed):
            raise fault("SIGN_CRASHED")
        return bytes(signed)

    def _trusted(self) -> tuple[bytes, ...]:
        from clerk_app.archiving.certificates import read

        if self._trust is None:
            return ()
        try:
            files = [self._trust]
            if self._trust.is_dir():
                files = sorted(file for file in self._trust.iterdir() if file.suffix.lower() in _CERTIFICATES)
            found = tuple(file.read_bytes() for file in files)
            if not any(read(data) for data in found):
                raise fault("SIGN_TRUST_UNREADABLE")
        except (OSError, ValueError):
            raise fault("SIGN_TRUST_UNREADABLE") from None
        return found

    # ---- the worker

    @contextmanager
    def _worker(self, *, needs_module: bool = True) -> Iterator[Worker]:
        """A worker for one task; whatever it does wrong becomes a fault, and it never outlives the task."""
        if needs_module and not self._module:
            raise fault("SIGN_NOT_SET")
        if not all(find_spec(name) is not None for name in PACKAGES):
            raise fault("SIGN_NOT_INSTALLED")
        try:
            worker = Worker(self._command)
        except WorkerLost:
            raise fault("SIGN_CRASHED") from None
        try:
            yield worker
        finally:
            worker.close()

    def _hand_over(self, worker: Worker, pdf: bytes) -> None:
        for at in range(0, len(pdf), PIECE):
            self._tell(worker, Piece(pdf[at : at + PIECE]))

    def _tell(self, worker: Worker, ask: Ask) -> None:
        try:
            worker.tell(WIRE.message(ask), self._patience_s)
        except WorkerSilent:
            raise fault("SIGN_SILENT") from None
        except WorkerLost:
            raise fault("SIGN_CRASHED") from None

    def _hear(self, worker: Worker) -> Say:
        try:
            heard = worker.hear(self._patience_s)
            if heard is None:
                raise WorkerLost
            said = WIRE.say_from(heard)
        except WorkerSilent:
            raise fault("SIGN_SILENT") from None
        except (WorkerLost, msgspec.MsgspecError):
            raise fault("SIGN_CRASHED") from None
        if isinstance(said, Trouble):
            raise fault(said.code if said.code in SIGN else "SIGN_CRASHED")
        return said


def _token(one: Token) -> SigningToken:
    return SigningToken(one.label, one.serial, one.holder, one.certificate_sha256, one.expires, one.state, one.tries)
