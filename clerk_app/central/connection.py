"""One connection of one client, which may not keep central waiting for ever."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class Impatient(H11Protocol):
    """uvicorn's own protocol; it times out connections that rest, this one also those that drip."""

    patience_s = 30.0
    """How long the head of a request may take to come, and how long what nobody wants any more may go on coming."""
    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._overdue = self.loop.call_later(self.patience_s, self.transport.close)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._calm()

    def _watch(self) -> None:
        # IDLE: a head that is not whole yet. DONE: answered, and the body still comes.
        half_head = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        if half_head or (self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY):
            if self._overdue is None:
                self._overdue = self.loop.call_later(self.patience_s, self.transport.close)
        else:
            self._calm()

    def _calm(self) -> None:
        overdue: Any = self._overdue
        if overdue is not None:
            overdue.cancel()
            self._overdue = None


def impatient(patience_s: float) -> type[H11Protocol]:
    """Connections that wait so long."""
    return type("Impatient", (Impatient,), {"patience_s": patience_s})
