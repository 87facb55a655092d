"""Who signed in on this desk with central's blessing, so that they may again while the line is down."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from clerk_app import second_factor, token_factor
from clerk_app.desk.people import access_lost
from clerk_app.domain.oversight import Factor
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import (
    CLOCKS_DIFFER,
    PIN_TRIES,
    MustWait,
    SignInPolicy,
    check_new_pin,
    code_needed,
    owned,
    remaining_s,
    second_of,
    wrong_try,
)
from clerk_app.domain.token_proofs import Second, TokenProof
from clerk_app.store import faults, schema
from clerk_app.store.argon import one_at_a_time
from clerk_app.store.database import Database
from clerk_app.store.keys import COST
from clerk_app.wire import SignedIn, TokenKey, User

_COST_ONCE = {"memory_kib": 64 * 1024, "passes": 3, "lanes": 4}
"""That of the verifiers from before they said it themselves: 32 bytes, nothing else."""
_NO_PIN = {"pin_salt": None, "pin_verifier": None, "pin_failures": 0}
_USERS = schema.users
_NO_RULE = SignInPolicy()


def _verifier(password: str, salt: bytes) -> bytes:
    """What is kept of a password: an Argon2id PHC string, which says its cost. Raises `Refusal` `DESK_NO_MEMORY`."""
    with _derivation():
        return str(_argon(salt, COST).derive_phc_encoded(password.encode())).encode("ascii")


def _fits(password: str, kept: bytes, salt: bytes) -> bool:
    """Whether this is the password behind what is kept. Raises `Refusal` `DESK_NO_MEMORY`."""
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    with _derivation():
        if not kept.startswith(b"$"):
            return hmac.compare_digest(kept, _argon(salt, _COST_ONCE).derive(password.encode()))
        try:
            Argon2id.verify_phc_encoded(password.encode(), kept.decode("ascii"))
        except InvalidKey:
            return False
    return True


def _argon(salt: bytes, cost: Mapping[str, int]) -> Any:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    return Argon2id(
        salt=salt, length=32, iterations=cost["passes"], lanes=cost["lanes"], memory_cost=cost["memory_kib"]
    )


@contextmanager
def _derivation() -> Iterator[None]:
    try:
        with one_at_a_time:
            yield
    except MemoryError:
        raise faults.no_memory() from None


class KnownUsers:
    """`desk.ports.Users` in the encrypted database: Argon2id verifiers, secrets of second factors, growing delays."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # ---- what central says

    def remember(self, signed_in: SignedIn, password: str) -> None:
        """Central let this person in with this password; they have their tries and their PIN's tries again.

        Raises `Refusal` `CODE_USED` where the code of that sign-in was spent here before, without a line.
        """
        salt = secrets.token_bytes(16)
        user = signed_in.user
        known = {
            "name": user.name,
            "roles": json.dumps(user.roles),
            "office": user.office,
            "person": user.person,
            "factor": user.factor,
            "salt": salt,
            "verifier": _verifier(password, salt),
            "offline_days": signed_in.offline_days,
            "online_at": signed_in.at.isoformat(),
            "failures": 0,
            "failed_at": None,
            "active": True,
            "factor_kept": user.factor if signed_in.secret else "",
            "factor_secret": signed_in.secret or None,
            "factor_step": signed_in.step,
            "pin_failures": 0,
            "tokens": _keys_text(user),
        }
        with self._db.write() as connection:
            row = _row(connection, user.id)
            same = row is not None and signed_in.secret and row.factor_secret == signed_in.secret
            if same and signed_in.factor == "totp" and signed_in.step <= row.factor_step:
                raise second_factor.used_before()
            if same:
                # Of a code spent here without a line central knows nothing yet.
                known["factor_step"] = max(signed_in.step, row.factor_step)
            stated = insert(_USERS).values(id=user.id, **known)
            connection.execute(stated.on_conflict_do_update(index_elements=["id"], set_=known))

    def renew(self, people: Sequence[User]) -> None:
        """These are the people of this office now: names and roles as central has them, access for nobody else.

        Who has no access any more has no PIN either, and the secret of a second factor that was taken away goes.
        """
        said = {user.id: user for user in people}
        with self._db.write() as connection:
            for row in connection.execute(sa.select(_USERS.c.id, _USERS.c.factor_kept)).all():
                user = said.get(row.id)
                now: dict[str, object] = {"active": False}
                if user is not None:
                    now = {"name": user.name, "roles": json.dumps(user.roles), "office": user.office}
                    now |= {"active": user.active, "person": user.person, "factor": user.factor}
                    now["tokens"] = _keys_text(user)
                if user is None or not user.active:
                    now |= _NO_PIN
                if user is None or user.factor != row.factor_kept:
                    now |= {"factor_kept": "", "factor_secret": None}
                connection.execute(_USERS.update().where(_USERS.c.id == row.id), now)

    def called(self) -> dict[str, str]:
        """What the people known here are called, by their sign-in names."""
        with self._db.read() as connection:
            return {row.id: row.name for row in connection.execute(sa.select(schema.users.c.id, schema.users.c.name))}

    # ---- without a line

    def check(
        self,
        user: str,
        password: str,
        now: datetime,
        until: datetime | None = None,
        code: Second = "",
        policy: SignInPolicy = _NO_RULE,
    ) -> SignedIn:
        """The person, if they were here before and the time allows, or a limit is lifted `until` a later moment.

        The refusal names the true cause. Of wrong passwords and codes each makes the next try wait longer.
        """
        row = self._known(user)
        _check_clock(row, now)
        self._compare(row, password, now)
        try:
            _check_access(row, now, until)
            factor = self._second(row, code, now, policy)
        except Refusal as refusal:
            if refusal.code not in second_factor.GUESSES:
                self._set(user, failures=row.failures, failed_at=row.failed_at)
            raise
        self._set(user, failures=0, failed_at=None, pin_failures=0)
        return _signed_in(row, factor)

    def confirm(self, user: str, password: str, now: datetime, until: datetime | None = None) -> None:
        """Whether this is the password of who is signed in; wrong ones are counted. It lets nobody in."""
        row = self._known(user)
        _check_clock(row, now)
        self._compare(row, password, now)
        try:
            _check_access(row, now, until)
        finally:
            self._set(user, failures=0, failed_at=None, pin_failures=0)

    def _compare(self, row: Any, password: str, now: datetime) -> None:
        failures = self._count_try(row.id, now)
        if not _fits(password, row.verifier, row.salt):
            raise wrong_password(failures)

    def find(self, user: str) -> User | None:
        """Somebody who signed in here before, as central last said they are."""
        with self._db.read() as connection:
            row = _row(connection, user)
        return None if row is None else _user(row)

    def newest(self) -> tuple[datetime, int] | None:
        """When somebody last proved with a line who they are, and for how many days that is believed."""
        with self._db.read() as connection:
            rows = connection.execute(sa.select(_USERS.c.online_at, _USERS.c.offline_days)).all()
        return max(((datetime.fromisoformat(row.online_at), int(row.offline_days)) for row in rows), default=None)

    def names(self) -> tuple[str, ...]:
        """The sign-in names known here."""
        with self._db.read() as connection:
            return tuple(connection.execute(sa.select(_USERS.c.id).order_by(_USERS.c.id)).scalars())

    def persons(self) -> dict[str, str]:
        """Account → natural person, of those known here behind whose account central named one."""
        with self._db.read() as connection:
            named = connection.execute(sa.select(_USERS.c.id, _USERS.c.person).where(_USERS.c.person != ""))
            return {row.id: row.person for row in named}

    def people(self) -> tuple[User, ...]:
        """Everybody who signed in here before, as central last had them."""
        with self._db.read() as connection:
            return tuple(_user(row) for row in connection.execute(sa.select(_USERS).order_by(_USERS.c.id)).all())

    def end_wait(self, user: str) -> None:
        """Wrong tries of this person count no more."""
        self._set(user, failures=0, failed_at=None)

    # ---- the PIN

    def has_pin(self, user: str) -> bool:
        """Whether they have one here and access still."""
        with self._db.read() as connection:
            row = _row(connection, user)
        return row is not None and bool(row.active) and row.pin_verifier is not None

    def set_pin(self, user: str, pin: str, now: datetime) -> None:
        """Keep a PIN for somebody who may sign in here without a line."""
        check_new_pin(pin)
        row = self._known(user)
        _check_clock(row, now)
        _check_access(row, now, None)
        salt = secrets.token_bytes(16)
        self._set(user, pin_salt=salt, pin_verifier=_verifier(pin, salt), pin_failures=0)

    def check_pin(
        self,
        user: str,
        pin: str,
        now: datetime,
        tries: int = PIN_TRIES,
        until: datetime | None = None,
        code: Second = "",
        policy: SignInPolicy = _NO_RULE,
    ) -> SignedIn:
        """The person behind the PIN, and behind the second factor where a `code` is given."""
        row = self._known(user)
        _check_clock(row, now)
        _check_access(row, now, until)
        if row.pin_verifier is None:
            raise _pin_unset()
        failures = self._count_pin(user, tries)
        if not _fits(pin, row.pin_verifier, row.pin_salt):
            raise pin_spent() if failures >= tries else pin_wrong(tries - failures)
        # The PIN was no guess; a wrong code is one, and counts as a wrong PIN does.
        factor = self._second(row, code, now, policy) if code else ""
        self._set(user, pin_failures=0)
        return _signed_in(row, factor)

    def _count_pin(self, user: str, tries: int) -> int:
        left = (_USERS.c.id == user) & (_USERS.c.pin_failures < tries)
        with self._db.write() as connection:
            counted = _USERS.update().where(left).values(pin_failures=_USERS.c.pin_failures + 1)
            if not connection.execute(counted).rowcount:
                raise pin_spent()
            return int(_row(connection, user).pin_failures)

    # ---- parts

    def _known(self, user: str) -> Any:
        with self._db.read() as connection:
            row = _row(connection, user)
        if row is None:
            raise Refusal(
                "SIGN_IN_FIRST_ONLINE",
                Words("Người này chưa từng đăng nhập trên máy trạm này.", "This person never signed in on this desk."),
                Words(
                    "Lần đầu phải đăng nhập khi có kết nối trung tâm.", "The first sign-in needs the line to central."
                ),
            )
        return row

    def _count_try(self, user: str, now: datetime) -> int:
        """How many tries in a row have failed if this one does. Raises `Refusal` `SIGN_IN_WAIT`.

        Counted before it is judged, so that guesses made side by side do not share one count.
        """
        with self._db.write() as connection:
            row = _row(connection, user)
            # A try of a clock that was ahead is taken for one of now: nobody waits for that clock's time to come.
            tried = now if row.failed_at is None else min(now, datetime.fromisoformat(row.failed_at))
            left_s = remaining_s(row.failures, tried, now)
            failures = int(row.failures) + (0 if left_s else 1)
            counted = {"failures": failures, "failed_at": (tried if left_s else now).isoformat()}
            connection.execute(_USERS.update().where(_USERS.c.id == user), counted)
        if left_s:
            raise MustWait(left_s)
        return failures

    def _second(self, row: Any, second: Second, now: datetime, policy: SignInPolicy) -> Factor:
        """Which second factor of this person was proven; empty where none is asked for."""
        keys = _keys(row)
        factor = second_of(policy, owned(row.factor, keys), second)
        if isinstance(second, TokenProof):
            if factor == "token":
                token_factor.signer_of(second, keys)
        elif factor == "totp":
            self._spend(row, second, now)
        return factor

    def _spend(self, row: Any, code: str, now: datetime) -> None:
        """Spend the code now."""
        if row.factor_kept != row.factor or row.factor_secret is None:
            raise _code_first_online()
        if not code.strip():
            raise code_needed()
        step = second_factor.judge(row.factor_secret, code, now, row.factor_step)
        fresh = (_USERS.c.id == row.id) & (_USERS.c.factor_step < step)
        with self._db.write() as connection:
            if not connection.execute(_USERS.update().where(fresh), {"factor_step": step}).rowcount:
                raise second_factor.used_before()

    def _set(self, user: str, **values: object) -> None:
        with self._db.write() as connection:
            connection.execute(_USERS.update().where(_USERS.c.id == user), values)


def _row(connection: sa.Connection, user: str) -> Any:
    return connection.execute(sa.select(_USERS).where(_USERS.c.id == user)).one_or_none()


def _user(row: Any) -> User:
    access = row.office, bool(row.active), row.person, row.factor
    return User(row.id, row.name, json.loads(row.roles), *access, _keys(row))


def _keys(row: Any) -> list[TokenKey]:
    """The keys of this person's tokens, as central last had them."""
    return msgspec.json.decode(row.tokens, type=list[TokenKey])


def _keys_text(user: User) -> str:
    return msgspec.json.encode(user.tokens).decode()


def _signed_in(row: Any, factor: Factor) -> SignedIn:
    # A PIN is this desk's own matter; central knows passwords and second factors.
    online_at = datetime.fromisoformat(row.online_at)
    known = factor if factor == "totp" or factor == "token" else "password"
    return SignedIn(_user(row), row.offline_days, online_at, known)


def _check_clock(row: Any, now: datetime) -> None:
    """Raises `Refusal` `CLOCK_SET_BACK` where it is earlier than something that is known to have been."""
    later = now + CLOCKS_DIFFER
    if later < datetime.fromisoformat(row.online_at) or second_factor.step_at(later) < row.factor_step:
        raise clock_set_back()


def _check_access(row: Any, now: datetime, until: datetime | None) -> None:
    """Raises `Refusal` `USER_INACTIVE`, `SIGN_IN_TOO_LONG_OFFLINE`."""
    if not row.active:
        raise access_lost()
    online_at = datetime.fromisoformat(row.online_at)
    if now > max(online_at + timedelta(days=row.offline_days), until or online_at):
        raise Refusal(
            "SIGN_IN_TOO_LONG_OFFLINE",
            Words(
                f"Đã quá {row.offline_days} ngày không đăng nhập trực tuyến.",
                f"More than {row.offline_days} days without an online sign-in.",
            ),
            Words(
                "Kết nối trung tâm rồi đăng nhập lại, hoặc lãnh đạo nhập mã gia hạn của trung tâm.",
                "Connect to central and sign in again, or let a supervisor type a grace code of central's.",
            ),
        )


def wrong_password(failures: int = 1) -> Refusal:
    return wrong_try("SIGN_IN_WRONG_PASSWORD", Words("Mật khẩu không đúng.", "The password is wrong."), failures)


def clock_set_back() -> Refusal:
    return Refusal(
        "CLOCK_SET_BACK",
        Words("Đồng hồ máy trạm chậm hơn lần đăng nhập trước.", "This desk's clock is behind its last sign-in."),
        Words("Chỉnh lại ngày giờ của máy rồi đăng nhập.", "Set the computer's date and time, then sign in."),
    )


def _code_first_online() -> Refusal:
    return Refusal(
        "CODE_FIRST_ONLINE",
        Words(
            "Lớp xác thực thứ hai vừa được cấp, máy trạm này chưa biết.",
            "The second factor is new, and this desk does not know it yet.",
        ),
        Words(
            "Lần đầu dùng mã phải đăng nhập khi có kết nối trung tâm.",
            "The first sign-in with a code needs the line to central.",
        ),
    )


def _pin_unset() -> Refusal:
    return Refusal(
        "PIN_UNSET",
        Words("Bạn chưa đặt PIN ở máy trạm này.", "You have no PIN at this desk."),
        Words("Dùng mật khẩu; đặt PIN bằng lệnh clerk desk pin.", "Use the password; clerk desk pin chooses a PIN."),
    )


def pin_wrong(left: int) -> Refusal:
    return Refusal(
        "PIN_WRONG",
        Words("PIN không đúng.", "The PIN is wrong."),
        Words(f"Còn {left} lần; sau đó phải dùng mật khẩu.", f"{left} more; after that the password is needed."),
    )


def pin_spent() -> Refusal:
    return Refusal(
        "PIN_SPENT",
        Words("Đã nhập sai PIN quá số lần cho phép.", "The PIN was wrong too often."),
        Words("Dùng mật khẩu; PIN dùng lại được sau đó.", "Use the password; the PIN works again after it."),
    )
