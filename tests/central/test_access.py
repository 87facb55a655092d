"""Who gets in: enrolment codes work once, a token needs its key, passwords wait after wrong guesses."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from pathlib import Path
from time import time
from uuid import uuid4

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import wire
from clerk_app.central import people, stations
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.uplink import Uplink
from tests.peers.central import BOTH, Backing, CentralProcess

BACKINGS = BOTH
NOW = hanoi_now()
KEY = b"k" * 32


@pytest.fixture
def url(tmp_path: Path, backing: Backing) -> str:
    return backing.database(tmp_path)


@pytest.fixture
def database(url: str):  # type: ignore[no-untyped-def]
    opened = open_database(url, practice=False)
    people.add_office(opened, "PC08-HN", Words("Phòng", "Office"), "G01.801.308", ["Q01", "Q02"])
    people.add_office(opened, "PC08-HP", Words("Phòng", "Office"), "G01.802.308", ["Q01"])
    people.add_user(opened, "ha", "Nguyễn Thu Hà", ["clerk"], "PC08-HN", "một mật khẩu")
    yield opened
    opened.close()


def _code(database: Database, station: str = "Q01", **other: object) -> str:
    return stations.new_code(database, station, NOW, office="PC08-HN", **other).code  # type: ignore[arg-type]


def _refusal(work) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


def test_an_enrolment_code_works_once_for_one_key(database: Database) -> None:
    code = _code(database)
    enrolled = stations.enrol(database, wire.Enrolment(code.lower(), KEY), NOW)
    assert (enrolled.station, enrolled.counter, enrolled.office) == ("Q01", "Q01", "PC08-HN")
    assert stations.enrol(database, wire.Enrolment(code, KEY), NOW) == enrolled, "a lost answer costs nothing"
    assert _refusal(lambda: stations.enrol(database, wire.Enrolment(code, b"x" * 32), NOW)) == "ENROL_CODE_WRONG"
    assert _refusal(lambda: _code(database)) == "STATION_EXISTS"


def test_an_enrolment_code_expires_and_is_replaced_by_a_newer_one(database: Database) -> None:
    old = _code(database)
    assert (
        _refusal(lambda: stations.enrol(database, wire.Enrolment(old, KEY), NOW + timedelta(hours=25)))
        == "ENROL_CODE_WRONG"
    )
    new = _code(database)
    assert _refusal(lambda: stations.enrol(database, wire.Enrolment(old, KEY), NOW)) == "ENROL_CODE_WRONG"
    assert stations.enrol(database, wire.Enrolment(new, KEY), NOW).station == "Q01"


@pytest.mark.parametrize(
    ("station", "office", "code"), [("Q09", "PC08-HN", "COUNTER_UNKNOWN"), ("Q01", "", "OFFICE_UNKNOWN")]
)
def test_a_station_belongs_to_a_known_counter(database: Database, station: str, office: str, code: str) -> None:
    assert _refusal(lambda: stations.new_code(database, station, NOW, office=office)) == code


def test_without_practice_there_are_no_practice_people(database: Database, url: str) -> None:
    with pytest.raises(ValueError, match="real central"):
        people.seed_practice(database)
    asked = wire.SignInAsked("clerk", "practice")
    assert _refusal(lambda: people.sign_in(database, asked, "Q01", "PC08-HN", NOW)) == "SIGN_IN_WRONG"
    assert _refusal(lambda: open_database(url, practice=True)) == "PRACTICE_MIXED"


def test_wrong_guesses_wait_longer_and_longer_and_a_right_one_heals(database: Database) -> None:
    def tried(password: str, second: float) -> str:
        asked = wire.SignInAsked("ha", password)
        try:
            people.sign_in(database, asked, "Q01", "PC08-HN", NOW + timedelta(seconds=second))
        except Refusal as refusal:
            return refusal.code
        return ""

    assert [tried("sai", 0) for _ in range(4)] == ["SIGN_IN_WRONG"] * 3 + ["SIGN_IN_WAIT"]
    assert tried("một mật khẩu", 0.5) == "SIGN_IN_WAIT", "the right password waits too"
    assert tried("sai", 1) == "SIGN_IN_WRONG"
    assert tried("sai", 2) == "SIGN_IN_WAIT"
    assert tried("một mật khẩu", 3) == ""
    assert tried("sai", 3) == "SIGN_IN_WRONG"


def test_a_password_may_arrive_decomposed(database: Database) -> None:
    import unicodedata

    asked = wire.SignInAsked("ha", unicodedata.normalize("NFD", "một mật khẩu"))
    assert people.sign_in(database, asked, "Q01", "PC08-HN", NOW).user.name == "Nguyễn Thu Hà"


@pytest.mark.parametrize("typed", ["LÝ", "  lý", "Ly\u0301"])
def test_a_name_is_the_same_however_it_is_typed(database: Database, typed: str) -> None:
    people.add_user(database, "Lý", "Nguyễn Thị Lý", ["clerk"], "PC08-HN", "một mật khẩu")
    asked = wire.SignInAsked(typed, "một mật khẩu")
    assert people.sign_in(database, asked, "Q01", "PC08-HN", NOW).user.id == "lý"
    assert people.set_roles(database, typed, ["supervisor"], NOW).id == "lý"
    assert people.name_person(database, typed, "CA-117").id == "lý"
    assert people.issue_factor(database, typed).user.id == "lý"
    assert people.end_factor(database, typed).id == "lý"
    assert people.revoke(database, typed, NOW).id == "lý"
    assert _refusal(lambda: people.sign_in(database, asked, "Q01", "PC08-HN", NOW)) == "USER_INACTIVE"
    assert people.restore(database, typed, NOW).id == "lý"
    known = next(one for one in people.everybody(database) if one.id == "lý")
    assert (known.roles, known.person, known.factor, known.active) == (["supervisor"], "CA-117", "", True)
    with database.read() as connection:
        assert [until for _, until in people.without_access(connection, "lý")] != [None]
        assert [roles for _, roles in people.earlier_roles(connection, "lý")] == [["clerk"]]


def test_guesses_wait_however_the_name_is_written(database: Database) -> None:
    for name in ("ha", "HA", "Ha"):
        assert _refusal(lambda n=name: people.sign_in(database, wire.SignInAsked(n, "no"), "Q01", "PC08-HN", NOW)) in (
            "SIGN_IN_WRONG",
            "SIGN_IN_WAIT",
        )
    late = wire.SignInAsked("hA", "một mật khẩu")
    assert _refusal(lambda: people.sign_in(database, late, "Q01", "PC08-HN", NOW)) == "SIGN_IN_WAIT"


def test_people_sign_in_at_their_own_office(database: Database) -> None:
    asked = wire.SignInAsked("ha", "một mật khẩu")
    assert _refusal(lambda: people.sign_in(database, asked, "Q01", "PC08-HP", NOW)) == "OFFICE_FOREIGN"


# ---- on the wire -------------------------------------------------------------------------------------------------


def _proof(seed: bytes, method: str, target: str, created: int, token: str) -> str:
    signed = Ed25519PrivateKey.from_private_bytes(seed).sign(wire.proof_text(method, target, created, token))
    return f"{created}.{base64.urlsafe_b64encode(signed).decode().rstrip('=')}"


def _token(central: CentralProcess, uplink: Uplink, seed: bytes, **other: object) -> requests.Response:
    now = int(time())
    claims = {"iss": uplink.station, "sub": uplink.station, "aud": uplink.central_id, "iat": now, "exp": now + 60}
    assertion = jwt.encode(
        {**claims, "jti": str(uuid4()), **other}, Ed25519PrivateKey.from_private_bytes(seed), "EdDSA"
    )
    return requests.post(
        f"{central.url}/v1/token", wire.pack(wire.TokenAsked(assertion)), headers={"Connection": "close"}, timeout=10
    )


def _pull(central: CentralProcess, token: str, proof: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}", "Proof": proof, "Connection": "close"}
    reply = requests.get(f"{central.url}/v1/entries?after=0", headers=headers, timeout=10)
    return reply.status_code, "" if reply.ok else wire.unpack(reply.content, wire.Problem).code


@pytest.mark.wire
def test_a_token_is_useless_without_the_key(shared_central: CentralProcess) -> None:
    seed, thief = secrets.token_bytes(32), secrets.token_bytes(32)
    uplink = shared_central.enrol(f"Q03-{secrets.token_hex(3)}", seed=seed)
    token = wire.unpack(_token(shared_central, uplink, seed).content, wire.Token).access_token
    now, target = int(time()), "/v1/entries?after=0"
    assert _pull(shared_central, token, _proof(seed, "GET", target, now, token)) == (200, "")
    for proof in (
        "",
        "0.0",
        _proof(thief, "GET", target, now, token),
        _proof(seed, "GET", "/v1/entries?after=7", now, token),
        _proof(seed, "POST", target, now, token),
    ):
        assert _pull(shared_central, token, proof) == (401, "TOKEN_WRONG")
    assert _pull(shared_central, token, _proof(seed, "GET", target, now - 600, token)) == (401, "CLOCK_WRONG")
    longer = f"{token.split('.')[0]}.{now + 10**6}.{token.split('.')[2]}"
    assert _pull(shared_central, longer, _proof(seed, "GET", target, now, longer)) == (401, "TOKEN_WRONG")


@pytest.mark.wire
def test_an_assertion_must_be_the_stations_own_fresh_for_this_central_and_new(shared_central: CentralProcess) -> None:
    seed = secrets.token_bytes(32)
    uplink = shared_central.enrol(f"Q03-{secrets.token_hex(3)}", seed=seed)
    now = int(time())

    def answer(key: bytes = seed, **other: object) -> str:
        reply = _token(shared_central, uplink, key, **other)
        return "" if reply.ok else wire.unpack(reply.content, wire.Problem).code

    assert answer() == ""
    assert answer(secrets.token_bytes(32)) == "TOKEN_WRONG"
    assert answer(aud="another central") == "TOKEN_WRONG"
    assert answer(sub="Q09") == "TOKEN_WRONG"
    assert answer(iss="Q99", sub="Q99") == "STATION_UNKNOWN"
    assert answer(exp=now + 10**6) == "TOKEN_WRONG"
    assert answer(iat=now - 3600, exp=now - 3500) == "CLOCK_WRONG"
    jti = str(uuid4())
    assert [answer(jti=jti), answer(jti=jti)] == ["", "TOKEN_WRONG"]


@pytest.mark.wire
def test_a_revoked_station_is_out_at_once(central: CentralProcess) -> None:
    uplink = central.enrol("Q01", "clerk")
    assert uplink.pull(0).entries == []
    database = open_database(central.database_url)
    stations.revoke(database, "Q01", hanoi_now())
    database.close()
    assert _refusal(lambda: uplink.pull(0)) == "STATION_REVOKED"


@pytest.mark.wire
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/sign-in"),
        ("POST", "/v1/entries"),
        ("GET", "/v1/entries"),
        ("GET", f"/v1/sheets/{'0' * 64}"),
        ("PATCH", f"/v1/sheets/{'0' * 64}"),
        ("POST", f"/v1/sheets/{'0' * 64}/lost"),
        ("POST", "/v1/blocks"),
        ("POST", "/v1/registers/licences"),
        ("GET", "/v1/catalogue"),
        ("GET", f"/v1/catalogue/{'0' * 64}"),
    ],
)
def test_every_room_behind_the_door_is_shut_without_a_token(
    shared_central: CentralProcess, method: str, path: str
) -> None:
    headers = {"Connection": "close", "Upload-Offset": "0", "Upload-Length": "1"}
    reply = requests.request(method, shared_central.url + path, data=b"x", headers=headers, timeout=10)
    assert reply.status_code == 401
    assert wire.unpack(reply.content, wire.Problem).code == "TOKEN_WRONG"


@pytest.mark.wire
@pytest.mark.parametrize("data", [b"", b"garbage", wire.pack({"code": 5}), b"x" * 17_000_000])
def test_what_is_no_message_is_refused_in_words(shared_central: CentralProcess, data: bytes) -> None:
    reply = requests.post(f"{shared_central.url}/v1/enrol", data, headers={"Connection": "close"}, timeout=10)
    problem = wire.unpack(reply.content, wire.Problem)
    assert (reply.status_code, problem.code) in ((400, "MESSAGE_UNREADABLE"), (413, "MESSAGE_TOO_BIG"))
    assert problem.words_vi
    assert problem.remedy_vi


@pytest.mark.wire
def test_json_is_spoken_to_who_asks_for_it(shared_central: CentralProcess) -> None:
    headers = {"Content-Type": "application/json", "Connection": "close"}
    body = '{"code": "ABCD", "public_key": "AAAA"}'
    reply = requests.post(f"{shared_central.url}/v1/enrol", body, headers=headers, timeout=10)
    assert reply.status_code == 403
    assert reply.json()["code"] == "ENROL_CODE_WRONG"
