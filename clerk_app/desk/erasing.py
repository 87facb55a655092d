"""What central ordered to be erased is erased here too: sheets with their keys, words, originals, then the entries.

An order is believed by central's signature alone. The files go first; that they are gone, the emptied entries and the
word to central are one transaction. Whatever ends the program in between, central tells of the order until it hears.
"""

from __future__ import annotations

from clerk_app.desk.carrying import keys_noted
from clerk_app.desk.ports import Clock, Journal, LocalCopies, Sheets
from clerk_app.domain.dossier import sheets_of
from clerk_app.domain.oversight import ErasureDone
from clerk_app.domain.refusals import Refusal
from clerk_app.wire import Erasure, Pulled, proves_erasure


class Erasing:
    """Carries out central's orders, as they are heard."""

    def __init__(self, journal: Journal, sheets: Sheets, copies: LocalCopies, clock: Clock) -> None:
        self._journal = journal
        self._sheets = sheets
        self._copies = copies
        self._clock = clock

    def heard(self, pulled: Pulled) -> None:
        """Central said something; what it ordered is carried out. Raises `Refusal` STORE_…."""
        if not pulled.erasures:
            return
        try:
            key = keys_noted(self._journal).signing
        except Refusal:
            # They are asked for with the first delivery, and the orders come again.
            return
        for order in pulled.erasures:
            claim = ErasureDone(order.order, order.proof.hex())
            if proves_erasure(claim, order.dossier, key):
                self._carry_out(order)

    def _carry_out(self, order: Erasure) -> None:
        dossier = order.dossier
        mentioned = {sheet for record in self._journal.records(dossier) for sheet in sheets_of(record.entry)}
        self._copies.forget_words(dossier)
        self._sheets.release(dossier)
        elsewhere = self._copies.mentions(mentioned, lambda: False).of if mentioned else {}
        gone = sorted(sheet for sheet in mentioned if elsewhere.get(sheet, frozenset()) <= {dossier})
        held = [sheet for sheet in gone if not self._copies.destroy(sheet)]
        if held:
            # Something has a file open; central tells of the order again.
            return
        self._journal.erase(order, gone, self._clock())
