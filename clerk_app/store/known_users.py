"""Who signed in on this desk with central's blessing, so that they may again while the line is down."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from clerk_app.desk.people import access_lost
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.store import faults, schema
from clerk_app.store.database import Database
from clerk_app.wire import SignedIn, User

_SKEW = timedelta(minutes=5)


def _verifier(password: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    costly = Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=64 * 1024)
    try:
        return costly.derive(password.encode())
    except MemoryError:
        raise faults.no_memory() from None


class KnownUsers:
    """`desk.ports.Users` in the encrypted database, with Argon2id verifiers and a delay that grows with failures."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def remember(self, signed_in: SignedIn, password: str) -> None:
        """Central let this person in with this password."""
        salt = secrets.token_bytes(16)
        user = signed_in.user
        with self._db.write() as connection:
            connection.execute(
                schema.users.insert().prefix_with("OR REPLACE"),
                {
                    "id": user.id,
                    "name": user.name,
                    "roles": json.dumps(user.roles),
                    "office": user.office,
                    "salt": salt,
                    "verifier": _verifier(password, salt),
                    "offline_days": signed_in.offline_days,
                    "online_at": signed_in.at.isoformat(),
                    "failures": 0,
                    "failed_at": None,
                    "active": True,
                },
            )

    def renew(self, people: Sequence[User]) -> None:
        """These are the people of this office now: names and roles as central has them, access for nobody else."""
        said = {user.id: user for user in people}
        with self._db.write() as connection:
            for known in connection.execute(sa.select(schema.users.c.id)).scalars().all():
                user = said.get(known)
                now: dict[str, object] = {"active": False}
                if user is not None:
                    roles = json.dumps(user.roles)
                    now = {"name": user.name, "roles": roles, "office": user.office, "active": user.active}
                connection.execute(schema.users.update().where(schema.users.c.id == known), now)

    def check(self, user: str, password: str, now: datetime, until: datetime | None = None) -> SignedIn:
        """The person, if they were here before and the time allows, or a limit is lifted `until` a later moment.

        The refusal names the true cause.
        """
        with self._db.read() as connection:
            row = connection.execute(sa.select(schema.users).where(schema.users.c.id == user)).one_or_none()
        if row is None:
            raise Refusal(
                "SIGN_IN_FIRST_ONLINE",
                Words("Người này chưa từng đăng nhập trên máy trạm này.", "This person never signed in on this desk."),
                Words(
                    "Lần đầu phải đăng nhập khi có kết nối trung tâm.", "The first sign-in needs the line to central."
                ),
            )
        online_at = datetime.fromisoformat(row.online_at)
        if now < online_at - _SKEW:
            raise clock_set_back()
        if row.failed_at is not None:
            again_at = datetime.fromisoformat(row.failed_at) + timedelta(
                seconds=min(300, 2 ** max(0, row.failures - 2))
            )
            if row.failures >= 3 and now < again_at:
                raise Refusal(
                    "SIGN_IN_WAIT",
                    Words("Đã nhập sai nhiều lần.", "Too many wrong passwords."),
                    Words("Đợi ít phút rồi thử lại.", "Wait a few minutes and try again."),
                )
        if not hmac.compare_digest(row.verifier, _verifier(password, row.salt)):
            self._failed(user, row.failures + 1, now)
            raise wrong_password()
        if not row.active:
            raise access_lost()
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
        self._failed(user, 0, None)
        return SignedIn(User(row.id, row.name, json.loads(row.roles), row.office), row.offline_days, online_at)

    def newest(self) -> tuple[datetime, int] | None:
        """When somebody last proved with a line who they are, and for how many days that is believed."""
        U = schema.users.c  # noqa: N806 - a table's columns, as everywhere here
        with self._db.read() as connection:
            rows = connection.execute(sa.select(U.online_at, U.offline_days)).all()
        return max(((datetime.fromisoformat(row.online_at), int(row.offline_days)) for row in rows), default=None)

    def names(self) -> tuple[str, ...]:
        """The sign-in names known here."""
        with self._db.read() as connection:
            return tuple(connection.execute(sa.select(schema.users.c.id).order_by(schema.users.c.id)).scalars())

    def people(self) -> tuple[User, ...]:
        """Everybody who signed in here before, as central last had them."""
        with self._db.read() as connection:
            rows = connection.execute(sa.select(schema.users).order_by(schema.users.c.id)).all()
        return tuple(User(row.id, row.name, json.loads(row.roles), row.office, bool(row.active)) for row in rows)

    def _failed(self, user: str, failures: int, at: datetime | None) -> None:
        with self._db.write() as connection:
            connection.execute(
                schema.users.update().where(schema.users.c.id == user),
                {"failures": failures, "failed_at": at.isoformat() if at else None},
            )


def wrong_password() -> Refusal:
    return Refusal(
        "SIGN_IN_WRONG_PASSWORD",
        Words("Mật khẩu không đúng.", "The password is wrong."),
        Words("Kiểm tra phím Caps Lock và bộ gõ tiếng Việt rồi nhập lại.", "Check Caps Lock and the input method."),
    )


def clock_set_back() -> Refusal:
    return Refusal(
        "CLOCK_SET_BACK",
        Words("Đồng hồ máy trạm chậm hơn lần đăng nhập trước.", "This desk's clock is behind its last sign-in."),
        Words("Chỉnh lại ngày giờ của máy rồi đăng nhập.", "Set the computer's date and time, then sign in."),
    )
