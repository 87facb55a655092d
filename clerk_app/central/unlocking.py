"""A supervisor ends the wait that wrong guesses brought upon somebody: nobody is ever locked out for good."""

from __future__ import annotations

from datetime import datetime

import msgspec

from clerk_app import wire
from clerk_app.central.database import Database
from clerk_app.central.people import Policy, end_wait, find_user, sign_in
from clerk_app.central.stations import KnownStation
from clerk_app.domain.people import sign_in_name
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import RoleTable, may
from clerk_app.domain.sign_in import UNLOCK, own_wait, same_person


def unlock(
    database: Database,
    asked: wire.UnlockAsked,
    station: KnownStation,
    now: datetime,
    policy: Policy,
    roles: RoleTable,
) -> wire.SignedIn:
    """The supervisor, who proved themselves as for signing in; wrong guesses of `asked.user` here count no more.

    Raises `Refusal` as `people.sign_in`, and ROLE_MISSING, FOUR_EYES for an account of the supervisor's own, and
    USER_UNKNOWN for one that is not of this office.
    """
    asked = msgspec.structs.replace(asked, user=sign_in_name(asked.user))
    said = wire.SignInAsked(asked.supervisor, asked.password, asked.code, asked.proof)
    done = sign_in(database, said, station.code, station.office, now, policy, frozenset({"unlock"}), asked.user)
    by = done.user
    if not may(by.roles, UNLOCK, roles):
        raise Refusal(
            "ROLE_MISSING",
            Words("Người này không có quyền mở khóa cho người khác.", "This person may not lift a wait."),
            Words("Nhờ lãnh đạo phụ trách.", "Ask a supervisor."),
        )
    with database.write(f"sign-in {station.code}") as connection:
        user = find_user(connection, asked.user)
        if user is None or user.office != station.office:
            raise Refusal(
                "USER_UNKNOWN",
                Words("Đơn vị này không có người đó.", "This office has nobody of that name."),
                Words("Kiểm tra tên đăng nhập.", "Check the sign-in name."),
            )
        if same_person(by.id, by.person, user.id, user.person):
            raise own_wait()
        end_wait(connection, user.id, station.code)
    return done
