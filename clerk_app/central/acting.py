"""For whom a station asks something: who they are, what their roles allow, and how far. Never the station's own word.

What an entry says was done is judged by `rules`; this is for what is asked at the moment.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from clerk_app.central.people import find_user, signed_in_at
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import RoleTable, reach_of, whose
from clerk_app.wire import User

ASK_A_SUPERVISOR = Words("Chuyển cho lãnh đạo phụ trách xem xét.", "Hand it to the supervisor.")
REFUSALS = ("USER_UNKNOWN", "USER_INACTIVE", "ROLE_MISSING", "ROLE_REACH")
"""What `acting` may say."""


def acting(
    connection: Connection,
    who: str,
    scope: str,
    station: KnownStation,
    roles: RoleTable,
    dossier: Callable[[], Dossier | None] | None = None,
) -> User:
    """The person for whom the station asks, if they may do this to this dossier.

    `dossier` gives it as far as it was accepted; one that central has not heard of is of whoever opened it there.
    Where none is named nobody can say whose it is.
    Raises `Refusal` as in `REFUSALS`.
    """
    user = find_user(connection, who)
    if user is None or user.office != station.office or not signed_in_at(connection, who, station.code):
        raise Refusal(
            "USER_UNKNOWN",
            Words("Trung tâm không biết người này ở máy trạm này.", "Central does not know this person here."),
            Words("Đăng nhập lại khi có mạng.", "Sign in again with a line."),
        )
    if not user.active:
        raise Refusal(
            "USER_INACTIVE",
            Words("Tài khoản này đã bị khóa.", "This account is closed."),
            Words("Liên hệ cán bộ quản trị.", "Ask the IT officer."),
        )
    reach = reach_of(user.roles, scope, roles)
    if reach is None:
        raise role_missing()
    if reach == "own":
        state = dossier() if dossier is not None else None
        if dossier is None or (state is not None and whose(state, who, station.office) != "own"):
            raise role_reach()
    return user


def role_missing(remedy: Words = ASK_A_SUPERVISOR) -> Refusal:
    """None of the person's roles has the scope; `remedy` says whose would, where that is known."""
    return Refusal(
        "ROLE_MISSING",
        Words("Người này không có quyền làm việc này.", "This person has no role that may do this."),
        remedy,
    )


def role_reach() -> Refusal:
    """Their role has the scope, for their own dossiers only."""
    return Refusal(
        "ROLE_REACH",
        Words(
            "Người này chỉ được làm việc này với hồ sơ của mình.", "This person may do this to their own dossiers only."
        ),
        ASK_A_SUPERVISOR,
    )
