"""Proof that a request comes from an enrolled station.

A station signs an assertion with its key (RFC 7523, a JWT with EdDSA) and gets a short-lived token. A token alone opens
nothing: every request also carries a proof, a signature by the same key over method, target, time and token, in the
spirit of RFC 9449. (The standard's own proof repeats the public key and costs 480 bytes a request; this one costs 100.)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, delete, insert, select

from clerk_app import wire
from clerk_app.central.database import Database, assertions, milliseconds
from clerk_app.central.stations import KnownStation, find_station
from clerk_app.domain.refusals import Refusal, Words

TOKEN_LIVES = timedelta(minutes=15)
CLOCKS_DIFFER_S = 120
_TIDIED_AT_ONCE = 1000
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def wrong() -> Refusal:
    """The request does not prove that it is a station's own."""
    return Refusal(
        "TOKEN_WRONG",
        Words("Máy trạm không chứng minh được danh tính.", "The station could not prove who it is."),
        Words("Thử lại; nếu vẫn vậy, kết nạp lại máy trạm.", "Try again; if it stays so, enrol the station again."),
    )


def _clock_wrong(now: datetime) -> Refusal:
    said = f"{now:%H:%M:%S %d/%m/%Y}"
    return Refusal(
        "CLOCK_WRONG",
        Words("Đồng hồ của máy trạm sai.", "The clock of this station is wrong."),
        Words(f"Chỉnh đồng hồ: giờ trung tâm là {said}.", f"Set the clock: it is {said} at central."),
    )


def grant(database: Database, asked: wire.TokenAsked, now: datetime) -> wire.Token:
    """A token for the station that signed the assertion; the assertion works once.

    Raises `Refusal`: TOKEN_WRONG, CLOCK_WRONG (only after the signature was found right), STATION_UNKNOWN,
    STATION_REVOKED.
    """
    if asked.grant_type != _JWT_BEARER:
        raise wrong()
    try:
        claimed = jwt.decode(asked.assertion, options={"verify_signature": False})
        name = str(claimed["iss"])
        with database.read() as connection:
            station = find_station(connection, name)
        claims = jwt.decode(
            asked.assertion,
            Ed25519PublicKey.from_public_bytes(station.public_key),
            algorithms=["EdDSA"],
            audience=database.central_id,
            options={"require": ["iss", "sub", "aud", "iat", "exp", "jti"], "verify_exp": False, "verify_iat": False},
        )
        issued, expires, jti = float(claims["iat"]), float(claims["exp"]), str(claims["jti"])
    except (jwt.PyJWTError, KeyError, ValueError, TypeError):
        raise wrong() from None
    if claims["sub"] != name or not 16 <= len(jti) <= 64 or "\0" in jti or not issued < expires <= issued + 300:
        raise wrong()
    if abs(issued - now.timestamp()) > CLOCKS_DIFFER_S:
        raise _clock_wrong(now)

    def honour(connection: Connection) -> None:
        # Two stations that tidy up at once leave each other's rows alone.
        old = select(assertions.c.jti).where(assertions.c.expires_ms < milliseconds(now))
        stale = old.limit(_TIDIED_AT_ONCE).with_for_update(skip_locked=True)
        connection.execute(delete(assertions).where(assertions.c.jti.in_(stale)))
        if connection.execute(select(assertions.c.jti).where(assertions.c.jti == jti)).first():
            raise wrong()
        # Kept as long as any clock could take it for fresh, not only until it says it expires.
        until = milliseconds(now) + (300 + 2 * CLOCKS_DIFFER_S) * 1000
        connection.execute(insert(assertions), {"jti": jti, "expires_ms": until})

    database.written(honour, f"token of {name}")
    seconds = int(TOKEN_LIVES.total_seconds())
    return wire.Token(_token(database, name, int(now.timestamp()) + seconds), seconds, now)


def _token(database: Database, station: str, expires: int) -> str:
    plain = f"{base64.urlsafe_b64encode(station.encode()).decode().rstrip('=')}.{expires}"
    mark = hmac.new(database.secret, plain.encode(), hashlib.sha256).digest()
    return f"{plain}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"


@dataclass(frozen=True, slots=True)
class Proven:
    """Who sent a request, and the `wire.body_mark` of the only message that may go with it (or none)."""

    station: KnownStation
    body: str


def proven(database: Database, authorization: str, proof: str, method: str, target: str, now: datetime) -> Proven:
    """The station that sent this request.

    The same request may come again within the two minutes of its proof: a station that lost the answer sends it so, and
    every operation answers a repetition as it did the first time. What it cannot do is carry another message.

    Raises `Refusal`: TOKEN_WRONG for a token that is forged or comes without the key, TOKEN_EXPIRED, CLOCK_WRONG,
    STATION_UNKNOWN, STATION_REVOKED (at once, whatever the token says).
    """
    try:
        scheme, token = authorization.split(" ", 1)
        name, expires, _mark = token.split(".")
        station_code = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
        made, *marks, signature = proof.split(".")
        (body,) = marks or [""]
        created, signed = _seconds(made), base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        until = _seconds(expires)
        right = hmac.compare_digest(token.encode(), _token(database, station_code, until).encode())
    except (ValueError, binascii.Error):
        raise wrong() from None
    if scheme.lower() != "bearer" or not right:
        raise wrong()
    if until <= now.timestamp():
        raise Refusal(
            "TOKEN_EXPIRED",
            Words("Phiên làm việc với trung tâm đã hết hạn.", "The session with central has expired."),
            Words("Máy trạm sẽ tự xin lại.", "The station renews it by itself."),
        )
    with database.read() as connection:
        station = find_station(connection, station_code)
    try:
        said = wire.proof_text(method, target, created, token, body)
        Ed25519PublicKey.from_public_bytes(station.public_key).verify(signed, said)
    except InvalidSignature:
        raise wrong() from None
    if abs(created - now.timestamp()) > CLOCKS_DIFFER_S:
        raise _clock_wrong(now)
    return Proven(station, body)


def _seconds(text: str) -> int:
    # int() takes more than one spelling of a number: signs, spaces, underscores, digits of other scripts.
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ValueError("seconds")
    return int(text)
