"""Whatever is missing is a lamp and a remedy, never a failed start; the clerk's work goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from clerk_app.desk.lamps import Lamps
from clerk_app.desk.ports import PrintQueue, ReaderState
from clerk_app.desk.views import DoctorCheck, LampView
from clerk_app.devices.serial_scanner import SerialScanner
from clerk_app.domain.refusals import Refusal, Words
from tests.desk import fakes
from tests.desk.conftest import Desk


def _lamp(desk: Desk, name: str) -> LampView:
    return next(lamp for lamp in desk.lamps.now() if lamp.name == name)


def _check(desk: Desk, name: str) -> DoctorCheck:
    return next(check for check in desk.lamps.doctor().checks if check.name == name)


def test_everything_is_there(table: Desk) -> None:
    table.readers.states = (ReaderState("Reader 1", False),)
    assert [(lamp.name, lamp.state) for lamp in table.lamps.now()] == [
        ("card", "ready"),
        ("scanner", "ready"),
        ("printer", "ready"),
        ("central", "ready"),
    ]
    checks = table.lamps.doctor().checks
    assert [check.name for check in checks] == ["reader", "scanner", "printer", "central", "clock", "disk"]
    assert {check.state for check in checks} == {"ok"}


@pytest.mark.parametrize("how", ["none", "fault"])
@pytest.mark.parametrize("name", ["card", "scanner", "printer"])
def test_each_device_that_is_missing_has_a_remedy_and_work_goes_on(table: Desk, name: str, how: str) -> None:
    device = {"card": table.readers, "scanner": table.scanners, "printer": table.printers}[name]
    if how == "fault":
        device.broken = fakes.fault("GONE")  # type: ignore[attr-defined]
    elif name == "card":
        table.readers.states = ()
    else:
        device.found = ()  # type: ignore[attr-defined]
    lamp = _lamp(table, name)
    assert lamp.state == "missing"
    assert all((lamp.words.vi, lamp.words.en, lamp.remedy.vi, lamp.remedy.en))
    check = _check(table, "reader" if name == "card" else name)
    assert (check.state, check.remedy) == ("warn", lamp.remedy)
    others = [one for one in table.lamps.now() if one.name != name]
    assert {one.state for one in others} <= {"ready", "busy"}
    table.intake.enter(table.draft(), {"applicant.name": "Đỗ Thị Hằng"}, "identity", "")
    assert table.queue.today().rows[0].name == "Đỗ Thị Hằng"


def test_a_code_scanner_on_a_serial_port_has_a_lamp_and_a_line_where_one_is_set(table: Desk, tmp_path: Path) -> None:
    port = tmp_path / "ttyUSB0"
    port.touch()

    def lamps(setting: str) -> Lamps:
        devices = table.readers, table.scanners, table.printers
        return Lamps(table.counter, *devices, table.central, tuple, str, code_scanner=SerialScanner(setting))

    def told(setting: str) -> tuple[str, str, str]:
        lamp = next(lamp for lamp in lamps(setting).now() if lamp.name == "code_scanner")
        check = next(check for check in lamps(setting).doctor().checks if check.name == "code_scanner")
        assert (check.words, check.remedy) == (lamp.words, lamp.remedy)
        assert lamp.remedy.vi or lamp.state == "ready"
        return lamp.state, check.state, lamp.words.en

    assert told(f"serial:{port}@115200") == ("ready", "ok", f"Code scanner: {port}")
    port.unlink()
    assert told(f"serial:{port}") == ("missing", "warn", f"The code scanner on port {port} cannot be opened.")
    assert told("COM3")[:2] == ("missing", "warn")


def test_a_card_on_the_reader(table: Desk) -> None:
    assert _lamp(table, "card").state == "busy"
    empty = (ReaderState("Reader 1", False),)
    seen = table.lamps.watch_card(empty, 0)
    assert (seen.present, seen.changed) == (True, True)
    again = table.lamps.watch_card(seen.token, 0)
    assert (again.present, again.changed) == (True, False)


def test_without_a_smart_card_service_watching_says_so(table: Desk) -> None:
    table.readers.broken = fakes.fault("CARD_SERVICE_MISSING")
    with pytest.raises(Refusal, match="CARD_SERVICE_MISSING"):
        table.lamps.watch_card((), 0)


def test_the_lamp_is_that_of_the_chosen_printer(table: Desk) -> None:
    table.printers.found = (PrintQueue("ipp://one/", "one", "idle"), PrintQueue("ipp://two/", "two", "stopped"))
    assert _lamp(table, "printer").state == "ready"
    table.wanted_queue = "two"
    lamp = _lamp(table, "printer")
    assert (lamp.state, "two" in lamp.words.vi) == ("trouble", True)
    table.wanted_queue = "three"
    assert _lamp(table, "printer").state == "missing"


def test_without_a_line_the_lamp_counts_what_waits(table: Desk) -> None:
    table.draft()
    assert (_lamp(table, "central").state, _lamp(table, "central").waiting) == ("busy", 1)
    table.central.line = False
    table.draft()
    lamp = _lamp(table, "central")
    assert (lamp.state, lamp.waiting) == ("missing", 2)
    assert "2" in lamp.words.vi
    assert lamp.remedy.vi
    assert _check(table, "central").state == "warn"
    assert _check(table, "clock").state == "ok"


def test_a_wrong_clock_is_called_a_wrong_clock(table: Desk) -> None:
    table.central.at = lambda: table.clock() + timedelta(hours=3)
    check = _check(table, "clock")
    assert check.state == "warn"
    assert "11:30 23/11/2026" in check.remedy.vi
    table.central.refuses = Refusal("CLOCK_WRONG", Words("chậm", "behind"), Words("chỉnh", "set it"))
    assert (_check(table, "clock").state, _check(table, "clock").words.vi) == ("fail", "chậm")
    assert _check(table, "central").state == "ok"


def test_offline_a_clock_behind_the_journal_is_noticed(table: Desk) -> None:
    table.draft()
    table.central.line = False
    table.time -= timedelta(days=1)
    assert _check(table, "clock").state == "fail"


def test_a_central_that_turns_us_away_is_told(table: Desk) -> None:
    table.central.refuses = Refusal("STATION_BLOCKED", Words("khóa", "blocked"), Words("gọi", "call"))
    check = _check(table, "central")
    assert (check.state, check.words.en, check.remedy.en) == ("fail", "blocked", "call")
