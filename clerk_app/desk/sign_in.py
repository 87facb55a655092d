"""Signing in: online where the line is up, else for those this desk has seen before."""

from __future__ import annotations

from clerk_app.desk.counter import NO_LINE, Counter
from clerk_app.desk.ports import Central, Users
from clerk_app.desk.views import SessionView
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words


class SignIn:
    """Lets a person in, and out again."""

    def __init__(self, counter: Counter, central: Central, users: Users) -> None:
        self._counter = counter
        self._central = central
        self._users = users

    def sign_in(self, user: str, password: str) -> SessionView:
        """Who sits here now. Raises `Refusal` with the true cause, as central or this desk knows it."""
        user = nfc(user).lower()
        if not user or not password:
            raise Refusal(
                "SIGN_IN_EMPTY",
                Words("Chưa nhập tên đăng nhập hoặc mật khẩu.", "Sign-in name or password is missing."),
                Words("Nhập cả hai rồi bấm Enter.", "Enter both, then press Enter."),
            )
        offline = False
        try:
            signed_in = self._central.sign_in(user, password)
            self._users.remember(signed_in, password)
        except Refusal as refusal:
            if refusal.code not in NO_LINE:
                raise
            self._counter.admit_person()
            signed_in = self._users.check(user, password, self._counter.clock(), self._counter.lifted("days-offline"))
            offline = True
        self._counter.user = signed_in.user
        station = self._counter.station
        return SessionView(
            user=signed_in.user.id,
            name=signed_in.user.name,
            roles=tuple(signed_in.user.roles),
            counter=station.counter,
            office=Words(station.office_name_vi, station.office_name_en),
            practice=station.practice,
            offline=offline,
            since=self._counter.clock(),
        )

    def sign_out(self) -> None:
        """Nobody sits here any more; drafts stay."""
        self._counter.user = None
