"""The reports of 2023 and of the first quarter of 2024 in the real window, by keys, at a central with a hundredth of
what was generated for them; then with the line cut, when the counter counts for itself and says so.

What must stand there is counted once more from the histories, without anything of reports.
"""

from __future__ import annotations

import math
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench import generated_years
from clerk_app import bootstrap
from clerk_app.central.database import open_database
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Opened, Submitted
from tests.peers.central import CentralProcess
from tests.peers.line import Line
from tests.stories.desk_window import DeskWindow, Told

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]
STRETCHES = generated_years.smaller(100)
COUNTER = "Q04"
_PATIENCE_S = 150.0
_WAYS = {
    "approved": "processed",
    "not-accepted": "returned",
    "withdrawn": "withdrawn",
    "supplement": "waiting",
    "processing": "in-process",
    "accepted": "in-process",
}


def counts(stretch: generated_years.Stretch, counter: str = "") -> Counter[str]:
    """What a stretch is, by lines of the report: of every counter, or of one."""
    since = datetime.combine(stretch.first, time(), HANOI)
    until = datetime.combine(stretch.last + timedelta(days=1), time(), HANOI)
    found: Counter[str] = Counter()
    for _, happened in generated_years.histories(STRETCHES, seed=7):
        accepted = next(one for _, _, one in happened if isinstance(one, Submitted))
        opened = next(one for _, _, one in happened if isinstance(one, Opened))
        if accepted.received_at >= until or (counter and opened.counter != counter):
            continue
        steps = [(at, one.to) for at, _, one in happened if isinstance(one, StepTaken) and one.step != "register"]
        before = [to for at, to in steps if at < since] or ["accepted"]
        if accepted.received_at >= since:
            found["received"] += 1
            found["received-online" if opened.channel == "online" else "received-direct"] += 1
        elif before[-1] in ("accepted", "processing", "supplement"):
            found["carried"] += 1
        else:
            continue
        found["total"] += 1
        at, state = max([(at, to) for at, to in steps if at < until], default=(since, "accepted"))
        found[_WAYS[state]] += 1
        if state == "approved":
            late = at > accepted.due_at
            found["late" if late else "on-time" if at.date() == accepted.due_at.date() else "early"] += 1
    return found


def said(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def share(of: int, over: int) -> str:
    """In percent with one decimal, halves upwards."""
    thousandths = math.floor(of * 1000 / over + 0.5)
    return f"{thousandths // 10},{thousandths % 10} %"


@pytest.fixture
def line(central: CentralProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Central with the generated dossiers, and a desk that has heard of all of them."""
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    central.stop()
    database = open_database(central.database_url)
    generated_years.load(database, STRETCHES, seed=7)
    database.close()
    central.start()
    line = Line(central.url)
    bootstrap.enrol(tmp_path / "desk", line.url, central.code(f"{COUNTER}-{secrets.token_hex(2)}"), "practice")
    with closing(bootstrap.open_desk(tmp_path / "desk", "practice")) as desk:
        desk.sign_in.sign_in("supervisor", "practice")
        desk.delivery.once(lambda: False)
        assert desk.counter.station.counter == COUNTER
    yield line
    line.close()


def report(window: DeskWindow, first: str, last: str) -> Told:
    begun = len(window.told)
    window.order("report", step="choose", first=first, last=last)
    return window.until("the report", lambda told: told["what"] == "report", begun, _PATIENCE_S)


def listed(window: DeskWindow, step: str, **more: str) -> Told:
    begun = len(window.told)
    window.order("report", step=step, **more)
    kind = "followed" if step == "follow" else "behind"
    return window.until(f"what {step} shows", lambda told: told["what"] == kind, begun, _PATIENCE_S)


def stands(shown: dict[str, Any], hand: Counter[str]) -> None:
    """Every count of the table of progress is that which was counted by hand."""
    lines = ["total", "carried", "received", "received-online", "received-direct", "processed", "early", "on-time"]
    lines += ["late", "in-process", "waiting", "returned", "withdrawn"]
    assert {name: shown["lines"][name][0] for name in lines} == {name: said(hand[name]) for name in lines}
    assert shown["lines"]["online"][0] == share(hand["received-online"], hand["received"])
    assert shown["lines"]["punctual"][0] == share(hand["early"] + hand["on-time"], hand["processed"])


def test_figures_and_the_dossiers_behind_them_and_without_a_line(line: Line, tmp_path: Path) -> None:
    with DeskWindow(tmp_path / "desk", "", tmp_path / "window", platform="offscreen", reader=False) as window:
        window.do("sign_in", user="supervisor")
        window.do("report", step="open")
        for stretch in STRETCHES:
            shown = report(window, f"{stretch.first:%d%m%Y}", f"{stretch.last:%d%m%Y}")
            assert "Tính tại trung tâm" in shown["sign"]
            assert counts(stretch)["received"] == stretch.received
            stands(shown, counts(stretch))
        year = report(window, "01012023", "31122023")
        hand = counts(STRETCHES[0])
        stands(year, hand)
        late = listed(window, "figure", line="late")
        assert late["rows"] == hand["late"]
        assert f"{said(hand['late'])} hồ sơ" in late["title"]
        window.do("report", step="back")
        # A list that is longer than a page is asked for page by page.
        behind = listed(window, "figure", line="received")
        assert behind["rows"] == 500
        assert f"{said(hand['received'])} hồ sơ, đang xem 1 đến 500" in behind["title"]
        after = listed(window, "turn")
        assert "đang xem 501 đến 1.000" in after["title"]
        assert after["top"] != behind["top"]
        followed = listed(window, "follow")
        assert followed["code"] == after["top"][0]
        assert followed["code"] in drawn(STRETCHES[0])
        window.do("press", key="Ctrl+R")
        # Now nobody answers: this counter counts what lies here of itself, and says so.
        line.pull_out()
        own = report(window, "01012023", "31122023")
        assert "Không có đường truyền" in own["sign"]
        assert COUNTER in own["sign"]
        here = counts(STRETCHES[0], COUNTER)
        assert 0 < here["received"] < hand["received"]
        stands(own, here)
        mine = listed(window, "figure", line="received-online")
        assert mine["rows"] == here["received-online"]
        assert window.close() == 0
        assert not window.complaints()


def drawn(stretch: generated_years.Stretch) -> set[str]:
    """The codes of what was received in a stretch."""
    every = (
        one
        for _, happened in generated_years.histories(STRETCHES, seed=7)
        for _, _, one in happened
        if isinstance(one, Submitted)
    )
    return {one.code for one in every if stretch.first <= one.received_at.date() <= stretch.last}
