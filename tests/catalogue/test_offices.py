"""An office has its own hours and sessions where the catalogue names it, and those of every office else."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from clerk_app.catalogue.pack import Pack, assemble
from clerk_app.catalogue.signing import packed_files
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal
from tests.peers.pack import FOLDER, copy_of_pack, public_key, sign_again, training_pack

DAY = date(2026, 11, 23)
RECEIVED = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)


@pytest.fixture
def two_offices(tmp_path: Path) -> Pack:
    """A pack in which the office PX-01 works until 16:30 and receives on Wednesday evenings, not on Saturdays."""
    from clerk_app.catalogue.pack import load

    folder = copy_of_pack(tmp_path)
    for name, row in (
        ("hours", "PX-01,07:30,11:30,13:00,16:30,2017-01-01,,Quy chế của đơn vị,yes"),
        ("receptions", "PX-01,Wed,17:00,19:00,2026-01-01,,Thông báo của đơn vị,yes"),
    ):
        path = folder / f"{name}.csv"
        path.write_text(path.read_text("utf-8") + row + "\n", "utf-8")
    sign_again(folder)
    return load(folder, [public_key()])


def test_an_office_that_is_named_keeps_its_own_hours(two_offices: Pack) -> None:
    own = two_offices.as_of(DAY, "PX-01").calendar
    other = two_offices.as_of(DAY, "PC08-HN").calendar
    assert own.hours.noon == time(11, 30)
    assert own.due(RECEIVED, 7, 28).at.time() == time(11, 30)
    assert own.due(RECEIVED, 10, 40).at.time() == time(16, 30)
    assert [session.weekday for session in own.sessions] == [2]
    assert other == two_offices.as_of(DAY).calendar == training_pack().as_of(DAY).calendar


def test_all_else_is_the_same_at_every_office(two_offices: Pack) -> None:
    own, any_office = two_offices.as_of(DAY, "PX-01"), two_offices.as_of(DAY)
    assert own is two_offices.as_of(DAY, "PX-01")
    assert own.fees is any_office.fees
    assert own.calendar.special == any_office.calendar.special


def test_a_pack_from_before_there_were_sessions_has_none() -> None:
    contents = {path.name: path.read_bytes() for path in packed_files(FOLDER) if path.name != "receptions.csv"}
    pack = assemble(training_pack().manifest, contents)
    assert pack.as_of(DAY).calendar.sessions == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("*,Samstag,08:00,12:00,2025-03-08,,x,yes", "weekday"),
        ("*,Sat,12:00,08:00,2025-03-08,,x,yes", "ends before it begins"),
    ],
)
def test_a_session_that_cannot_be_is_refused_with_its_line(row: str, said: str) -> None:
    contents = {path.name: path.read_bytes() for path in packed_files(FOLDER)}
    contents["receptions.csv"] += f"{row}\n".encode()
    with pytest.raises(Refusal) as refused:
        assemble(training_pack().manifest, contents)
    assert said in refused.value.words.en
    assert "receptions.csv" in str(refused.value)


def test_a_province_is_called_what_it_was_on_the_day() -> None:
    before, since = training_pack().as_of(date(2025, 6, 30)), training_pack().as_of(date(2025, 7, 1))
    assert before.provinces["002"].merged_into == "Hà Giang"
    assert since.provinces["002"].merged_into == "Tuyên Quang"
    assert before.id_provinces == since.id_provinces
    assert len(before.provinces) == 63
    assert len({province.merged_into for province in before.provinces.values()}) == 63
    assert len({province.merged_into for province in since.provinces.values()}) == 34
    assert training_pack().as_of(date(2024, 12, 31)).provinces["046"].merged_into == "Thừa Thiên Huế"
    assert since.provinces["046"].merged_into == "Huế"
