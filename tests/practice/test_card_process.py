"""The practice card as a process: it obeys while it lies there, comes back when moved, and lies beside another."""

from __future__ import annotations

import selectors
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clerk_app.practice import card_contents, card_process, card_security, specimens
from clerk_app.practice.card_faults import CardFaults
from clerk_app.practice.card_variants import variants
from tests.peers.pcscd import LayCard, Pcsc, wait_for_card
from tests.peers.plain_terminal import PlainTerminal, Refused

pytestmark = pytest.mark.wire

ATR = b"\x00\x01\x04"
CARD_ACCESS = bytes.fromhex("00B09C0000")


class Gone(Exception):
    """The card left the field."""


def exchange(line: socket.socket, payload: bytes) -> bytes:
    """One framed message and its answer. Raises `Gone`."""
    line.sendall(len(payload).to_bytes(2, "big") + payload)
    answer = b""
    while len(answer) < 2 or len(answer) < 2 + int.from_bytes(answer[:2], "big"):
        part = line.recv(65536)
        if not part:
            raise Gone
        answer += part
    return answer[2:]


def talk(line: socket.socket) -> Callable[[bytes], bytes]:
    return lambda command: exchange(line, command)


def connect(card: card_process.LaidCard) -> socket.socket:
    return socket.create_connection(card.address, timeout=30)


def read_zone(line: socket.socket, person: int = 1) -> bytes:
    """DG1, by PACE."""
    terminal = PlainTerminal(talk(line), variants("gm-aes128-bp256")[0])
    terminal.open(specimens.specimen(person).can)
    terminal.select_application()
    return terminal.read(0x0101)


def test_it_misbehaves_on_command_and_is_healed() -> None:
    flawless = card_contents.files(specimens.specimen(1), CardFaults())[0x0101]
    with card_process.offer(1) as card, connect(card) as line:
        assert read_zone(line) == flawless
        card.misbehave("altered-dg1")
        exchange(line, CARD_ACCESS)
        assert read_zone(line) != flawless
        card.misbehave("no-pace")
        with pytest.raises(Refused):
            read_zone(line)
        card.heal()
        assert read_zone(line) == flawless


def test_a_card_laid_with_faults_keeps_them_when_more_are_ordered() -> None:
    with card_process.offer(1, faults=["extended"]) as card, connect(card) as line:
        card.misbehave("no-card-access")
        assert exchange(line, CARD_ACCESS) == b"\x6a\x82"
        assert exchange(line, bytes.fromhex("00B08100000800"))[-2:] == b"\x90\x00"


def test_it_is_torn_out_at_the_ordered_command_counted_from_the_order() -> None:
    with card_process.offer(1) as card, connect(card) as line:
        for _ in range(5):
            exchange(line, CARD_ACCESS)
        card.misbehave("tear@3")
        exchange(line, CARD_ACCESS)
        exchange(line, CARD_ACCESS)
        with pytest.raises(Gone):
            exchange(line, CARD_ACCESS)
        with pytest.raises(card_process.NotObeyed):
            card.heal()


@pytest.mark.parametrize("words", [("no-such-fault",), ("tear",), ()])
def test_an_order_that_it_does_not_know_is_refused_in_words(words: tuple[str, ...]) -> None:
    with card_process.offer(1) as card, connect(card) as line:
        with pytest.raises(card_process.NotObeyed, match="unknown"):
            card.misbehave(*words)
        assert exchange(line, CARD_ACCESS)[-2:] == b"\x90\x00"
        card.heal()


def test_a_moved_card_comes_back_by_itself() -> None:
    with card_process.offer(1, faults=["move@2"]) as card:
        with connect(card) as line:
            exchange(line, CARD_ACCESS)
            with pytest.raises(Gone):
                exchange(line, CARD_ACCESS)
        with again(card) as line:
            assert read_zone(line)
        assert card.lies


def again(card: card_process.LaidCard) -> socket.socket:
    """A connection as soon as the card takes one; it stays away for about a second."""
    with selectors.DefaultSelector() as pause:
        for _ in range(600):
            try:
                return connect(card)
            except ConnectionError:
                pause.select(timeout=0.05)
    raise AssertionError("the card did not come back")


def test_orders_that_come_in_pieces_and_an_end_of_orders() -> None:
    """Whoever writes by hand may stop in the middle of a line, and may close the line: the card lies there still."""
    command = [sys.executable, "-m", "clerk_app.practice.card", "--listen", "127.0.0.1:0", "--obey"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        host, _, port = process.stdout.readline().split()[1].rpartition(":")
        for piece in ("fault no-card", "-access\nhe", "al\nfault mu"):
            process.stdin.write(piece)
            process.stdin.flush()
        assert [process.stdout.readline(), process.stdout.readline()] == ["ok\n", "ok\n"]
        process.stdin.close()
        with socket.create_connection((host, int(port)), timeout=30) as line:
            assert exchange(line, CARD_ACCESS) == card_security.card_access(CardFaults()) + b"\x90\x00"
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def test_two_citizens_lie_on_two_slots_at_once(pcsc: Pcsc, lay_card: LayCard) -> None:
    lay_card(1)
    lay_card(2, "aa=rsa", slot=1)
    states = {state.name: state.card_present for state in pcsc.readers().readers()}
    assert states == {pcsc.reader_name(0): True, pcsc.reader_name(1): True}
    from clerk_app.desk.ports import Access

    for slot, person in ((0, 1), (1, 2), (0, 1)):
        citizen = specimens.specimen(person)
        reading = pcsc.readers().read(Access(can=citizen.can), pcsc.reader_name(slot))
        assert reading.person == citizen.person


def test_a_card_that_moves_on_the_real_reader_is_seen_going_and_coming(pcsc: Pcsc, lay_card: LayCard) -> None:
    from clerk_app.desk.ports import Access
    from clerk_app.domain.refusals import DeviceFault

    card = lay_card(1)
    card.misbehave("move@9")
    access = Access(can=specimens.specimen(1).can)
    with pytest.raises(DeviceFault, match="CARD_TORN"):
        pcsc.readers().read(access, pcsc.reader_name())
    for present in (False, True):
        wait_for_card(pcsc.readers(), pcsc.reader_name(), present=present)
    assert pcsc.readers().read(access, pcsc.reader_name()).person == specimens.specimen(1).person
    assert card.lies
