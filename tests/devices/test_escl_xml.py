"""What scanners say of themselves in XML: makers' dialects, states and reasons, and what is not eSCL at all."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clerk_app.devices.faults import FAULTS
from clerk_app.devices.scanner.escl_xml import (
    Input,
    Job,
    Status,
    capabilities_from,
    fault_in,
    fault_of,
    parsed,
    scan_settings,
    status_from,
    warming,
)
from clerk_app.devices.scanner.trouble import ScannerTrouble

HEAD = b"""<?xml version="1.0" encoding="UTF-8"?>
<s:ScannerCapabilities xmlns:s="http://schemas.hp.com/imaging/escl/2011/05/03"
  xmlns:p="http://www.pwg.org/schemas/2010/12/sm"><p:Version>2.6</p:Version>
  <p:MakeAndModel>Brother X</p:MakeAndModel>"""
TAIL = b"</s:ScannerCapabilities>"
BY_REFERENCE = (
    HEAD
    + b"""<s:SettingProfiles><s:SettingProfile name="one">
<s:ColorModes><s:ColorMode>Grayscale8</s:ColorMode></s:ColorModes>
<s:DocumentFormats><p:DocumentFormat>image/jpeg</p:DocumentFormat></s:DocumentFormats>
<s:SupportedResolutions><s:ResolutionRange><s:XResolutionRange><s:Min>100</s:Min><s:Max>600</s:Max>
<s:Normal>300</s:Normal><s:Step>1</s:Step></s:XResolutionRange></s:ResolutionRange></s:SupportedResolutions></s:SettingProfile></s:SettingProfiles>
<s:Adf><s:AdfSimplexInputCaps><s:MaxWidth>2550</s:MaxWidth><s:MaxHeight>1000</s:MaxHeight><s:SettingProfiles>
<s:SettingProfile ref="one"/></s:SettingProfiles></s:AdfSimplexInputCaps>
<s:AdfOptions><s:AdfOption>Duplex</s:AdfOption></s:AdfOptions></s:Adf>"""
    + TAIL
)


def test_profiles_by_reference_and_ranges_are_understood() -> None:
    able = capabilities_from(BY_REFERENCE)

    assert (able.model, able.version, tuple(able.inputs)) == ("Brother X", "2.6", ("feeder", "both_sides"))
    feeder = able.inputs["feeder"]
    assert (feeder.dpi(300), feeder.dpi(75), feeder.dpi(1200)) == (300, 100, 600)
    assert (feeder.colour, feeder.sends_jpeg, feeder.region) == ("Grayscale8", True, (2480, 1000))
    assert able.inputs["both_sides"] == feeder


def test_a_scanner_that_says_little_is_asked_for_what_every_one_can() -> None:
    able = capabilities_from(HEAD + b"<s:Platen><s:PlatenInputCaps/></s:Platen>" + TAIL)

    glass = able.inputs["glass"]
    assert (glass.dpi(300), glass.colour, glass.sends_jpeg, glass.region) == (300, "RGB24", True, (2480, 3508))


@pytest.mark.parametrize("number", ["-5", "0", "1e9", "99999999999", "٣٠٠", "", "NaN"])
def test_absurd_numbers_count_as_not_said(number: str) -> None:
    text = f"<s:Platen><s:PlatenInputCaps><s:MaxWidth>{number}</s:MaxWidth></s:PlatenInputCaps></s:Platen>"

    assert capabilities_from(HEAD + text.encode() + TAIL).inputs["glass"].width == 0


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"<html/>",
        b"<a>",
        b"\xff\xfe<",
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><ScannerCapabilities>&b;</ScannerCapabilities>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><ScannerCapabilities/>',
    ],
)
def test_what_is_not_such_a_document_is_garbled(octets: bytes) -> None:
    for read in (capabilities_from, status_from):
        with pytest.raises(ScannerTrouble) as trouble:
            read(octets)
        assert trouble.value.code == "SCANNER_GARBLED"


@given(st.binary(max_size=400))
def test_any_octets_are_read_or_garbled(octets: bytes) -> None:
    for read in (capabilities_from, status_from):
        for whole in (octets, HEAD + octets + TAIL):
            with suppress(ScannerTrouble):
                read(whole)


@example("¹", "glass", 300)
@given(st.text(max_size=20), st.sampled_from(["glass", "feeder", "both_sides"]), st.integers(1, 9600))
def test_what_is_asked_for_is_xml_whatever_version_the_scanner_claims(version: str, kind: str, dpi: int) -> None:
    root = parsed(scan_settings(kind, Input(), dpi, version))  # type: ignore[arg-type]

    assert root.tag.endswith("ScanSettings")


def test_a_status_tells_the_scanner_its_feeder_and_each_job_by_its_address() -> None:
    status = status_from(
        b"""<s:ScannerStatus xmlns:s="x" xmlns:p="y"><p:State>Idle</p:State><s:AdfState>ScannerAdfJam</s:AdfState>
        <s:Jobs><s:JobInfo><p:JobUri>https://host/eSCL/ScanJobs/17/</p:JobUri><p:JobUuid>urn:uuid:ab</p:JobUuid>
        <p:JobState>Aborted</p:JobState><p:JobStateReasons><p:JobStateReason>AbortedBySystem</p:JobStateReason>
        </p:JobStateReasons></s:JobInfo></s:Jobs></s:ScannerStatus>"""
    )

    job = Job("Aborted", ("AbortedBySystem",))
    assert status == Status("Idle", "ScannerAdfJam", (), {"ab": job, "17": job})


@pytest.mark.parametrize(
    ("status", "feeder", "code"),
    [
        (Status("Idle", "ScannerAdfLoaded"), True, ""),
        (Status("Idle", "ScannerAdfEmpty"), True, ""),
        (Status("Idle", "ScannerAdfJam"), True, "SCANNER_JAMMED"),
        (Status("Idle", "ScannerAdfJam"), False, ""),
        (Status("Stopped", "ScannerAdfHatchOpen"), False, "SCANNER_COVER_OPEN"),
        (Status("Idle", "ScannerAdfInputTrayOverloaded"), True, "SCANNER_TRAY"),
        (Status("Idle", "ScannerAdfDuplexPageTooShort"), True, "SCANNER_PAPER_SIZE"),
        (Status("Down"), False, "SCANNER_STOPPED"),
        (Status("Stopped", reasons=("media-jam",)), False, "SCANNER_JAMMED"),
        (Status("Stopped", reasons=("CoverOpen",)), True, "SCANNER_COVER_OPEN"),
    ],
)
def test_a_state_is_the_fault_it_names(status: Status, feeder: bool, code: str) -> None:
    assert fault_of(status, feeder) == code
    assert not code or code in FAULTS


def test_warming_up_is_no_fault() -> None:
    assert warming(Status("Testing"))
    assert warming(Status("Processing", reasons=("lamp-warming-up",)))
    assert not warming(Status("Processing"))
    assert fault_in(("lamp-warming-up", "none")) == ""
