"""Offices, and the people who work there: who they are, what they may do, and proving it with a password.

A password is kept as an Argon2id verifier (RFC 9106, PHC string). Wrong guesses make the next try wait longer.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid4

import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.x509 import Certificate
from sqlalchemy import Connection, Integer, String, cast, insert, select, update

from clerk_app import wire
from clerk_app.central import person_tokens, second_factor
from clerk_app.central.database import (
    Database,
    counters,
    facts,
    milliseconds,
    moment,
    offices,
    revocations,
    sign_ins,
    users,
)
from clerk_app.central.packs import role_names
from clerk_app.central.stations import PEOPLE
from clerk_app.domain.people import nfc, sign_in_name
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import MustWait, SignInPolicy, owned, remaining_s, second_of, wait_s, wrong_try
from clerk_app.domain.token_proofs import DECIDING, Purpose, TokenProof
from clerk_app.second_factor import provisioning_uri, secret_text

PRACTICE_OFFICE = "PC08-HN"
PRACTICE_PASSWORD = "practice"
COST = {"memory_kib": 38 * 1024, "passes": 2}
"""What one guess costs whoever has the database; kept beside what it made."""
_EARLIER = "roles of "
"""What the name of a fact begins with that keeps which roles somebody had before."""
_LOCK = "people"
"""Whoever changes offices and people takes turns: such changes are few, and each looks before it writes."""


def verifier(password: str) -> str:
    """What is kept of a password: an Argon2id PHC string, which says what it cost, with a salt of its own.

    Raises `Refusal` CENTRAL_NO_MEMORY.
    """
    secret = unicodedata.normalize("NFC", password).encode()
    costly = Argon2id(
        salt=os.urandom(16), length=32, iterations=COST["passes"], lanes=1, memory_cost=COST["memory_kib"]
    )
    with _memory():
        return costly.derive_phc_encoded(secret)


def _fits(password: str, kept: str) -> bool:
    try:
        with _memory():
            Argon2id.verify_phc_encoded(unicodedata.normalize("NFC", password).encode(), kept)
    except InvalidKey:
        return False
    return True


@contextmanager
def _memory() -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise Refusal(
            "CENTRAL_NO_MEMORY",
            Words("Trung tâm không đủ bộ nhớ để kiểm tra mật khẩu.", "Central lacks the memory to check a password."),
            Words("Thử lại sau ít phút; báo người quản trị máy chủ.", "Try again soon; tell whoever runs the server."),
        ) from None


@cache
def _nobodys_verifier() -> str:
    return verifier(os.urandom(16).hex())


def add_office(database: Database, code: str, name: Words, unit_code: str, counter_codes: Iterable[str]) -> None:
    """A new office with its counters. Raises `Refusal` OFFICE_EXISTS."""
    named = list(counter_codes)

    def work(connection: Connection) -> None:
        if connection.execute(select(offices.c.code).where(offices.c.code == code)).first():
            raise Refusal(
                "OFFICE_EXISTS",
                Words("Đơn vị này đã có.", "This office already exists."),
                Words("Chọn mã khác.", "Choose another code."),
            )
        row = {"code": code, "name_vi": name.vi, "name_en": name.en, "unit_code": unit_code}
        connection.execute(insert(offices), row)
        connection.execute(insert(counters), [{"office": code, "code": counter} for counter in named])

    database.written(work, _LOCK)


def add_user(
    database: Database, user: str, name: str, roles: Iterable[str], office: str, password: str, person: str = ""
) -> wire.User:
    """Somebody new who may sign in. `person` tells accounts of one natural person from those of others.

    Raises `Refusal`: USER_EXISTS, ROLE_UNKNOWN, OFFICE_UNKNOWN, PASSWORD_SHORT, CENTRAL_NO_MEMORY.
    """
    wanted = _known_roles(database, roles)
    if len(password) < 8:
        raise Refusal(
            "PASSWORD_SHORT",
            Words("Mật khẩu ngắn hơn 8 ký tự.", "The password is shorter than 8 characters."),
            Words("Đặt mật khẩu dài hơn.", "Choose a longer one."),
        )
    return _add_user(database, sign_in_name(user), name, wanted, office, verifier(password), nfc(person))


def set_roles(database: Database, user: str, roles: Iterable[str], now: datetime) -> wire.User:
    """Somebody has these roles from now on; what they did with those of before stands.

    Raises `Refusal` USER_UNKNOWN, ROLE_UNKNOWN.
    """
    wanted = _known_roles(database, roles)

    def work(connection: Connection) -> wire.User:
        known = _known(connection, user)
        if known.roles != wanted:
            kept = [*earlier_roles(connection, known.id), (milliseconds(now), known.roles)]
            _note(connection, _EARLIER + known.id, msgspec.json.encode(kept).decode())
            connection.execute(update(users).where(users.c.id == known.id).values(roles=" ".join(wanted)))
            changed(connection, known.office)
        return msgspec.structs.replace(known, roles=wanted)

    return database.written(work, _LOCK)


def earlier_roles(connection: Connection, user: str) -> list[tuple[int, list[str]]]:
    """The roles that somebody had before, each until when (milliseconds since 1970), the first ones first."""
    kept = connection.execute(select(facts.c.value).where(facts.c.name == _EARLIER + user)).scalar()
    return msgspec.json.decode(kept, type=list[tuple[int, list[str]]]) if kept else []


def _known_roles(database: Database, roles: Iterable[str]) -> list[str]:
    """These roles in order, if the law names all of them. Raises `Refusal` ROLE_UNKNOWN."""
    wanted, known = sorted(set(roles)), role_names(database, datetime.now(UTC))
    if not wanted or not known.keys() >= set(wanted):
        vi = ", ".join(f"{role} ({name.vi})" for role, name in known.items())
        en = ", ".join(f"{role} ({name.en})" for role, name in known.items())
        raise Refusal(
            "ROLE_UNKNOWN",
            Words("Danh mục hiện hành không có vai trò này.", "The catalogue in force has no such role."),
            Words(
                f"Chọn trong: {vi}; vai trò mới thì phát hành danh mục trước.",
                f"Choose among: {en}; publish the catalogue of a new role first.",
            ),
        )
    return wanted


def _add_user(
    database: Database, user: str, name: str, roles: list[str], office: str, kept: str, person: str = ""
) -> wire.User:
    def work(connection: Connection) -> None:
        if connection.execute(select(offices.c.code).where(offices.c.code == office)).first() is None:
            raise Refusal(
                "OFFICE_UNKNOWN",
                Words("Không có đơn vị này.", "There is no such office."),
                Words("Thêm đơn vị trước.", "Add the office first."),
            )
        if find_user(connection, user) is not None:
            raise Refusal(
                "USER_EXISTS",
                Words("Tên đăng nhập đã có.", "This user name is taken."),
                Words("Chọn tên khác.", "Choose another name."),
            )
        row = {"id": user, "name": name, "roles": " ".join(roles), "office": office, "active": True, "verifier": kept}
        connection.execute(insert(users), row | {"person": person})
        changed(connection, office)

    database.written(work, _LOCK)
    return wire.User(user, name, roles, office, person=person)


def name_person(database: Database, user: str, person: str) -> wire.User:
    """Say who is behind an account; the empty text: it stands for one itself. Raises `Refusal` USER_UNKNOWN."""
    return _altered(database, user, person=nfc(person))


@dataclass(frozen=True, slots=True)
class IssuedFactor:
    """A second factor, shown once: the secret as it is typed, and the otpauth URI as an app reads it."""

    user: wire.User
    secret: str = field(repr=False)
    uri: str = field(repr=False)


def issue_factor(database: Database, user: str) -> IssuedFactor:
    """A second factor for this account; the one before counts no more. Raises `Refusal` USER_UNKNOWN."""
    factor = uuid4().hex
    known = _altered(database, user, factor=factor)
    secret = second_factor.secret_of(database, factor)
    return IssuedFactor(known, secret_text(secret), provisioning_uri(secret, known.id, f"Quầy {known.office}"))


def end_factor(database: Database, user: str) -> wire.User:
    """The second factor of this account counts no more, from now on. Raises `Refusal` USER_UNKNOWN."""
    return _altered(database, user, factor="")


def add_token(
    database: Database,
    user: str,
    certificate: Certificate,
    authorities: Sequence[Certificate],
    now: datetime,
) -> person_tokens.RegisteredToken:
    """The token with this certificate counts for this account from now on; one of `authorities` issued it, where any
    are named. Raises `Refusal` USER_UNKNOWN, TOKEN_….
    """

    def work(connection: Connection) -> person_tokens.RegisteredToken:
        known = _known(connection, user)
        made = person_tokens.register(connection, known.id, known.person, certificate, authorities, now)
        changed(connection, known.office)
        return made

    return database.written(work, _LOCK)


def end_token(database: Database, user: str, begin: str, now: datetime) -> str:
    """The token whose fingerprint begins so counts no more, from now on; what was signed with it before stands.

    Raises `Refusal` USER_UNKNOWN, TOKEN_UNKNOWN.
    """

    def work(connection: Connection) -> str:
        known = _known(connection, user)
        gone = person_tokens.remove(connection, known.id, begin, now)
        changed(connection, known.office)
        return gone

    return database.written(work, _LOCK)


def _altered(database: Database, user: str, **values: str) -> wire.User:
    def work(connection: Connection) -> wire.User:
        known = _known(connection, user)
        connection.execute(update(users).where(users.c.id == known.id).values(values))
        changed(connection, known.office)
        return msgspec.structs.replace(known, **values)

    return database.written(work, _LOCK)


def revoke(database: Database, user: str, now: datetime) -> wire.User:
    """Take somebody's access away, from now on; what they did before stands. Raises `Refusal` USER_UNKNOWN."""

    def work(connection: Connection) -> wire.User:
        known = _known(connection, user)
        if known.active:
            connection.execute(insert(revocations), {"user": known.id, "revoked_ms": milliseconds(now)})
            connection.execute(update(users).where(users.c.id == known.id).values(active=False))
            changed(connection, known.office)
        return msgspec.structs.replace(known, active=False)

    return database.written(work, _LOCK)


def restore(database: Database, user: str, now: datetime) -> wire.User:
    """Give somebody their access back, from now on. Raises `Refusal` USER_UNKNOWN."""

    def work(connection: Connection) -> wire.User:
        known = _known(connection, user)
        if not known.active:
            ended = revocations.c.restored_ms.is_(None) & (revocations.c.user == known.id)
            connection.execute(update(revocations).where(ended).values(restored_ms=milliseconds(now)))
            connection.execute(update(users).where(users.c.id == known.id).values(active=True))
            changed(connection, known.office)
        return msgspec.structs.replace(known, active=True)

    return database.written(work, _LOCK)


def without_access(connection: Connection, user: str) -> list[tuple[int, int | None]]:
    """When this person had no access: from and until, milliseconds since 1970; None where it has not ended."""
    chosen = select(revocations.c.revoked_ms, revocations.c.restored_ms).where(revocations.c.user == user)
    return [(row.revoked_ms, row.restored_ms) for row in connection.execute(chosen.order_by(revocations.c.revoked_ms))]


def everybody(database: Database, office: str = "") -> list[wire.User]:
    """Everybody that central knows, or everybody of one office; in the order of their names."""
    chosen = select(users).order_by(users.c.office, users.c.id)
    with database.read() as connection:
        rows = connection.execute(chosen.where(users.c.office == office) if office else chosen).all()
        keys = person_tokens.keys_of_all(connection, ())
        return [_user(row, keys.get(row.id, [])) for row in rows]


def of_office(database: Database, office: str) -> wire.People:
    """What stations of an office are told of its people."""
    # The version first: who changes meanwhile is asked for again, never missed.
    number = version(database, office)
    return wire.People(everybody(database, office), number)


def version(database: Database, office: str) -> int:
    """A number that is another one after every change of this office's people."""
    with database.read() as connection:
        kept = connection.execute(select(facts.c.value).where(facts.c.name == PEOPLE + office)).scalar()
    return int(kept or 0)


def _known(connection: Connection, user: str) -> wire.User:
    """Who is meant, however their name was typed. Raises `Refusal` USER_UNKNOWN."""
    known = find_user(connection, sign_in_name(user))
    if known is None:
        raise Refusal(
            "USER_UNKNOWN",
            Words("Trung tâm không biết người này.", "Central does not know this person."),
            Words("Xem danh sách: clerk central people.", "See the list: clerk central people."),
        )
    return known


def _note(connection: Connection, name: str, value: str) -> None:
    if not connection.execute(update(facts).where(facts.c.name == name).values(value=value)).rowcount:
        connection.execute(insert(facts), {"name": name, "value": value})


def changed(connection: Connection, office: str) -> None:
    """The people of an office are others than before: its stations are told."""
    name = PEOPLE + office
    higher = cast(cast(facts.c.value, Integer) + 1, String)
    if not connection.execute(update(facts).where(facts.c.name == name).values(value=higher)).rowcount:
        connection.execute(insert(facts), {"name": name, "value": "1"})


@cache
def practice_verifier() -> str:
    """What is kept of the practice password, which everybody knows: made once, not once for each of its people."""
    return verifier(PRACTICE_PASSWORD)


def seed_practice(database: Database) -> None:
    """The practice office with twelve counters and its six people, unless they are there. Practice databases only."""
    if not database.practice:
        raise ValueError("a real central has no practice people")
    with database.read() as connection:
        office = connection.execute(select(offices.c.code).where(offices.c.code == PRACTICE_OFFICE)).first()
        known = set(connection.execute(select(users.c.id)).scalars())
    if office is None:
        name = Words("Phòng CSGT (PC08) Công an thành phố Hà Nội", "Traffic Police Division (PC08), Hanoi Police")
        with _unless("OFFICE_EXISTS"):
            add_office(database, PRACTICE_OFFICE, name, "G01.801.308", [f"Q{number:02d}" for number in range(1, 13)])
    for user, person, roles in (
        ("clerk", "Nguyễn Thu Hà", ["clerk"]),
        ("clerk2", "Phạm Đức Long", ["clerk"]),
        ("supervisor", "Vũ Minh Châu", ["clerk", "supervisor"]),
        ("supervisor2", "Hoàng Quốc Bảo", ["clerk", "supervisor"]),
        ("privacy", "Đỗ Thị Mai", ["data_officer"]),
        ("privacy2", "Ngô Văn Tín", ["data_officer"]),
    ):
        if user not in known:
            with _unless("USER_EXISTS"):
                _add_user(database, user, person, roles, PRACTICE_OFFICE, practice_verifier())


@contextmanager
def _unless(code: str) -> Iterator[None]:
    # Another process of this central that starts at the same moment may have been quicker.
    try:
        yield
    except Refusal as refusal:
        if refusal.code != code:
            raise


def find_user(connection: Connection, user: str) -> wire.User | None:
    """Who central knows by this name, active or not."""
    if "\0" in user:
        # PostgreSQL has no such text: asking for it would fail instead of finding nobody.
        return None
    row = connection.execute(select(users).where(users.c.id == user)).first()
    return None if row is None else _user(row)


def _user(row: Any, keys: Sequence[wire.TokenKey] = ()) -> wire.User:
    return wire.User(row.id, row.name, row.roles.split(), row.office, row.active, row.person, row.factor, list(keys))


def called(connection: Connection, user: str) -> str:
    """What somebody is called; their sign-in name where central does not know them."""
    known = find_user(connection, user)
    return known.name if known is not None else user


def had_factor(connection: Connection, user: str) -> bool:
    """Whether this account has a second factor, or one was used that it has no more."""
    row = connection.execute(select(users.c.factor, users.c.factor_step).where(users.c.id == user)).first()
    return row is not None and (bool(row.factor) or row.factor_step > 0)


def signed_in_at(connection: Connection, user: str, station: str) -> bool:
    """Whether this person ever proved at this station, with a line, who they are."""
    chosen = select(sign_ins.c.succeeded_ms).where(sign_ins.c.station == station, sign_ins.c.user == user)
    return connection.execute(chosen).scalar() is not None


NO_GUESS = frozenset(
    {"SECOND_FACTOR_MISSING", "CODE_NEEDED", "TOKEN_NEEDED", "CODE_OR_TOKEN_NEEDED", "TOKEN_NOT_WANTED"}
)
"""Codes that say what is still to come: no guess was made."""
_COMING_IN: frozenset[Purpose] = DECIDING | {"sign-in"}

Policy = Callable[[Sequence[str]], SignInPolicy]
"""What the rules of the day ask of somebody with these roles."""


def sign_in(
    database: Database,
    asked: wire.SignInAsked,
    station: str,
    office: str,
    now: datetime,
    policy: Policy = lambda roles: SignInPolicy(),
    purposes: frozenset[Purpose] = _COMING_IN,
    about: str | None = None,
) -> wire.SignedIn:
    """Let somebody in at a station of their own office. What a token signed must be for one of `purposes`, and `about`
    this (None: whatever it says; whoever decides is let in so, too).

    Raises `Refusal`: SIGN_IN_WAIT after wrong guesses, SIGN_IN_WRONG (unknown name and wrong password look and last
    the same), USER_INACTIVE, OFFICE_FOREIGN, SECOND_FACTOR_MISSING, CODE_NEEDED, CODE_WRONG, CODE_USED, CODE_CLOCK,
    TOKEN_NEEDED, CODE_OR_TOKEN_NEEDED, TOKEN_NOT_WANTED, PROOF_…, CENTRAL_NO_MEMORY. A wrong code or proof is a wrong
    guess; one that is still to come is none.
    """
    asked, now_ms = msgspec.structs.replace(asked, user=sign_in_name(asked.user)), milliseconds(now)
    alone = f"sign-in {station}"
    with database.write(alone) as connection:
        # The try is counted before it is judged, so that guesses sent side by side do not share one count.
        failures = _count_try(connection, asked.user, station, now)
        row = connection.execute(select(users).where(users.c.id == asked.user)).first()
        keys = person_tokens.keys_of(connection, asked.user) if row is not None else []
    right = _fits(asked.password, row.verifier if row else _nobodys_verifier())
    if row is None or not right:
        raise wrong_try(
            "SIGN_IN_WRONG",
            Words("Tên đăng nhập hoặc mật khẩu không đúng.", "The user name or the password is wrong."),
            failures,
        )
    if not row.active:
        raise Refusal(
            "USER_INACTIVE",
            Words("Tài khoản này đã bị khóa.", "This account is closed."),
            Words("Liên hệ cán bộ quản trị.", "Ask the IT officer."),
        )
    if row.office != office:
        raise Refusal(
            "OFFICE_FOREIGN",
            Words("Người này thuộc đơn vị khác.", "This person belongs to another office."),
            Words("Đăng nhập tại máy của đơn vị mình.", "Sign in at a station of your own office."),
        )
    known = _user(row, keys)
    rule, step = policy(known.roles), row.factor_step
    try:
        factor = second_of(rule, owned(row.factor, keys), asked.second)
        if factor == "totp":
            step = second_factor.spend(database, row.id, row.factor, asked.code, now, row.factor_step)
        elif isinstance(asked.proof, TokenProof) and factor == "token":
            person_tokens.spend(database, asked.proof, keys, station, row.id, purposes, now, about)
    except Refusal as refusal:
        if refusal.code in NO_GUESS:
            _take_back(database, asked.user, station, failures, now)
        raise
    with database.write(alone) as connection:
        done = {"failures": 0, "tried_ms": now_ms, "succeeded_ms": now_ms}
        where = (sign_ins.c.station == station) & (sign_ins.c.user == asked.user)
        connection.execute(update(sign_ins).where(where).values(done))
    if not factor or not row.factor:
        return wire.SignedIn(known, rule.offline_days, now, "token" if factor else "password")
    secret = second_factor.secret_of(database, row.factor)
    return wire.SignedIn(known, rule.offline_days, now, "totp" if factor == "totp" else "token", secret, step)


def _count_try(connection: Connection, user: str, station: str, now: datetime) -> int:
    """How many tries in a row have failed if this one does. Raises `Refusal` SIGN_IN_WAIT."""
    now_ms = milliseconds(now)
    where = (sign_ins.c.station == station) & (sign_ins.c.user == user)
    row = connection.execute(select(sign_ins).where(where)).first()
    if row is None:
        first = {"station": station, "user": user, "failures": 1, "tried_ms": now_ms, "succeeded_ms": None}
        connection.execute(insert(sign_ins), first)
        return 1
    tried = moment(row.tried_ms)
    if left_s := remaining_s(row.failures, tried, now):
        raise MustWait(left_s)
    connection.execute(update(sign_ins).where(where).values(failures=row.failures + 1, tried_ms=now_ms))
    return int(row.failures) + 1


def _take_back(database: Database, user: str, station: str, failures: int, now: datetime) -> None:
    """That try was no guess: it is not counted, nothing is waited for after it, and it heals nothing either."""
    free_ms = milliseconds(now) - wait_s(failures - 1) * 1000
    with database.write(f"sign-in {station}") as connection:
        same = (sign_ins.c.station == station) & (sign_ins.c.user == user) & (sign_ins.c.failures == failures)
        connection.execute(update(sign_ins).where(same).values(failures=failures - 1, tried_ms=free_ms))


def end_wait(connection: Connection, user: str, station: str) -> None:
    """Wrong guesses of this person at this station count no more."""
    where = (sign_ins.c.station == station) & (sign_ins.c.user == user)
    connection.execute(update(sign_ins).where(where).values(failures=0))
