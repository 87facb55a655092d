"""What `ports.Printers` promises, over each way to paper: a real IPP printer, a print server, the practice printer."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clerk_app.desk.ports import Printers
from clerk_app.devices.printer.printers import IppPrinters
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import printer as practice
from tests.peers.ipp import CupsQueue, IppPrinter, free_port, until

pytestmark = pytest.mark.wire

FONT = Path(__file__).resolve().parents[2] / "resources" / "fonts" / "BeVietnamPro_400Regular.ttf"
WORDS = "Giấy tiếp nhận hồ sơ: Đỗ Ngọc Ánh, 135.000 ₫"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to paper, and how to make it hesitate and fail."""

    uri: str
    printers: Printers
    came_out: Callable[[], tuple[Path, ...]]
    hold: Callable[[], None]
    release: Callable[[], None]
    fail: Callable[[], None]


def receipt() -> bytes:
    from reportlab.lib.pagesizes import A5
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    registerFont(TTFont("Contract", str(FONT)))
    out = BytesIO()
    canvas = Canvas(out, pagesize=A5, initialFontName="Contract")
    canvas.setFont("Contract", 11)
    canvas.drawString(40, 500, WORDS)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def text_of(pdf: Path) -> str:
    said = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True, timeout=30)
    return said.stdout.decode("utf-8")


@pytest.fixture(params=["ippeveprinter", "cups", "practice"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    if request.param == "practice":
        machine = practice.start(tmp_path / "spool", seconds=0.05)
        yield Way(
            machine.uri,
            IppPrinters(cups=f"127.0.0.1:{free_port()}", direct=[machine.uri]),
            machine.documents,
            lambda: machine.set_fault("runs-out"),
            lambda: machine.set_fault(""),
            lambda: machine.set_fault("abort"),
        )
        machine.close()
        return
    real: IppPrinter = request.getfixturevalue("ipp_printer")
    if request.param == "cups":
        queue: CupsQueue = request.getfixturevalue("cups_queue")
        uri, printers = queue.uri, IppPrinters(cups=queue.server)
    else:
        uri, printers = real.uri, IppPrinters(cups=f"127.0.0.1:{free_port()}", direct=[real.uri])
    assert until(lambda: any(queue.state == "idle" for queue in printers.queues()))
    yield Way(uri, printers, real.documents, real.hold, real.release, real.fail)
    real.heal()
    assert until(lambda: any(queue.state == "idle" for queue in printers.queues()))


def never() -> bool:
    return False


def test_a_receipt_comes_out_once_with_every_letter(way: Way) -> None:
    outcome = way.printers.print(way.uri, receipt(), "M01", 1, never)

    assert (outcome.state, outcome.detail, outcome.words) == ("completed", "", ())
    assert outcome.job > 0
    (paper,) = way.came_out()
    assert WORDS in text_of(paper)


def test_the_list_shows_the_queue_idle(way: Way) -> None:
    (queue,) = [queue for queue in way.printers.queues() if queue.uri == way.uri]

    assert (queue.state, queue.reasons) == ("idle", ())
    assert queue.name


def test_a_queue_that_does_not_exist_is_called_unknown_and_nothing_is_printed(way: Way) -> None:
    with pytest.raises(DeviceFault) as refused:
        way.printers.print(f"{way.uri}-nowhere", receipt(), "M01", 1, never)

    assert refused.value.code == "PRINTER_UNKNOWN"
    assert way.came_out() == ()


def test_a_machine_that_is_off_is_called_unreachable(way: Way) -> None:
    off = f"ipp://127.0.0.1:{free_port()}{urlsplit(way.uri).path}"

    with pytest.raises(DeviceFault) as refused:
        way.printers.print(off, receipt(), "M01", 1, never)

    assert refused.value.code == "PRINTER_UNREACHABLE"


def test_a_clerk_who_stops_watching_is_told_it_is_unknown_and_it_still_comes_out_once(way: Way) -> None:
    asked = 0

    def soon() -> bool:
        nonlocal asked
        asked += 1
        return asked > 20

    way.hold()
    began = time.monotonic()
    outcome = way.printers.print(way.uri, receipt(), "M01", 1, soon)
    took = time.monotonic() - began
    way.release()

    assert outcome.state == "unknown"
    assert "not-watched" in outcome.detail
    assert outcome.words[-1].vi == "không theo dõi tiếp"
    assert took < 10
    assert until(lambda: len(way.came_out()) == 1)


def test_a_job_the_printer_gives_up_is_failed_in_words(way: Way) -> None:
    way.fail()

    outcome = way.printers.print(way.uri, receipt(), "M01", 1, never)
    if "/printers/" in way.uri:
        # The print server asks the printer for its verdict, and on a busy machine may ask too late: once more.
        outcome = outcome if outcome.state == "failed" else way.printers.print(way.uri, receipt(), "M01", 1, never)

    assert outcome.state == "failed"
    assert outcome.words
    assert all(words.vi and words.en for words in outcome.words)


def test_two_receipts_after_one_another_are_two_jobs(way: Way) -> None:
    outcomes = [way.printers.print(way.uri, receipt(), "M01", 1, never) for _ in range(2)]

    assert [outcome.state for outcome in outcomes] == ["completed", "completed"]
    assert len({outcome.job for outcome in outcomes}) == 2
    assert len(way.came_out()) == 2
