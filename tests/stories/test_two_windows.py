"""Two real windows, two desks, one central, all of them processes: the same dossier is worked on at both.

Q01 opens it / the line of Q01 is pulled out, Q01 types on / Q02 takes it over and types / plug in: what is independent
stands at both, the phone number of two opinions lies on the shelf of Q01 / a supervisor decides / all have the same
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from clerk_app import bootstrap
from clerk_app.central.database import entries, open_database
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import Dossier
from tests.peers.central import CentralProcess
from tests.peers.line import Line
from tests.stories.desk_window import DeskWindow, Told

pytestmark = pytest.mark.wire
OURS, THEIRS = "0911111111", "0922222222"


@dataclass
class Place:
    """A desk with its line; its window is opened later."""

    profile: Path
    line: Line

    def state(self, dossier: UUID) -> Dossier:
        """The dossier as it stands here, once everything went to central and everything was heard."""
        with closing(bootstrap.open_desk(self.profile, "practice")) as desk:
            for _ in range(2):
                desk.delivery.once(lambda: False)
            assert desk.journal.verify().ok
            assert desk.journal.refused() == ()
            assert desk.journal.outbox().waiting == 0
            return desk.journal.dossier(dossier)


@pytest.fixture
def places(central: CentralProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Place, Place]]:
    """Two enrolled desks of one office, at each of which a clerk and a supervisor were before."""
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    with ExitStack() as stack:
        made = []
        for station, user in (("Q01", "clerk"), ("Q02", "clerk2")):
            line = Line(central.url)
            stack.callback(line.close)
            place = Place(tmp_path / station, line)
            bootstrap.enrol(place.profile, line.url, central.code(station), "practice")
            with closing(bootstrap.open_desk(place.profile, "practice")) as desk:
                for somebody in ("supervisor", user):
                    desk.sign_in.sign_in(somebody, "practice")
            made.append(place)
        yield made[0], made[1]


def shared(first: Place, second: Place) -> UUID:
    """A draft that both desks have; it is open at neither."""
    with closing(bootstrap.open_desk(first.profile, "practice")) as desk:
        desk.sign_in.sign_in("clerk", "practice")
        dossier = desk.intake.open().dossier
        desk.intake.enter(dossier, {"applicant.phone": "0900000000"}, "application", "")
        desk.intake.park()
        desk.delivery.once(lambda: False)
    with closing(bootstrap.open_desk(second.profile, "practice")) as desk:
        desk.delivery.once(lambda: False)
        assert desk.journal.dossier(dossier).text("applicant.phone") == "0900000000"
    return dossier


def enter(window: DeskWindow, field: str, text: str, step: str = "F3", other: str = "F2") -> None:
    """Type over a field of a step, and leave the step so that it is saved before anything else."""
    window.do("press", key=step)
    window.do("to", field=field)
    window.do("press", key="Ctrl+A")
    window.do("type", text=text)
    begun = len(window.told)
    window.do("press", key=other)
    window.until(f"{field} to say {text}", lambda line: line.get("values", {}).get(field) == text, begun)


def test_two_windows_on_one_dossier_end_with_the_same(
    central: CentralProcess, places: tuple[Place, Place], tmp_path: Path
) -> None:
    first, second = places
    dossier = shared(first, second)
    with opened(first, tmp_path / "w1") as one, opened(second, tmp_path / "w2") as two:
        open_shared(one, "clerk", dossier)
        one.until_words("Trực tuyến")
        first.line.pull_out()
        enter(one, "reason", "Sap het han")
        enter(one, "applicant.phone", OURS)
        open_shared(two, "clerk2", dossier)
        two.until_words("Quầy Q01", "đang mở từ")
        begun = len(two.told)
        two.do("press", key="Ctrl+Shift+T")
        two.do("type", text="sang quay 2")
        two.do("press", key="Return")
        two.until("the dossier to be this desk's", gone("đang mở từ"), begun)
        enter(two, "applicant.residence", "Hue", "F2", "F3")
        enter(two, "applicant.phone", THEIRS)
        two.do("delivered")
        first.line.plug_in()
        one.do("press", key="Ctrl+Shift+D")
        one.until_words("Quầy Q02", "vừa tiếp quản")
        one.do("press", key="Ctrl+3")
        one.until_words("Trung tâm từ chối", "Bản của Q01", OURS, THEIRS, "Lãnh đạo phụ trách đăng nhập để quyết định")
        one.do("sign_out")
        one.do("sign_in", user="supervisor")
        one.do("press", key="Ctrl+3")
        one.until_words("Nhập lại bản của quầy", "Bản của Q01")
        begun = len(one.told)
        one.do("press", key="Alt+2")
        one.do("type", text="da hoi lai")
        one.do("press", key="Return")
        one.until_words("Đã quyết định.", begun=begun)
        one.do("delivered")
        for window in (one, two):
            assert window.close() == 0
            assert window.complaints() == []
    kept = [place.state(dossier) for place in places]
    assert kept[0] == kept[1]
    assert [kept[0].text(f"applicant.{name}") for name in ("phone", "residence")] == [OURS, "Hue"]
    assert kept[0].text("reason") == "Sap het han"
    exactly_once(central, *places)


def opened(place: Place, folder: Path) -> DeskWindow:
    """Its window, without a screen."""
    return DeskWindow(place.profile, "", folder, platform="offscreen", reader=False)


def open_shared(window: DeskWindow, user: str, dossier: UUID) -> None:
    """Sign in and open the one dossier of today's list."""
    window.do("sign_in", user=user)
    begun = len(window.told)
    window.do("press", key="Return")
    window.until("the dossier", lambda line: line.get("dossier") == str(dossier), begun)


def gone(part: str) -> Callable[[Told], bool]:
    """Whether no text on the screen holds this any more."""
    return lambda line: line["what"] == "words" and not any(part in text for text in line["shown"])


def exactly_once(central: CentralProcess, *places: Place) -> None:
    """Every desk has each entry once, all have the same, and central holds those and no other."""
    kept, dossiers = [], set()
    for place in places:
        _, database, journal = bootstrap.open_store(place.profile, "practice")
        with closing(database):
            lines = journal.find()
            kept.append(sorted(str(record.entry.id) for line in lines for record in journal.records(line.dossier)))
            dossiers |= {line.dossier for line in lines}
    assert kept[0] == kept[1]
    assert len(set(kept[0])) == len(kept[0])
    assert verify(central.database_url).ok
    there = open_database(central.database_url)
    with closing(there), there.read() as connection:
        found = connection.execute(select(entries.c.id).where(entries.c.dossier.in_(dossiers))).scalars().all()
    assert sorted(map(str, found)) == kept[0], "besides who came and went"
