"""Orders whose time has come are tried while central runs: in every process, each order by one of them."""

from __future__ import annotations

import logging
from asyncio import sleep

from anyio import to_thread

from clerk_app.central.failures import described
from clerk_app.central.orders import Orders
from clerk_app.domain.refusals import Refusal

_LOG = logging.getLogger("quay.central")
_LOOK_S = 1.0


async def keep_sending(orders: Orders) -> None:
    """Until it is cancelled. A database that is away is waited for; a mistake of our own is logged, and on it goes."""
    while True:
        try:
            # One by one: who tells central to stop waits for one of them, not for all.
            while await to_thread.run_sync(orders.try_due, 1):
                continue
        except Refusal:
            # The database is away; whoever asks for something is told.
            pass
        except Exception as problem:  # noqa: BLE001 one order that fails must not stop the others for ever
            _LOG.error("orders failed: %s", described(problem))
        await sleep(_LOOK_S)
