"""`desk.ports.CardReaders`: what every way of reading a card promises, behind pcscd and over the direct socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from clerk_app.desk.ports import Access, CardReaders
from clerk_app.devices.direct_card import DirectCardReaders
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import card_process, specimens
from clerk_app.practice.card_process import LaidCard
from tests.peers.pcscd import Pcsc, hanoi_now

pytestmark = pytest.mark.wire
CAN = Access(can=specimens.specimen(1).can)
Table = tuple[CardReaders, Callable[..., LaidCard]]


@pytest.fixture(params=["pcsc", "direct"])
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    """Readers, and a way to lay specimen 1 on them."""
    with ExitStack() as laid:
        if request.param == "pcsc":
            pcsc: Pcsc = request.getfixturevalue("pcsc")
            readers: CardReaders = pcsc.readers()

            def lay(*faults: str) -> LaidCard:
                return laid.enter_context(card_process.lay(1, pcsc.connect_address(), faults))
        else:
            place = card_process.offer(1)
            place.take_away()
            readers = DirectCardReaders(place.address, [specimens.authority()], hanoi_now)

            def lay(*faults: str) -> LaidCard:
                return laid.enter_context(card_process.offer(1, place.address, faults))

        yield readers, lay


def seen(readers: CardReaders, *, present: bool) -> None:
    """Wait until a card is there, or none is."""
    until = hanoi_now().timestamp() + 20
    states = readers.readers()
    while any(state.card_present for state in states) != present:
        left = until - hanoi_now().timestamp()
        assert left > 0
        states = readers.wait(states, left)


def code_of(readers: CardReaders, access: Access = CAN, reader: str = "") -> str:
    with pytest.raises(DeviceFault) as caught:
        readers.read(access, reader)
    assert caught.value.words.vi
    assert caught.value.remedy.en
    return caught.value.code


def test_a_card_comes_is_read_and_goes(table: Table) -> None:
    readers, lay = table
    seen(readers, present=False)
    assert code_of(readers) == "CARD_NO_CARD"
    card = lay()
    seen(readers, present=True)
    heard: list[tuple[int, int]] = []
    reading = readers.read(CAN, progress=lambda done, total: heard.append((done, total)))
    assert (reading.person, reading.evidence.level) == (specimens.specimen(1).person, "chip")
    assert reading.evidence.device in [state.name for state in readers.readers()]
    assert heard[-1][0] == heard[-1][1]
    card.take_away()
    seen(readers, present=False)


def test_waiting_without_news_returns_what_is_known(table: Table) -> None:
    readers, _ = table
    states = readers.readers()
    assert readers.wait(states, 0.05) == states
    assert readers.wait((), 20) == states


def test_the_same_causes_have_the_same_codes(table: Table) -> None:
    readers, lay = table
    with lay("tear@8"):
        seen(readers, present=True)
        assert code_of(readers, Access()) == "CARD_ACCESS_NEEDED"
        assert code_of(readers, reader="No such reader") == "CARD_READER_UNKNOWN"
        assert code_of(readers) == "CARD_TORN"
    seen(readers, present=False)
    with lay("no-application"):
        seen(readers, present=True)
        assert code_of(readers) == "CARD_NOT_IDENTITY"
        assert code_of(readers, Access(can="000000")) == "CARD_WRONG_NUMBER"
