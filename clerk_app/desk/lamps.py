"""What is plugged in and reachable, as lamps and as `doctor` tells it. A missing device is a remedy, not a failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clerk_app.desk.counter import Counter
from clerk_app.desk.ports import CardReaders, Central, Printers, ReaderState, Scanners
from clerk_app.desk.views import DoctorCheck, DoctorView, LampView
from clerk_app.domain.refusals import Refusal, Words

_NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class CardWatch:
    """Whether a card lies on a reader, whether that changed, and what to hand to the next `watch_card`."""

    present: bool
    changed: bool
    token: tuple[ReaderState, ...]


class Lamps:
    """Asks every device once; each answer may take seconds, so ask from a lane."""

    def __init__(
        self,
        counter: Counter,
        readers: CardReaders,
        scanners: Scanners,
        printers: Printers,
        central: Central,
        surroundings: Callable[[], tuple[DoctorCheck, ...]],
    ) -> None:
        """`surroundings` checks what is not a device: disk, clock, database, catalogue."""
        self._counter = counter
        self._readers = readers
        self._scanners = scanners
        self._printers = printers
        self._central = central
        self._surroundings = surroundings

    def now(self) -> tuple[LampView, ...]:
        """The four lamps."""
        return (self.card(), self.scanner(), self.printer(), self.central())

    def card(self) -> LampView:
        """Readers and the card on them."""
        try:
            readers = self._readers.readers()
        except Refusal as fault:
            return LampView("card", "missing", fault.words, fault.remedy)
        if not readers:
            words = Words("Không có đầu đọc thẻ", "No card reader")
            return LampView("card", "missing", words, Words("Cắm đầu đọc thẻ vào cổng USB.", "Plug a reader in."))
        if any(reader.card_present for reader in readers):
            return LampView("card", "busy", Words("Có thẻ trên đầu đọc", "Card on the reader"), _NOTHING)
        return LampView("card", "ready", Words("Đầu đọc thẻ: sẵn sàng", "Card reader: ready"), _NOTHING)

    def scanner(self) -> LampView:
        """The scanners of this desk."""
        try:
            devices = self._scanners.devices()
        except Refusal as fault:
            return LampView("scanner", "missing", fault.words, fault.remedy)
        if not devices:
            words = Words("Không có máy quét", "No scanner")
            return LampView("scanner", "missing", words, Words("Cắm và bật máy quét.", "Connect and switch it on."))
        label = devices[0].label
        return LampView("scanner", "ready", Words(f"Máy quét: {label}", f"Scanner: {label}"), _NOTHING)

    def printer(self) -> LampView:
        """The print queues of this desk."""
        try:
            queues = self._printers.queues()
        except Refusal as fault:
            return LampView("printer", "missing", fault.words, fault.remedy)
        if not queues:
            words = Words("Không có máy in", "No printer")
            return LampView("printer", "missing", words, Words("Thêm máy in vào hệ thống.", "Add a printer."))
        queue = queues[0]
        if queue.state == "stopped":
            words = Words(f"Máy in {queue.name} đang dừng", f"Printer {queue.name} is stopped")
            remedy = Words("Kiểm tra giấy, nắp và cáp của máy in.", "Check its paper, cover and cable.")
            return LampView("printer", "trouble", words, remedy)
        return LampView("printer", "ready", Words("Máy in: sẵn sàng", "Printer: ready"), _NOTHING)

    def central(self) -> LampView:
        """The line to central and what waits for it."""
        outbox = self._counter.journal.outbox()
        waiting = outbox.dossiers_waiting
        if self._central.alive():
            if waiting:
                words = Words(f"Trực tuyến · đang gửi {waiting}", f"Online · sending {waiting}")
                return LampView("central", "busy", words, _NOTHING, waiting)
            return LampView("central", "ready", Words("Trực tuyến", "Online"), _NOTHING)
        words = Words(f"Ngoại tuyến · {waiting} chờ gửi", f"Offline · {waiting} waiting")
        remedy = Words(
            "Cứ tiếp tục làm việc; dữ liệu tự gửi khi có mạng.",
            "Go on working; everything is sent when the line is up.",
        )
        return LampView("central", "missing", words, remedy, waiting)

    def watch_card(self, known: tuple[ReaderState, ...], timeout_s: float) -> CardWatch:
        """Wait until a card or reader comes or goes. Raises `DeviceFault` where there is no smart-card service."""
        states = self._readers.wait(known, timeout_s)
        return CardWatch(any(state.card_present for state in states), states != known, states)

    def doctor(self) -> DoctorView:
        """Everything around the desk, each with its remedy."""
        checks = [
            DoctorCheck(lamp.name, "ok" if lamp.state in ("ready", "busy") else "warn", lamp.words, lamp.remedy)
            for lamp in self.now()
        ]
        return DoctorView((*checks, *self._surroundings()))
