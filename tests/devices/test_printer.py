"""The IPP driver where the contract does not reach: trouble of a real printer, lost answers, hostile answers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from clerk_app.devices.faults import fault
from clerk_app.devices.printer.ipp import address, parsed, well_formed
from clerk_app.devices.printer.printers import IppPrinters
from clerk_app.devices.printer.reasons import stopper, words_of
from clerk_app.domain.refusals import DeviceFault, Words
from clerk_app.practice.printer import FAULTS, PracticePrinter, start
from tests.peers.ipp import CupsQueue, IppPrinter, free_port, until

PDF = b"%PDF-1.4\n1 0 obj<</Type/Page/MediaBox [ 0 0 419.5 595.3 ]>>endobj\n%%EOF\n"


def never() -> bool:
    return False


def after(times: int) -> Iterator[bool]:
    """A cancellation that comes when it was asked for so many times."""
    for _ in range(times):
        yield False
    while True:
        yield True


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[PracticePrinter]:
    machine = start(tmp_path / "spool", seconds=0.05)
    yield machine
    machine.close()


def quick(*direct: str) -> IppPrinters:
    return IppPrinters(cups=f"127.0.0.1:{free_port()}", direct=direct, silence_s=1.0, watch_s=5.0)


# ---- a real printer ----------------------------------------------------------------------------------------------


@pytest.mark.wire
def test_while_one_job_is_under_way_a_real_printer_is_busy_and_nothing_is_sent_twice(ipp_printer: IppPrinter) -> None:
    printers = quick(ipp_printer.uri)
    ipp_printer.hold()
    asked = after(8)
    first = printers.print(ipp_printer.uri, PDF, "M01", 1, lambda: next(asked))
    with pytest.raises(DeviceFault) as refused:
        printers.print(ipp_printer.uri, PDF, "M01", 1, never)
    ipp_printer.release()

    assert first.state == "unknown"
    assert refused.value.code == "PRINTER_BUSY"
    assert until(lambda: printers.queues()[0].state == "idle")
    assert len(ipp_printer.documents()) == 1


@pytest.mark.wire
def test_the_bytes_at_the_printer_are_the_bytes_sent(ipp_printer: IppPrinter) -> None:
    quick().print(ipp_printer.uri, PDF, "M01", 2, never)

    (paper,) = ipp_printer.documents()
    assert paper.read_bytes() == PDF


@pytest.mark.wire
def test_what_a_real_printer_complains_about_is_shown_in_words(ipp_printer: IppPrinter) -> None:
    printers = quick(ipp_printer.uri)
    ipp_printer.say("STATE: +media-low-warning")
    printers.print(ipp_printer.uri, PDF, "M01", 1, never)
    shown = until(lambda: printers.queues()[0].words == (Words("sắp hết giấy", "paper is low"),))
    still_prints = printers.print(ipp_printer.uri, PDF, "M01", 1, never).state
    ipp_printer.say("STATE: -media-low-warning")
    printers.print(ipp_printer.uri, PDF, "M01", 1, never)

    assert shown
    assert still_prints == "completed"
    assert until(lambda: printers.queues()[0].words == ())


@pytest.mark.wire
def test_a_print_server_is_found_by_its_setting_and_by_the_environment(
    cups_queue: CupsQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_setting = IppPrinters(cups=cups_queue.server).queues()
    monkeypatch.setenv("CUPS_SERVER", cups_queue.server)
    by_environment = IppPrinters().queues()

    assert [queue.uri for queue in by_setting] == [cups_queue.uri]
    assert by_environment == by_setting


@pytest.mark.wire
def test_a_paused_or_closed_queue_of_the_print_server_refuses_before_anything_is_sent(cups_queue: CupsQueue) -> None:
    import subprocess

    def told(command: str) -> None:
        subprocess.run([command, "-h", cups_queue.server, "counter"], check=True, timeout=20)

    printers = IppPrinters(cups=cups_queue.server, watch_s=10.0)
    codes = []
    for close, open_again in (("cupsdisable", "cupsenable"), ("cupsreject", "cupsaccept")):
        told(close)
        with pytest.raises(DeviceFault) as refused:
            printers.print(cups_queue.uri, PDF, "M01", 1, never)
        told(open_again)
        codes.append(refused.value.code)

    assert codes == ["PRINTER_STOPPED", "PRINTER_NOT_ACCEPTING"]
    assert cups_queue.printer.documents() == ()


# ---- what goes wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ("jam", "PRINTER_JAMMED"),
        ("media-empty", "PRINTER_NO_PAPER"),
        ("door-open", "PRINTER_OPEN"),
        ("paused", "PRINTER_STOPPED"),
        ("not-accepting", "PRINTER_NOT_ACCEPTING"),
        ("busy", "PRINTER_BUSY"),
        ("no-pdf", "PRINTER_NO_PDF"),
        ("garbage", "PRINTER_GARBLED"),
    ],
)
def test_trouble_before_the_job_is_a_fault_and_printing_again_is_safe(
    practice: PracticePrinter, trouble: str, code: str
) -> None:
    practice.set_fault(trouble)
    with pytest.raises(DeviceFault) as refused:
        quick().print(practice.uri, PDF, "M01", 1, never)
    practice.set_fault("")
    again = quick().print(practice.uri, PDF, "M01", 1, never)

    assert refused.value.code == code
    assert again.state == "completed"
    assert len(practice.documents()) == 1


@pytest.mark.parametrize(
    ("trouble", "state", "detail"),
    [
        ("abort", "failed", "aborted-by-system"),
        ("cancel", "failed", "job-canceled-at-device"),
        ("vanish", "unknown", "job-gone"),
        ("mute", "unknown", "no-answer"),
        ("slow", "completed", ""),
    ],
)
def test_trouble_after_the_job_was_taken_is_an_outcome(
    practice: PracticePrinter, trouble: str, state: str, detail: str
) -> None:
    practice.set_fault(trouble)

    outcome = quick().print(practice.uri, PDF, "M01", 1, never)

    assert (outcome.state, outcome.detail) == (state, detail)
    assert len(practice.documents()) == 1


def test_if_only_the_answer_is_lost_the_job_is_found_again_and_not_sent_again(practice: PracticePrinter) -> None:
    practice.set_fault("lost")

    outcome = quick().print(practice.uri, PDF, "M01", 1, never)

    assert (outcome.state, outcome.job) == ("completed", 1)
    assert len(practice.documents()) == 1


def test_a_printer_that_runs_out_of_paper_prints_when_it_was_filled(practice: PracticePrinter) -> None:
    practice.set_fault("runs-out")

    def fill() -> bool:
        if practice.documents():
            practice.set_fault("")
        return False

    assert quick().print(practice.uri, PDF, "M01", 1, fill).state == "completed"


def test_a_printer_without_paper_is_not_watched_for_ever_and_the_reason_is_kept(practice: PracticePrinter) -> None:
    practice.set_fault("runs-out")
    printers = IppPrinters(direct=[practice.uri], silence_s=1.0, watch_s=0.6)

    outcome = printers.print(practice.uri, PDF, "M01", 1, never)

    assert (outcome.state, outcome.detail) == ("unknown", "media-empty-error,not-watched")
    assert outcome.words[0] == Words("hết giấy", "out of paper")


def test_cancelling_is_answered_within_a_moment(practice: PracticePrinter) -> None:
    practice.set_fault("slow")
    asked = after(2)

    outcome = quick().print(practice.uri, PDF, "M01", 1, lambda: next(asked))

    assert outcome.state == "unknown", "nobody waited for the end of the job, which would be `completed`"


def test_a_direct_printer_that_is_off_stands_in_the_list_with_the_reason() -> None:
    (queue,) = quick(f"ipp://127.0.0.1:{free_port()}/ipp/print").queues()

    assert (queue.state, queue.reasons) == ("stopped", ("unreachable",))
    assert queue.words == (Words("không liên lạc được với máy in", "the printer cannot be reached"),)


def test_without_any_print_service_the_remedy_is_named() -> None:
    with pytest.raises(DeviceFault) as refused:
        quick().queues()

    assert refused.value.code == "PRINTER_SERVICE_MISSING"


@pytest.mark.parametrize("uri", ["", "http://localhost/ipp", "ipp://", "ipp://host:99999/x", "/dev/lp0", "ipp://[::1"])
def test_an_address_that_is_none_is_named(uri: str) -> None:
    with pytest.raises(DeviceFault) as refused:
        quick().print(uri, PDF, "M01", 1, never)

    assert refused.value.code == "PRINTER_ADDRESS"


def test_addresses_become_http() -> None:
    assert address("ipp://printer/ipp/print") == "http://printer:631/ipp/print"
    assert address("ipps://[::1]:8631/ipp") == "https://[::1]:8631/ipp"


def test_copies_and_the_paper_of_the_document_are_asked_for(
    practice: PracticePrinter,
) -> None:
    quick().print(practice.uri, PDF, "M01", 2, never)
    quick().print(practice.uri, PDF.replace(b"419.5 595.3", b"595.3 841.9"), "M01", 1, never)

    first, second = sorted(practice.spool.glob("job-*.json"))
    assert first.read_text() == '{"copies": 2, "media": "iso_a5_148x210mm"}'
    assert second.read_text() == '{"copies": 1, "media": "iso_a4_210x297mm"}'


def test_a_warning_does_not_stop_and_an_error_does() -> None:
    assert stopper(["media-empty-warning"], stopped=False) == ""
    assert stopper(["media-empty-error"], stopped=False) == "PRINTER_NO_PAPER"
    assert stopper(["paused", "media-jam"], stopped=True) == "PRINTER_JAMMED"
    assert stopper(["paused"], stopped=True) == "PRINTER_STOPPED"
    assert words_of(["media-empty-error", "media-empty-warning", "vendor-thing"]) == (
        Words("hết giấy", "out of paper"),
        Words("vendor-thing", "vendor-thing"),
    )
    assert "0x0400" in fault("PRINTER_REFUSED", status="0x0400").words.vi


def test_every_practice_fault_can_be_set_and_no_other(practice: PracticePrinter) -> None:
    for trouble in FAULTS:
        practice.set_fault(trouble)
    with pytest.raises(KeyError):
        practice.set_fault("explode")


# ---- hostile answers ---------------------------------------------------------------------------------------------

GOOD = bytes.fromhex("0200000000000001") + b"".join(
    [
        b"\x01\x47\x00\x12attributes-charset\x00\x05utf-8",
        b"\x48\x00\x1battributes-natural-language\x00\x02en",
        b"\x02\x21\x00\x06job-id\x00\x04" + struct.pack(">i", 7),
        b"\x23\x00\x09job-state\x00\x04" + struct.pack(">i", 9),
        b"\x44\x00\x11job-state-reasons\x00\x04none\x03",
    ]
)


def test_a_good_answer_is_understood() -> None:
    assert parsed(GOOD).jobs[0]["job-id"] == 7


@settings(max_examples=200, deadline=2000)
@given(some.data())
def test_a_damaged_answer_is_understood_or_refused_within_two_seconds(data: some.DataObject) -> None:
    answer = bytearray(GOOD)
    for _ in range(data.draw(some.integers(1, 8))):
        answer[data.draw(some.integers(0, len(answer) - 1))] = data.draw(some.integers(0, 255))
    answer = answer[: data.draw(some.integers(0, len(answer)))]
    try:
        code = str(parsed(bytes(answer)).status)
    except DeviceFault as refused:
        code = refused.code
    assert code.isdigit() or code == "PRINTER_GARBLED"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("padding", [0, 70_000])
def test_an_answer_that_would_lead_the_parser_in_a_circle_is_refused(padding: int) -> None:
    # a value of minus six bytes, as pyipp reads it: back to the attribute's own beginning
    circle = b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x41\x00\x01a\xff\xfa" + b"\x03" * (1 + padding)

    with pytest.raises(DeviceFault) as refused:
        parsed(circle)

    assert refused.value.code == "PRINTER_GARBLED"


@given(some.binary(max_size=300))
@example(b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x44\x00\x01a\xff\xf0" + b"x" * 40)
def test_noise_is_no_answer(noise: bytes) -> None:
    assert not well_formed(noise) or noise.count(b"\x03") > 0
