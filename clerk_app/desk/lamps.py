"""What is plugged in and reachable, as lamps and as `doctor` tells it. A missing device is a remedy, not a failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from clerk_app.desk.clock_watch import CLOCKS_DIFFER, ClockWatch
from clerk_app.desk.counter import NO_LINE, Counter
from clerk_app.desk.ports import Cameras, Cancel, CardReaders, Central, CodeScanner, Printers, ReaderState, Scanners
from clerk_app.desk.soundness import Soundness
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
        queue: Callable[[], str],
        cameras: Cameras | None = None,
        code_scanner: CodeScanner | None = None,
        scanner_rest_s: float = 0.0,
        watch: ClockWatch | None = None,
        soundness: Soundness | None = None,
    ) -> None:
        """`surroundings` checks disk, database and catalogue; `queue` is the desk's print queue; empty: the first.

        A scanner that is ready is asked again after `scanner_rest_s` seconds. `soundness` knows whether the store is as
        it was written.
        """
        self._counter = counter
        self._readers = readers
        self._scanners = scanners
        self._printers = printers
        self._central = central
        self._surroundings = surroundings
        self._queue = queue
        self._cameras = cameras
        self._code_scanner = code_scanner
        self._scanner_rest_s = scanner_rest_s
        self._soundness = soundness
        self._watch = watch or ClockWatch(counter.clock)
        self._scanner_seen: tuple[LampView | None, float] = (None, 0.0)

    def now(self, cancel: Cancel = lambda: False) -> tuple[LampView, ...]:
        """The lamps; a camera's and a code scanner's only where one is set. `cancel` ends the search for scanners."""
        set_up = tuple(lamp for lamp in (self.camera(), self.code_scanner()) if lamp)
        altered = self._soundness.lamp() if self._soundness is not None else None
        kept = (altered,) if altered is not None else ()
        return (self.card(), self._scanner_now_and_then(cancel), self.printer(), *set_up, *kept, self.central())

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

    def _scanner_now_and_then(self, cancel: Cancel) -> LampView:
        # Each driver is asked in a process of its own: one that answered is not asked again every few seconds.
        shown, at = self._scanner_seen
        if shown is None or shown.state != "ready" or time.monotonic() - at >= self._scanner_rest_s:
            shown = self.scanner(cancel)
            self._scanner_seen = shown, time.monotonic()
        return shown

    def scanner(self, cancel: Cancel = lambda: False) -> LampView:
        """The scanners of this desk."""
        try:
            devices = self._scanners.devices(cancel)
        except Refusal as fault:
            return LampView("scanner", "missing", fault.words, fault.remedy)
        if not devices:
            words = Words("Không có máy quét", "No scanner")
            return LampView("scanner", "missing", words, Words("Cắm và bật máy quét.", "Connect and switch it on."))
        label = devices[0].label
        return LampView("scanner", "ready", Words(f"Máy quét: {label}", f"Scanner: {label}"), _NOTHING)

    def printer(self) -> LampView:
        """The print queue of this desk."""
        try:
            queues = self._printers.queues()
        except Refusal as fault:
            return LampView("printer", "missing", fault.words, fault.remedy)
        if not queues:
            words = Words("Không có máy in", "No printer")
            return LampView("printer", "missing", words, Words("Thêm máy in vào hệ thống.", "Add a printer."))
        wanted = self._queue()
        queue = next((one for one in queues if not wanted or wanted in (one.uri, one.name)), None)
        if queue is None:
            words = Words("Không thấy máy in đã chọn", "The chosen printer is not there")
            return LampView("printer", "missing", words, Words("Bật máy in, hoặc chọn máy khác.", "Switch it on."))
        if queue.state == "stopped":
            words = Words(f"Máy in {queue.name} đang dừng", f"Printer {queue.name} is stopped")
            remedy = Words("Kiểm tra giấy, nắp và cáp của máy in.", "Check its paper, cover and cable.")
            return LampView("printer", "trouble", words, remedy)
        return LampView("printer", "ready", Words("Máy in: sẵn sàng", "Printer: ready"), _NOTHING)

    def camera(self) -> LampView | None:
        """The camera of this desk; None where none is set."""
        try:
            found = self._cameras.cameras() if self._cameras is not None else ()
        except Refusal as fault:
            return LampView("camera", "missing", fault.words, fault.remedy)
        if not found:
            return None
        label = found[0].label
        return LampView("camera", "ready", Words(f"Máy ảnh: {label}", f"Camera: {label}"), _NOTHING)

    def code_scanner(self) -> LampView | None:
        """The code scanner on a serial port; None where none is set: the others are keyboards."""
        if self._code_scanner is None:
            return None
        try:
            port = self._code_scanner.look()
        except Refusal as fault:
            return LampView("code_scanner", "missing", fault.words, fault.remedy)
        words = Words(f"Máy quét mã: {port}", f"Code scanner: {port}")
        return LampView("code_scanner", "ready", words, _NOTHING)

    def central(self) -> LampView:
        """The line to central and what waits for it; a clock that is wrong before all else."""
        line, wrong = self._central_alone(), self._watch.wrong()
        return line if wrong is None else LampView("central", "trouble", wrong.words, wrong.remedy, line.waiting)

    def _central_alone(self) -> LampView:
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
        devices = [_check(name, lamp) for name, lamp in (("reader", self.card()), ("scanner", self.scanner()))]
        devices.append(_check("printer", self.printer()))
        devices += [_check(lamp.name, lamp) for lamp in (self.camera(), self.code_scanner()) if lamp]
        return DoctorView((*devices, *self._line(), *self._surroundings()))

    def _line(self) -> tuple[DoctorCheck, DoctorCheck]:
        """Central and the clock: a request that changes nothing tells how both are."""
        central = _check("central", self._central_alone())
        try:
            there = self._central.push(()).at
        except Refusal as refusal:
            if refusal.code == "CLOCK_WRONG":
                return central, DoctorCheck("clock", "fail", refusal.words, refusal.remedy)
            if refusal.code not in NO_LINE:
                central = DoctorCheck("central", "fail", refusal.words, refusal.remedy)
            return central, self._clock_alone()
        self._watch.heard(there)
        wrong = self._watch.wrong()
        if wrong is not None:
            return central, DoctorCheck("clock", "warn", wrong.words, wrong.remedy)
        return central, DoctorCheck("clock", "ok", Words("Đồng hồ đúng giờ trung tâm", "Clock agrees"), _NOTHING)

    def _clock_alone(self) -> DoctorCheck:
        """Without central the journal still knows a moment that has been."""
        newest = self._counter.journal.find(limit=1)
        if newest and newest[0].changed_at > self._counter.clock() + CLOCKS_DIFFER:
            words = Words("Đồng hồ máy chậm hơn lần ghi gần nhất", "The clock is behind the newest entry of this desk")
            return DoctorCheck("clock", "fail", words, Words("Chỉnh ngày giờ của máy.", "Set the computer's clock."))
        jumped = self._watch.wrong()
        if jumped is not None:
            return DoctorCheck("clock", "warn", jumped.words, jumped.remedy)
        words = Words("Đồng hồ chưa so được với trung tâm", "Clock not compared with central")
        return DoctorCheck("clock", "ok", words, _NOTHING)


def _check(name: str, lamp: LampView) -> DoctorCheck:
    return DoctorCheck(name, "ok" if lamp.state in ("ready", "busy") else "warn", lamp.words, lamp.remedy)
