"""The second factor at central: secrets made from central's own (RFC 4226 §7.5), and each code accepted once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from clerk_app.carried import derived
from clerk_app.central.database import Database, users
from clerk_app.domain.sign_in import code_needed
from clerk_app.second_factor import SECRET_BYTES, judge, used_before


def secret_of(database: Database, factor: str) -> bytes:
    """The secret of the second factor with this name: nothing of it is kept, so that no copy of a table gives it."""
    return derived(database.secret, b"second factor " + factor.encode())[:SECRET_BYTES]


def spend(database: Database, user: str, factor: str, code: str, now: datetime, used: int) -> int:
    """The step of the code, which no other sign-in gets any more. `used` is the last one that was.

    Raises `Refusal` CODE_NEEDED, CODE_WRONG, CODE_USED, CODE_CLOCK.
    """
    if not code.strip():
        raise code_needed()
    step = judge(secret_of(database, factor), code, now, used)
    with database.write(f"second factor {user}") as connection:
        fresh = (users.c.id == user) & (users.c.factor == factor) & (users.c.factor_step < step)
        if not connection.execute(update(users).where(fresh).values(factor_step=step)).rowcount:
            raise used_before()
    return step
