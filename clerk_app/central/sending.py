"""What central does by itself while it runs: orders and messages are tried in their time, old answers are let go of,
what citizens sent through the portal is fetched, ends of payments are written into their dossiers, and who did not
collect their result is reminded.

In every process; each order is tried by one of them.
"""

from __future__ import annotations

import logging
from asyncio import sleep
from time import monotonic

from anyio import to_thread

from clerk_app.central.failures import described
from clerk_app.central.parts import Parts
from clerk_app.domain.refusals import Refusal

_LOG = logging.getLogger("quay.central")
_LOOK_S = 1.0
_FORGET_S = 60.0
_REMIND_S = 300.0
_TELL_S = 2.0


async def keep_sending(parts: Parts) -> None:
    """Until it is cancelled. A database that is away is waited for; a mistake of our own is logged, and on it goes."""
    forgotten = monotonic()
    while True:
        try:
            # One by one: who tells central to stop waits for one of them, not for all.
            while await to_thread.run_sync(parts.orders.try_due, 1):
                continue
            while await to_thread.run_sync(parts.messages.try_due, 1):
                continue
            if monotonic() - forgotten >= _FORGET_S:
                forgotten = monotonic()
                await to_thread.run_sync(parts.asking.forget, parts.setting)
        except Refusal:
            # The database is away; whoever asks for something is told.
            pass
        except Exception as problem:  # noqa: BLE001 one order that fails must not stop the others for ever
            _LOG.error("orders or messages failed: %s", described(problem))
        await sleep(_LOOK_S)


async def keep_fetching(parts: Parts) -> None:
    """Until it is cancelled, where a portal is joined."""
    online = parts.online
    if online is None:
        return
    told = ""
    while True:
        try:
            fetched = await to_thread.run_sync(online.fetch)
            if fetched.problem != told:
                _LOG.warning("submissions of the portal: %s", fetched.problem or "heard again")
            told = fetched.problem
        except Refusal:
            pass
        except Exception as problem:  # noqa: BLE001 one submission that fails must not stop the others for ever
            _LOG.error("submissions failed: %s", described(problem))
        await sleep(parts.portal_every_s)


async def keep_reminding(parts: Parts) -> None:
    """Until it is cancelled: who did not collect their result is reminded on the days of the catalogue."""
    while True:
        try:
            await to_thread.run_sync(parts.reminding.send_due)
        except Refusal:
            pass
        except Exception as problem:  # noqa: BLE001 one dossier that fails must not stop the others for ever
            _LOG.error("reminders failed: %s", described(problem))
        await sleep(_REMIND_S)


async def keep_telling(parts: Parts) -> None:
    """Until it is cancelled: the ends of payments are written into their dossiers, and what the portal claims of a
    payment that no desk asks about is asked about.
    """
    while True:
        for name, job in (("claims", parts.late_claims.ask_due), ("ends", parts.payment_news.write_due)):
            try:
                await to_thread.run_sync(job)
            except Refusal:
                pass
            except Exception as problem:  # noqa: BLE001 one of the two that fails must not stop the other for ever
                _LOG.error("%s of payments failed: %s", name, described(problem))
        await sleep(_TELL_S)
