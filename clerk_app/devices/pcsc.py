"""Card readers behind the PC/SC service of the system (pcscd, Windows Smart Card), by way of pyscard.

Every call opens its own short context: a service that was restarted meanwhile is simply met anew, and a reading never
waits behind a watch.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

from clerk_app.desk.ports import Access, Cancel, CardReading, Clock, Progress, ReaderState
from clerk_app.devices import card_faults
from clerk_app.devices.card_conversation import read_identity
from clerk_app.devices.emrtd.apdu import NotCarried, is_extended
from clerk_app.devices.emrtd.files import extended_length
from clerk_app.domain.refusals import DeviceFault

log = logging.getLogger(__name__)

_STOPPED = ("SCARD_E_NO_SERVICE", "SCARD_E_SERVICE_STOPPED", "SCARD_F_COMM_ERROR")
_REFUSED = "SCARD_W_SECURITY_VIOLATION"
_PLUG_AND_PLAY = "\\\\?PnP?\\Notification"
_LOOK_AGAIN_S = 0.25
_TRIES = 16
_COUNTER_SHIFT = 16
"""The upper half of an event state counts the cards that came and went (PC/SC part 5, SCardGetStatusChange)."""
_PRACTICE_WORD = "Practice"


def _scard() -> ModuleType:
    """pyscard's binding, loaded when a reader is first asked for."""
    try:
        from smartcard import scard
    except ImportError as missing:
        raise card_faults.library_missing() from missing
    return scard  # type: ignore[no-any-return]


def _fault(scard: ModuleType, code: int) -> DeviceFault:
    """The fault behind a PC/SC return code (PC/SC part 5 §3.1)."""
    code &= 0xFFFFFFFF

    def among(*names: str) -> bool:
        return code in {getattr(scard, name) & 0xFFFFFFFF for name in names if hasattr(scard, name)}

    # pcscd's client library says "security violation" of any line that the service closed, as it does when it ends.
    if among(*_STOPPED, _REFUSED) or code in (
        0x80100013,
        0x8010001D,
        0x8010001E,
        0x80100003,
    ):
        return card_faults.service_stopped()
    if among("SCARD_E_NO_READERS_AVAILABLE"):
        return card_faults.no_reader()
    if among("SCARD_E_UNKNOWN_READER", "SCARD_E_READER_UNAVAILABLE"):
        return card_faults.reader_unknown()
    if among("SCARD_E_NO_SMARTCARD"):
        return card_faults.no_card()
    if among(
        "SCARD_W_UNRESPONSIVE_CARD", "SCARD_W_UNPOWERED_CARD", "SCARD_W_UNSUPPORTED_CARD", "SCARD_E_PROTO_MISMATCH"
    ):
        return card_faults.mute()
    if among("SCARD_E_SHARING_VIOLATION"):
        return card_faults.busy()
    if among("SCARD_E_TIMEOUT"):
        return card_faults.too_slow()
    if among("SCARD_W_REMOVED_CARD", "SCARD_W_RESET_CARD", "SCARD_E_NOT_TRANSACTED", "SCARD_E_INVALID_HANDLE"):
        return card_faults.torn()
    log.warning("PC/SC answered with a code that has no fault of its own: %08X", code)
    return card_faults.service_stopped()


def _is_refusal(scard: ModuleType, code: int) -> bool:
    return bool(code & 0xFFFFFFFF == getattr(scard, _REFUSED) & 0xFFFFFFFF)


class PcscCardReaders:
    """Every PC/SC reader plugged in now (`desk.ports.CardReaders`).

    `trusted` are the believed signing certificates in DER or PEM; `practice` believes the specimen authority alone, and
    without it the specimen authority is never believed.
    """

    def __init__(self, trusted: Sequence[bytes], practice: bool, clock: Clock) -> None:
        self._trusted = tuple(trusted)
        self._practice = practice
        self._clock = clock
        self._stopped = threading.Event()
        self._watching: int | None = None
        self._served = False

    def believe(self, trusted: Sequence[bytes]) -> None:
        """From the next reading on these may vouch for a card."""
        self._trusted = tuple(trusted)

    def readers(self) -> tuple[ReaderState, ...]:
        """The readers by name. Raises `DeviceFault` when the service does not answer; no reader is an empty tuple."""
        scard = _scard()
        with self._context(scard) as context:
            return self._states(scard, context)[0]

    def read(
        self,
        access: Access,
        reader: str = "",
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> CardReading:
        """Read the card on `reader`, or on the only reader with a card."""
        scard = _scard()
        with self._context(scard) as context:
            name = self._choose(self._states(scard, context)[0], reader)
            with self._connected(scard, context, name) as (card, protocol):

                def transmit(command: bytes) -> bytes:
                    code, answer = scard.SCardTransmit(card, protocol, list(command))
                    if code != scard.SCARD_S_SUCCESS:
                        if is_extended(command):
                            # Some drivers take no such command, each with an error of its own; if the card is gone
                            # instead, the next command says so.
                            raise NotCarried
                        raise _fault(scard, code)
                    if len(answer) < 2:
                        # A card that leaves in the middle of an exchange ends as an empty success with some services.
                        raise card_faults.torn()
                    return bytes(answer)

                return read_identity(
                    transmit,
                    access,
                    device=name,
                    trusted=self._trusted,
                    practice=self._practice,
                    clock=self._clock,
                    extended=self._promises_extended_length(scard, card),
                    progress=progress,
                    cancel=cancel,
                )

    def wait(self, known: tuple[ReaderState, ...], timeout_s: float) -> tuple[ReaderState, ...]:
        """Block until readers or cards differ from `known`; the states as they now are.

        While the service is away and nothing was known, waits for it until the time is over, then raises; when it goes
        away from under known readers, raises at once. `stop` ends the wait early.
        """
        scard = _scard()
        until = time.monotonic() + timeout_s
        while True:
            try:
                with self._context(scard) as context:
                    return self._watch(scard, context, known, until)
            except DeviceFault as fault:
                if known or fault.code != "CARD_SERVICE_STOPPED":
                    raise
                left = until - time.monotonic()
                if left <= 0 or self._stopped.wait(min(_LOOK_AGAIN_S, left)):
                    raise

    def stop(self) -> None:
        """Wake a `wait` in another thread; for good."""
        self._stopped.set()
        context = self._watching
        if context is not None:
            _scard().SCardCancel(context)

    def _watch(
        self, scard: ModuleType, context: int, known: tuple[ReaderState, ...], until: float
    ) -> tuple[ReaderState, ...]:
        self._watching = context
        try:
            while True:
                states, raw = self._states(scard, context)
                left = until - time.monotonic()
                if states != known or left <= 0 or self._stopped.is_set():
                    return states
                # A short look each time: not every service reports readers that come (`PnP`) while none is there.
                pause_ms = int(1000 * (left if raw else min(left, _LOOK_AGAIN_S)))
                asked = [(name, event) for name, event in raw] + [(_PLUG_AND_PLAY, scard.SCARD_STATE_UNAWARE)]
                code, _ = scard.SCardGetStatusChange(context, max(pause_ms, 1), asked)
                if code & 0xFFFFFFFF == scard.SCARD_E_CANCELLED & 0xFFFFFFFF:
                    return states
                if code not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT, scard.SCARD_E_UNKNOWN_READER):
                    raise _fault(scard, code)
        finally:
            self._watching = None

    @contextmanager
    def _context(self, scard: ModuleType) -> Iterator[int]:
        for _ in range(_TRIES):
            code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
            # One that has served us is ending; of one that never has, only a refusal that stays is one.
            if self._served or not _is_refusal(scard, code):
                break
            self._stopped.wait(_LOOK_AGAIN_S)
        else:
            raise card_faults.service_refused()
        if code != scard.SCARD_S_SUCCESS:
            raise _fault(scard, code)
        self._served = True
        try:
            yield context
        finally:
            scard.SCardReleaseContext(context)

    @contextmanager
    def _connected(self, scard: ModuleType, context: int, name: str) -> Iterator[tuple[int, int]]:
        """The card on reader `name`, for us alone; (handle, protocol)."""
        code, card, protocol = scard.SCardConnect(
            context, name, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        if _is_refusal(scard, code):
            self._states(scard, context)  # A line that is closed says so here.
            raise card_faults.service_refused()
        if code != scard.SCARD_S_SUCCESS:
            raise _fault(scard, code)
        # The reset ends the protected conversation: nobody goes on with our keys.
        at_end = scard.SCARD_RESET_CARD
        try:
            code = scard.SCardBeginTransaction(card)
            if code != scard.SCARD_S_SUCCESS:
                raise _fault(scard, code)
            yield card, protocol
        except DeviceFault as fault:
            if fault.code == "CARD_TORN":
                # pcscd writes the reader down as empty when it cannot reset a card that is gone, and then overlooks one
                # laid down before it polls again.
                at_end = scard.SCARD_LEAVE_CARD
            raise
        finally:
            scard.SCardEndTransaction(card, at_end)
            scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)

    def _states(self, scard: ModuleType, context: int) -> tuple[tuple[ReaderState, ...], list[tuple[str, int]]]:
        """The readers, and each with the raw event state from which the next change is waited for."""
        code, names = scard.SCardListReaders(context, [])
        if code & 0xFFFFFFFF == scard.SCARD_E_NO_READERS_AVAILABLE & 0xFFFFFFFF:
            return (), []
        if code != scard.SCARD_S_SUCCESS:
            raise _fault(scard, code)
        if not names:
            return (), []
        code, states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE) for name in names])
        if code == scard.SCARD_E_UNKNOWN_READER:
            return (), []
        if code not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT):
            raise _fault(scard, code)
        found: list[ReaderState] = []
        raw: list[tuple[str, int]] = []
        for name, event, _atr in states:
            # A mute chip counts as a card: reading it then says that it does not answer.
            present = bool(event & scard.SCARD_STATE_PRESENT)
            found.append(ReaderState(name, present, _PRACTICE_WORD in name, event >> _COUNTER_SHIFT & 0xFFFF))
            raw.append((name, event & ~scard.SCARD_STATE_CHANGED))
        return tuple(found), raw

    @staticmethod
    def _choose(states: tuple[ReaderState, ...], wanted: str) -> str:
        if not states:
            raise card_faults.no_reader()
        if wanted:
            chosen = [state for state in states if state.name == wanted]
            if not chosen:
                raise card_faults.reader_unknown()
            return chosen[0].name
        with_card = [state for state in states if state.card_present]
        if not with_card:
            raise card_faults.no_card()
        if len(with_card) > 1:
            raise card_faults.several_cards()
        return with_card[0].name

    @staticmethod
    def _promises_extended_length(scard: ModuleType, card: int) -> bool:
        code, _name, _state, _protocol, atr = scard.SCardStatus(card)
        return code == scard.SCARD_S_SUCCESS and extended_length(historical_bytes(bytes(byte & 0xFF for byte in atr)))


def historical_bytes(atr: bytes) -> bytes:
    """The historical bytes of an answer to reset (ISO 7816-3 §8.2); empty when it is cut off."""
    if len(atr) < 2:
        return b""
    count, at, more = atr[1] & 0x0F, 2, atr[1] >> 4
    while more:
        at += bin(more & 0b0111).count("1")
        if not more & 0b1000:
            break
        if at >= len(atr):
            return b""
        more = atr[at] >> 4
        at += 1
    return atr[at : at + count]
