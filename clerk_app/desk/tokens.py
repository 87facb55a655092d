"""A person's token at this desk: after its own PIN it signs a challenge of this desk; each answer counts once."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from clerk_app.desk.counter import NO_LINE, Counter
from clerk_app.desk.page_ports import SigningToken
from clerk_app.desk.ports import Central, Users
from clerk_app.domain.people import sign_in_name
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.token_proofs import Challenge, Purpose, Second, TokenProof
from clerk_app.token_factor import challenge, check_challenge, other_token, signer_of, used_before
from clerk_app.wire import TokenKey

_MOST_OPEN = 32
"""Answers that wait to be used; older ones are forgotten."""


class TokenReader(Protocol):
    """People's tokens behind a PKCS#11 library. All methods raise `DeviceFault` (`TOKEN_…`)."""

    def available(self) -> bool:
        """Whether a library is set and the optional package is there; loads nothing."""
        ...

    def tokens(self) -> tuple[SigningToken, ...]:
        """Every certificate that can sign, on every token that is plugged in."""
        ...

    def answer(self, token: SigningToken, pin: str, text: bytes, last_try: bool = False) -> str:
        """What the token signs for this text, in hex as `TokenProof`. A wrong PIN costs one try; the last one is spent
        only where the person knows that it is (`last_try`).
        """
        ...


class Tokens:
    """Asks tokens, and knows which answers it got and which of them were used."""

    def __init__(self, counter: Counter, central: Central, users: Users, reader: TokenReader | None = None) -> None:
        """`reader` is None where no token library is set."""
        self._counter = counter
        self._central = central
        self._users = users
        self._reader = reader
        self._open: OrderedDict[str, Challenge] = OrderedDict()
        self._warned: set[str] = set()
        """Serial numbers of tokens of which somebody was told here that one try is left."""

    @property
    def offered(self) -> bool:
        """Whether tokens can be read here at all; asks no token."""
        return self._reader is not None and self._reader.available()

    def prove(self, purpose: Purpose, user: str, pin: str, about: str = "") -> TokenProof:
        """Let the token of `user` sign a fresh challenge. Blocks for as long as the token takes.

        `about` is the digest of what was shown (a decision), or the account whose wait shall end (`unlock`). No PIN is
        tried on a token that is not registered for them. Raises `DeviceFault` `TOKEN_…`, `Refusal`
        `PROOF_OTHER_TOKEN`, `PROOF_EXPIRED`, `PROOF_WRONG`.
        """
        reader, name = self._reader, sign_in_name(user)
        if reader is None:
            raise not_set()
        about = sign_in_name(about) if purpose == "unlock" else about
        there = reader.tokens()
        token, keys = self._theirs(name, there)
        asked = challenge(purpose, self._counter.station.station, name, self._counter.clock(), about)
        try:
            signature = reader.answer(token, pin, asked.text(), token.serial in self._warned)
        except Refusal as refusal:
            if refusal.code in ("TOKEN_PIN_LAST_TRY", "TOKEN_PIN_WRONG_ONE_LEFT"):
                self._warned.add(token.serial)
            raise
        self._warned.discard(token.serial)
        proof = TokenProof(asked, token.certificate_sha256, signature)
        signer_of(proof, keys)
        self._open[asked.nonce] = asked
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)
        return proof

    def take(self, second: Second, purpose: Purpose, user: str, about: str = "") -> None:
        """Use an answer up: it must be to a challenge of this desk, for this, just now. Who signed it, the desk's store
        or central says. Nothing happens where `second` is a code.

        Raises `Refusal` `PROOF_USED`, `PROOF_WRONG`, `PROOF_CLOCK`.
        """
        if not isinstance(second, TokenProof):
            return
        if self._open.pop(second.challenge.nonce, None) != second.challenge:
            raise used_before()
        here = self._counter
        check_challenge(second.challenge, here.station.station, user, (purpose,), here.clock(), about)

    def _theirs(self, user: str, there: tuple[SigningToken, ...]) -> tuple[SigningToken, list[TokenKey]]:
        """The token among those that is registered for this person, as this desk or else central knows them."""
        known = self._users.find(user)
        keys = list(known.tokens) if known is not None and known.active else []
        found = registered(there, keys)
        if not found:
            # They may be new here, or have a new token.
            keys = self._as_central_knows(user)
            found = registered(there, keys)
        if not found:
            # Whoever stands here may have typed any name: it is not said whether there is such a person.
            raise other_token()
        return max(found, key=lambda one: one.expires), keys

    def _as_central_knows(self, user: str) -> list[TokenKey]:
        try:
            people = self._central.people().people
        except Refusal as refusal:
            if refusal.code not in NO_LINE:
                raise
            return []
        return next((one.tokens for one in people if one.id == user and one.active), [])


def registered(there: tuple[SigningToken, ...], keys: list[TokenKey]) -> list[SigningToken]:
    """Those of the tokens that have one of these keys."""
    wanted = {key.certificate for key in keys}
    return [one for one in there if one.certificate_sha256 in wanted]


def not_set() -> Refusal:
    """No token library is set at this desk."""
    return Refusal(
        "TOKEN_NOT_SET",
        Words("Máy trạm này chưa đặt thư viện đọc token.", "No token library is set up at this desk."),
        Words(
            "Đặt signing_module trong settings.json là thư viện PKCS#11 của token, hoặc làm ở máy đọc được token.",
            "Set signing_module in settings.json to the token's PKCS#11 library, or go to a desk that reads tokens.",
        ),
    )
