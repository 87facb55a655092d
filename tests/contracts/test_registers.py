"""Each client of a register against its stand-in on the wire: the answer, and `unknown` with its cause for each fault.

What is unknown is never shown as clear, the same, fit or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from time import monotonic
from uuid import uuid4

import pytest

from clerk_app.central.registers.health import HttpHealthRegister, NoHealthRegister
from clerk_app.central.registers.licence import HttpLicenceRegister, SilentRegister
from clerk_app.central.registers.line import Line
from clerk_app.central.registers.population import HttpPopulationDatabase, Integration, NoPopulationDatabase
from clerk_app.central.registers.results import HttpResultRepository, NoResultRepository, ResultsWanted
from clerk_app.central.registers.violations import HttpViolationRegister, NoViolationRegister
from clerk_app.domain.registers import Claimed, Violation
from tests.peers.foreign import StandIn, played, stand_in

pytestmark = pytest.mark.wire

QUAN, DAT, NOBODY = "001090012345", "036088000123", "001000000009"
CLAIMED = Claimed(
    QUAN,
    "Trần Minh Quân",
    "1990-08-14",
    "M",
    "012345678",
    "Số 12, phố Hàng Bông, phường Hoàn Kiếm, thành phố Hà Nội",
)
WANTED = ResultsWanted(QUAN, QUAN, "TRẦN MINH QUÂN", "3.000347", (("KQ.G16.000347", ""),))
PATIENCE_S = 0.6

GENERAL = {
    "slow": "TIMEOUT",
    "hold": "TIMEOUT",
    "drip": "TIMEOUT",
    "down": "UNREACHABLE",
    "lost": "UNREACHABLE",
    "cut": "UNREACHABLE",
    "error": "HTTP_503",
    "garbage": "SHAPE",
}
"""What every system does at times, and why nobody knows then."""


@dataclass(frozen=True)
class Register:
    """One register: its stand-in, one question as (state, cause), and what the question answers in peace."""

    module: str
    ask: Callable[[str], tuple[str, str]]
    none: Callable[[], tuple[str, str]]
    peace: str
    faults: dict[str, str]


def _licences(url: str) -> tuple[str, str]:
    register = HttpLicenceRegister(url, PATIENCE_S)
    found = register.licences(QUAN)
    register.close()
    assert found.answered or (found.sanctions, found.licences) == ("unknown", [])
    return (f"{len(found.licences)} {found.sanctions}" if found.answered else "unknown"), found.problem


def _violations(url: str) -> tuple[str, str]:
    line = Line(url, PATIENCE_S)
    found = HttpViolationRegister(line).standing(QUAN, [])
    line.close()
    return found.state, found.cause


def _identity(url: str) -> tuple[str, str]:
    line = Line(url, PATIENCE_S)
    found = HttpPopulationDatabase(line, Integration("d", "m", "v")).compare(CLAIMED, "lan", uuid4())
    line.close()
    if found.held == "unknown":
        assert {agreement for _, agreement in found.fields} == {"unknown"}
    return found.held, found.cause


def _health(url: str) -> tuple[str, str]:
    line = Line(url, PATIENCE_S)
    found = HttpHealthRegister(line).certificates(QUAN, "")
    line.close()
    assert found.held == "yes" or not found.certificates
    return found.held, found.cause


def _results(url: str) -> tuple[str, str]:
    line = Line(url, PATIENCE_S)
    found = HttpResultRepository(line).results(WANTED)
    line.close()
    assert found.held == "yes" or not found.results
    return found.held, found.cause


REGISTERS = {
    "licences": Register(
        "registers",
        _licences,
        lambda: (SilentRegister().licences(QUAN).sanctions, SilentRegister().of_licence("1").problem),
        "2 clear",
        {"shape": "SHAPE", "stranger": "OTHER_PERSON", "contradicts": "AMBIGUOUS"},
    ),
    "violations": Register(
        "violation_records",
        _violations,
        lambda: (NoViolationRegister().standing(QUAN, []).state, NoViolationRegister().standing(QUAN, []).cause),
        "clear",
        {"shape": "SHAPE", "stranger": "OTHER_PERSON", "contradicts": "CONTRADICTS", "partial": "SHAPE"},
    ),
    "identity": Register(
        "population",
        _identity,
        lambda: (
            NoPopulationDatabase().compare(CLAIMED, "lan", uuid4()).held,
            NoPopulationDatabase().compare(CLAIMED, "lan", uuid4()).cause,
        ),
        "yes",
        {"shape": "SHAPE", "stranger": "OTHER_PERSON", "twins": "AMBIGUOUS"},
    ),
    "health": Register(
        "health_register",
        _health,
        lambda: (NoHealthRegister().certificates(QUAN, "").held, NoHealthRegister().certificates(QUAN, "").cause),
        "yes",
        {"shape": "SHAPE", "stranger": "OTHER_PERSON", "contradicts": "AMBIGUOUS"},
    ),
    "results": Register(
        "result_repository",
        _results,
        lambda: (NoResultRepository().results(WANTED).held, NoResultRepository().results(WANTED).cause),
        "yes",
        {"shape": "SHAPE", "stranger": "SHAPE"},
    ),
}


@pytest.fixture(scope="module")
def systems() -> Iterator[dict[str, StandIn]]:
    with ExitStack() as open_ones:
        yield {name: open_ones.enter_context(stand_in(one.module)) for name, one in REGISTERS.items()}


@pytest.mark.parametrize("name", REGISTERS)
def test_every_fault_is_unknown_with_its_cause_and_heals(systems: dict[str, StandIn], name: str) -> None:
    register, system = REGISTERS[name], systems[name]
    system.fault("none")
    assert register.ask(system.url) == (register.peace, "")
    for fault, cause in (GENERAL | register.faults).items():
        system.fault(fault, seconds=3)
        begun = monotonic()
        assert register.ask(system.url) == ("unknown", cause), fault
        assert monotonic() - begun < 2, fault
    system.fault("none")
    assert register.ask(system.url) == (register.peace, "")


@pytest.mark.parametrize("name", REGISTERS)
def test_what_comes_twice_is_there_once(systems: dict[str, StandIn], name: str) -> None:
    register, system = REGISTERS[name], systems[name]
    system.fault("duplicate")
    assert register.ask(system.url) == (register.peace, "")
    system.fault("none")


@pytest.mark.parametrize("name", REGISTERS)
def test_none_joined_is_unknown_and_says_so(name: str) -> None:
    assert REGISTERS[name].none() == ("unknown", "NOT_JOINED")


@pytest.mark.parametrize("name", REGISTERS)
def test_nobody_at_the_address_is_unknown(name: str) -> None:
    assert REGISTERS[name].ask("http://127.0.0.1:9") == ("unknown", "UNREACHABLE")


@pytest.mark.parametrize("name", REGISTERS)
@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b"null", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"maLoi": 0}'])
def test_no_answer_is_taken_for_a_good_one(name: str, said: bytes) -> None:
    with played(said) as system:
        state, cause = REGISTERS[name].ask(system.url)
    if name == "licences" and said == b'{"maLoi": 0}':
        # It could look and has nobody; of sanctions it said no word.
        assert (state, cause) == ("0 unknown", "")
    else:
        assert (state, cause) == ("unknown", "SHAPE")


def test_the_registers_own_error_is_told(systems: dict[str, StandIn]) -> None:
    with played(b'{"maLoi": 17, "tinhTrang": "KHONG", "soDinhDanh": "001090012345", "giayKham": []}') as system:
        assert _licences(system.url) == ("unknown", "MA_LOI_17")
        assert _violations(system.url) == ("unknown", "MA_LOI_17")
        assert _health(system.url) == ("unknown", "MA_LOI_17")
    with played(b'{"error_code": "X1", "CongdanCollection": {"CongDan": null}, "DanhSachGiayToKetQua": []}') as system:
        assert _identity(system.url) == ("unknown", "MA_LOI_X1")
        assert _results(system.url) == ("unknown", "MA_LOI_X1")


# ---- licences


def test_a_licence_is_found_by_its_own_number(systems: dict[str, StandIn]) -> None:
    register = HttpLicenceRegister(systems["licences"].url, PATIENCE_S)
    found = register.of_licence("010097055512")
    assert [(one["code"], one["number"], one["status"], one["points"]) for one in found.licences] == [
        ("A1", "010097055512", "valid", 12)
    ]
    assert found.holder == {"name": "TRẦN MINH QUÂN", "born": "1990-08-14"}
    held = register.of_licence("360177004321")
    assert (held.licences[0]["status"], held.licences[0]["points"], held.sanctions) == ("held", 6, "blocked")
    nobody = register.of_licence("019999999999")
    assert (nobody.answered, nobody.licences) == (True, [])
    systems["licences"].fault("stranger")
    assert register.of_licence("010097055512").problem == "OTHER_PERSON"
    systems["licences"].fault("none")
    register.close()


def test_a_register_without_a_word_on_sanctions_is_not_clear(systems: dict[str, StandIn]) -> None:
    systems["licences"].fault("partial")
    assert _licences(systems["licences"].url) == ("2 unknown", "")
    systems["licences"].fault("none")


# ---- violations


def test_a_sanction_says_who_decided_it_and_when(systems: dict[str, StandIn]) -> None:
    line = Line(systems["violations"].url, PATIENCE_S)
    register = HttpViolationRegister(line)
    found = register.standing(DAT, ["360177004321"])
    assert found.state == "blocked"
    assert found.violations == (
        Violation("held", "Phòng CSGT Công an tỉnh Ninh Bình", "0123/QĐ-TG", date(2026, 10, 15)),
    )
    systems["violations"].fault("duplicate")
    assert register.standing(DAT, []) == found
    systems["violations"].fault("bare")
    assert register.standing(QUAN, []).state == "blocked", "what stands in the way needs no particulars"
    systems["violations"].fault("none")
    line.close()


def test_violations_the_register_is_unsure_of_are_unknown() -> None:
    said = b'{"maLoi": 0, "soDinhDanh": "001090012345", "tinhTrang": "KHONG_RO"}'
    with played(said) as system:
        assert _violations(system.url) == ("unknown", "REGISTER_UNSURE")


# ---- identity


def _fields(url: str, claimed: Claimed = CLAIMED) -> dict[str, str]:
    line = Line(url, PATIENCE_S)
    found = HttpPopulationDatabase(line, Integration("d", "m", "v")).compare(claimed, "lan", uuid4())
    line.close()
    assert found.held == "yes", found
    return dict(found.fields)


def test_an_identity_is_compared_field_by_field(systems: dict[str, StandIn]) -> None:
    system = systems["identity"]
    system.fault("none")
    peace = _fields(system.url)
    # The house and street are the same; of commune and province the record has codes.
    assert peace == {"name": "same", "born": "same", "sex": "same", "old_number": "same", "residence": "unknown"}
    moved = _fields(system.url, Claimed(QUAN, "Trần Minh Quần", "1990-08-15", "F", "012345679", "Số 9, phố Huế"))
    assert set(moved.values()) == {"differs"}
    assert _fields(system.url, Claimed(QUAN, "TRẦN MINH QUÂN")) == {"name": "same"}
    system.fault("loose")
    assert _fields(system.url) == peace
    system.fault("partial")
    assert _fields(system.url) == {
        "name": "same",
        "born": "not_given",
        "sex": "not_given",
        "old_number": "not_given",
        "residence": "not_given",
    }
    system.fault("year")
    assert _fields(system.url)["born"] == "unknown"
    system.fault("other")
    assert (_fields(system.url)["name"], _fields(system.url)["born"]) == ("differs", "differs")
    system.fault("none")


def test_somebody_not_on_record_is_told_so(systems: dict[str, StandIn]) -> None:
    line = Line(systems["identity"].url, PATIENCE_S)
    found = HttpPopulationDatabase(line, Integration()).compare(Claimed(NOBODY, "Ai Đó"), "lan", uuid4())
    line.close()
    assert (found.held, found.cause, found.fields) == ("no", "NOT_FOUND", (("name", "unknown"),))


def test_the_database_learns_which_officer_asked_under_which_query(systems: dict[str, StandIn]) -> None:
    line, query = Line(systems["identity"].url, PATIENCE_S), uuid4()
    HttpPopulationDatabase(line, Integration("VN:GOV:CSDLDC", "m", "v")).compare(CLAIMED, "lan", query)
    line.close()
    assert {"MaCanBo": "lan", "MaYeuCau": str(query), "dstcode": "VN:GOV:CSDLDC"} in systems["identity"].ledger()


# ---- health


def test_a_certificate_is_found_by_its_number_and_must_be_the_persons(systems: dict[str, StandIn]) -> None:
    line = Line(systems["health"].url, PATIENCE_S)
    register = HttpHealthRegister(line)
    (one,) = register.certificates(QUAN, "").certificates
    assert (one.conclusion, one.classes, one.facility) == ("fit", ("B2", "A1"), "Bệnh viện thực hành Hà Nội")
    assert one.concluded is not None
    assert one.expires is not None
    assert (one.expires - one.concluded).days == 365
    assert register.certificates("", one.number).certificates == (one,)
    assert register.certificates(QUAN, one.number).certificates == (one,)
    assert register.certificates(DAT, one.number).cause == "OTHER_PERSON"
    assert register.certificates("", "00009/GKSKLX/01234/20").held == "no"
    systems["health"].fault("partial")
    (bare,) = register.certificates(QUAN, "").certificates
    assert (bare.conclusion, bare.concluded, bare.expires) == ("unknown", None, None)
    systems["health"].fault("none")
    line.close()


# ---- results


def test_an_earlier_result_is_found_with_its_files(systems: dict[str, StandIn]) -> None:
    line = Line(systems["results"].url, PATIENCE_S)
    repository = HttpResultRepository(line)
    (one,) = repository.results(WANTED).results
    assert (one.code, one.title, one.number) == ("KQ.G16.000347", "Giấy phép lái xe", "010167012345")
    assert one.files == (("giay-phep.pdf", "/tep/1/giay-phep.pdf"),)
    none = ResultsWanted(QUAN, QUAN, "TRẦN MINH QUÂN", "3.000347", (("KQ.G16.000001", ""),))
    assert repository.results(none).held == "no"
    systems["results"].fault("partial")
    (bare,) = repository.results(WANTED).results
    assert (bare.number, bare.files) == ("", ())
    systems["results"].fault("none")
    line.close()
