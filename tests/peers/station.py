"""A station that can do anything wrong: requests signed by hand, or with one thing about them that is not right."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from time import time
from typing import Any, TypeVar
from uuid import uuid4

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import wire
from tests.peers.central import CentralProcess

T = TypeVar("T")
TIMEOUT_S = 30


def code_of(reply: requests.Response) -> str:
    """The code of a refusal, the empty text for what was done."""
    return "" if reply.ok else wire.unpack(reply.content, wire.Problem).code


def read(reply: requests.Response, kind: type[T]) -> T:
    assert reply.status_code == 200, (reply.status_code, code_of(reply))
    return wire.unpack(reply.content, kind)


@dataclass
class Station:
    """An enrolled station with its key and its token."""

    central: CentralProcess
    code: str
    seed: bytes
    central_id: str = ""
    token: str = ""

    @classmethod
    def enrolled(cls, central: CentralProcess, code: str, *users: str) -> Station:
        """A station that was enrolled as every other, and whoever signed in there."""
        seed = secrets.token_bytes(32)
        uplink = central.enrol(code, *users, seed=seed)
        station = cls(central, code, seed, uplink.central_id)
        uplink.close()
        station.token = read(station.ask_token(), wire.Token).access_token
        return station

    def assertion(self, **other: object) -> str:
        now = int(time())
        claims = {"iss": self.code, "sub": self.code, "aud": self.central_id, "iat": now, "exp": now + 60}
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        return jwt.encode({**claims, "jti": str(uuid4()), **other}, key, "EdDSA")

    def ask_token(self, **other: object) -> requests.Response:
        asked = wire.pack(wire.TokenAsked(self.assertion(**other)))
        return requests.post(f"{self.central.url}/v1/token", asked, headers={"Connection": "close"}, timeout=TIMEOUT_S)

    def proof(
        self, method: str, target: str, body: bytes = b"", seed: bytes = b"", token: str = "", created: int = 0
    ) -> str:
        """A proof as the station makes it, by another key, for another token or at another time."""
        made, mark = created or int(time()), wire.body_mark(body) if body else ""
        said = wire.proof_text(method, target, made, token or self.token, mark)
        signed = Ed25519PrivateKey.from_private_bytes(seed or self.seed).sign(said)
        head = f"{made}.{mark}" if mark else str(made)
        return f"{head}.{base64.urlsafe_b64encode(signed).decode().rstrip('=')}"

    def ask(
        self,
        method: str,
        target: str,
        message: object = None,
        proof: str | None = None,
        token: str | None = None,
        **headers: str,
    ) -> requests.Response:
        """One request, right in everything that is not given."""
        body: Any = message if isinstance(message, bytes) else b"" if message is None else wire.pack(message)
        named = b"" if method == "PATCH" else body
        sent = {
            "Authorization": f"Bearer {self.token if token is None else token}",
            "Proof": self.proof(method, target, named) if proof is None else proof,
            "Connection": "close",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return requests.request(method, self.central.url + target, data=body or None, headers=sent, timeout=TIMEOUT_S)

    def push(self, *sealed: wire.Sealed) -> requests.Response:
        return self.ask("POST", "/v1/entries", wire.Batch(list(sealed)))
