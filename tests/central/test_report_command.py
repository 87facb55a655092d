"""`central report`: every period and choice that the window has, over generated dossiers at the server itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import generated_years
from clerk_app.central.database import database_url, open_database
from clerk_app.central.people import seed_practice
from clerk_app.domain.dossier import Opened, Submitted
from tests.peers.commands import Said, here

STRETCHES = generated_years.smaller(1000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("central")
    database = open_database(database_url(folder), practice=True)
    seed_practice(database)
    generated_years.load(database, STRETCHES, seed=5)
    database.close()
    return folder


def drawn() -> list[tuple[Opened, Submitted]]:
    found = []
    for _, happened in generated_years.histories(STRETCHES, seed=5):
        opened = next(what for _, _, what in happened if isinstance(what, Opened))
        found.append((opened, next(what for _, _, what in happened if isinstance(what, Submitted))))
    return found


def report(folder: Path, *more: str) -> Said:
    said = here("central", "report", "--data", folder, *more, "--json")
    assert said.code == 0, said.err
    return said


def received(said: Said, column: int = 0) -> int:
    lines = [line for table in said.json["report"]["tables"] for line in table["lines"]]
    return int(next(line for line in lines if line["code"] == "received")["values"][column]["of"])


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        (("--year", "2023"), "2023-01-01", "2023-12-31"),
        (("--quarter", "2024-1"), "2024-01-01", "2024-03-31"),
        (("--month", "2023-07"), "2023-07-01", "2023-07-31"),
        (("--day", "2024-02-01"), "2024-02-01", "2024-02-01"),
        (("--from", "2023-12-20", "--to", "2024-01-10"), "2023-12-20", "2024-01-10"),
    ],
)
def test_every_period(folder: Path, asked: tuple[str, ...], begin: str, end: str) -> None:
    hand = sum(begin <= one.received_at.date().isoformat() <= end for _, one in drawn())
    said = report(folder, *asked)
    assert (said.json["first"], said.json["last"]) == (begin, end)
    assert received(said) == hand


def test_every_choice_and_the_dossiers_behind_a_figure(folder: Path) -> None:
    year = [(opened, one) for opened, one in drawn() if one.received_at.year == 2023]
    counter = year[0][0].counter
    of_counter = [pair for pair in year if pair[0].counter == counter]
    assert received(report(folder, "--year", "2023", "--counter", counter)) == len(of_counter)
    online = {one.code for opened, one in year if opened.channel == "online"}
    assert received(report(folder, "--year", "2023", "--channel", "online")) == len(online)
    assert received(report(folder, "--year", "2023", "--procedure", "licence-exchange")) == len(year)
    assert received(report(folder, "--year", "2023", "--procedure", "licence-issue")) == 0
    assert received(report(folder, "--year", "2023", "--office", "PC08-HP")) == 0
    split = report(folder, "--year", "2023", "--by", "channel")
    place = split.json["report"]["groups"].index("online") + 1
    assert received(split, place) == len(online)
    listed = report(folder, "--year", "2023", "--by", "channel", "--behind", "received", "--group", "online")
    assert listed.json["total"] == len(online)
    assert {one["code"] for one in listed.json["dossiers"]} == online
    wrong = here("central", "report", "--data", folder, "--quarter", "2024-5")
    assert wrong.code == 2


def test_a_long_list_comes_page_by_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clerk_app.wire_reports.MOST_LISTED", 40)
    asked = ("--year", "2023", "--behind", "received")
    pages = [report(folder, *asked, "--page", page).json for page in ("1", "2", "3")]
    assert [(page["total"], page["page"], len(page["dossiers"])) for page in pages] == [
        (105, 1, 40),
        (105, 2, 40),
        (105, 3, 25),
    ]
    assert len({one["code"] for page in pages for one in page["dossiers"]}) == 105
    said = here("central", "report", "--data", folder, *asked, "--page", "2")
    assert "41–80 of 105 dossiers, page 2 of 3; go on with --page 3" in said.out
    assert here("central", "report", "--data", folder, *asked, "--page", "4").refusal == "LIST_PAGE_UNKNOWN"
