"""A clerk's hands for somebody who is not there: the dossier came online, the money comes over the platform."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from clerk_app.desk.payment_view import PaymentView
from ui import application
from ui.story import SHIFT, Citizen, Clerk, Script, Until, pause


class FromAfar:
    """Examines and accepts the online dossier that stands open, with keys alone."""

    def __init__(self, window: application.Application, clerk: Clerk) -> None:
        self._window = window
        self._clerk = clerk

    def accept(self, citizen: Citizen, shown: Callable[[str], None]) -> Script:
        """From the registers to the printed receipt. `shown`: registers, application, papers, fee, paid, receipt."""
        clerk = self._clerk
        yield clerk.press(Qt.Key.Key_F2)
        yield clerk.press(Qt.Key.Key_F8, SHIFT)
        yield clerk.until("an answer about the register", lambda seen: seen.identity.register.tone != "calm")
        yield pause(0.3)
        shown("registers")
        yield pause(0)
        yield from clerk._onwards("identity")
        yield from clerk._application_step(citizen, shown)
        yield from clerk._onwards("application")
        yield from clerk._papers(shown)
        yield from clerk._onwards("papers")
        yield from self._paid_online(shown)
        yield from clerk._onwards("fee")
        yield from clerk._receipt(shown)

    def _paid_online(self, shown: Callable[[str], None]) -> Script:
        """Ask for the payment, then keep the hands off: the page hears of it by itself."""
        clerk = self._clerk
        yield clerk.until("the fee", lambda seen: seen.fee.fee_vnd > 0)
        yield pause(0.3)
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
            yield clerk.press(key)
        yield clerk.until(
            "a payment asked for", lambda seen: seen.fee.payment is not None and seen.fee.payment.order is not None
        )
        yield Until("nothing under way", lambda: not clerk._screen().cashier._taking)
        shown("fee")
        yield pause(0)
        # The portal claims that it is paid: the platform is asked about that first, and does not have it.
        yield clerk.until("the platform's word", lambda seen: _answered(seen.fee.payment), 120.0)
        if (view := clerk.view()) is not None and view.fee.payment is not None and view.fee.payment.over:
            yield pause(0.3)
            yield clerk.press(Qt.Key.Key_Return)
        yield clerk.until("the fee paid, by nobody's key", lambda seen: seen.fee.paid, 120.0)
        shown("paid")
        yield pause(0)


def _answered(payment: PaymentView | None) -> bool:
    return payment is not None and (payment.over or payment.paid or payment.url != "")
