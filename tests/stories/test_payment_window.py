"""A fee paid online in the real window: ordered, the platform goes and comes again, paid by its word, taken once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from time import monotonic
from uuid import UUID

import pytest
import requests

from clerk_app import bootstrap, rehearsal
from clerk_app.domain.dossier import Dossier, FeeTaken
from clerk_app.domain.systems import Ordered, OrderPlaced
from tests.peers.display import screen
from tests.stories.desk_window import DeskWindow, Told

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rehearsal.World]:
    with rehearsal.World(tmp_path_factory.mktemp("paying"), lease_wait_s=150) as made:
        if made.notes:
            pytest.skip("; ".join(made.notes))
        yield made


@pytest.fixture
def window(world: rehearsal.World) -> Iterator[DeskWindow]:
    hear: dict[str, Callable[[], object]] = {"lay": lambda: world.lay_card(1), "take": world.take_card}
    with (
        screen() as display,
        DeskWindow(world.profile, display, world.folder / "window", world.folder / "glass", hear=hear) as made,
    ):
        made.do("sign_in", user="supervisor")
        made.do("sign_out")
        made.do("sign_in")
        yield made
        assert made.close() == 0
        assert not made.complaints()


def in_journal(world: rehearsal.World, dossier: UUID) -> tuple[Dossier, list[object]]:
    """The dossier, and everything that happened to it."""
    _, database, journal = bootstrap.open_store(world.profile, rehearsal.PASSPHRASE)
    with closing(database):
        return journal.dossier(dossier), [entry.what for entry in journal.entries(dossier)]


def payments(world: rehearsal.World, order: UUID) -> int:
    """How often the platform made this payment."""
    with requests.get(f"{world.systems['payment_platform']}/ledger", timeout=5) as reply:
        return sum(one["MaThamChieu"] == order.hex for one in reply.json())


def heard(window: DeskWindow, world: rehearsal.World, dossier: UUID, test: Callable[[Ordered], bool]) -> Ordered:
    """The payment of the dossier once the journal says this of it."""
    end = monotonic() + 60
    while monotonic() < end:
        for one in in_journal(world, dossier)[0].orders:
            if test(one):
                return one
        window.watch(0.5)
    raise AssertionError(in_journal(world, dossier)[0].orders)


def test_a_fee_is_paid_online_by_the_platforms_word_and_taken_once(window: DeskWindow, world: rehearsal.World) -> None:
    here = len(window.told)
    window.do("open")
    window.order("serve", hold="fee")

    def at_the_fee(line: Told) -> bool:
        return line["what"] == "shown" and line["name"] == "fee"

    window.until("the fee", at_the_fee, here)
    dossier = UUID(window.do("look")["dossier"])
    for key in ("Right", "Right", "Return"):
        window.do("press", key=key)
    made = heard(window, world, dossier, lambda one: one.heard is not None and "url" in one.heard.result)
    order = made.placed.order
    assert in_journal(world, dossier)[0].fee is None
    world.fault("payment_platform", "down")
    here = len(window.told)
    window.do("press", key="Return")
    window.until_words("Chờ người dân nộp tiền", begun=here)
    window.watch(3)
    assert in_journal(world, dossier)[0].fee is None, "silence is no payment"
    world.fault("payment_platform", "none")
    world.pay(order)
    window.order("go")
    done = window.until("the receipt", lambda line: line["what"] == "did" and line["order"] == "serve", here)
    window.do("delivered")
    state, happened = in_journal(world, dossier)
    assert state.fee is not None
    assert (state.fee.method, state.fee.order, state.fee.fee_vnd) == ("online", order, made.placed.amount_vnd)
    assert sum(isinstance(one, FeeTaken) for one in happened) == 1
    assert sum(isinstance(one, OrderPlaced) for one in happened) == 1
    assert payments(world, order) == 1
    assert rehearsal.submissions(world.folder / "central").get(done["code"], 0) == 1
