"""Identity at the real window on a real X server: good cards and bad ones, readers that fail, and what stands there.

One window stays open for all of it; each test takes its own citizen in. Where no test presses F7, every reading begins
by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clerk_app import rehearsal
from clerk_app.domain.evidence import PROVEN
from clerk_app.practice import card_process, pcscd, specimens
from tests.peers.display import screen
from tests.peers.pcscd import held_by_another_program
from tests.stories.desk_window import DeskWindow, Told

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]
QUAN, HUONG = specimens.specimen(1), specimens.specimen(2)
READY = "Đầu đọc thẻ: sẵn sàng"
STOPPED = "Dịch vụ thẻ thông minh của máy không chạy."
TORN = ("Thẻ bị nhấc ra khi đang đọc.", "Đặt lại thẻ và giữ yên cho đến khi đọc xong.")
WRONG_NUMBER = ("Số căn cước không khớp với chip trên thẻ này.", "Kiểm tra 6 số cuối của số căn cước")
OTHER_PERSON = ("Thẻ trên đầu đọc là của người khác.", "Đặt đúng thẻ của người nộp, hoặc mở hồ sơ mới.")
BLOCKED = ("Chip tạm khóa vì nhập sai quá nhiều lần.", "chờ một lát rồi thử lại với số đúng.")
AGAINST_THE_STANDARD = ("Chip trả lời sai quy cách", "Đọc lại một lần; nếu lặp lại, không dùng chip của thẻ này")
SILENT = ("Thiết bị không trả lời.", "Rút thiết bị ra và cắm lại")
BUSY = ("Một chương trình khác đang dùng thẻ.", "Đóng chương trình đó rồi thử lại.")
SEVERAL = ("Có thẻ trên nhiều đầu đọc.", "Chỉ để lại một thẻ, hoặc chọn đầu đọc.")
WEAK = "Danh tính chưa được xác thực bằng chip căn cước: cần lãnh đạo duyệt."
PROVES = (
    *("Đã xác thực chip", "Dữ liệu không bị sửa", "Mã băm khớp", "Chữ ký số", "Đúng chữ ký của người ký"),
    *("Do CSCA được tin cấp", "Chuỗi dẫn đến CSCA được tin"),
    *("Chứng thư còn hiệu lực", "Người ký và CSCA còn hiệu lực"),
    *("Chứng thư chưa bị thu hồi", "Không có trong danh sách thu hồi"),
    *("Thẻ không bị sao chép", "Chip chứng minh khóa riêng · xác thực chip", "Thẻ còn hạn", "Trong thời hạn"),
    *("Đầu đọc", "Quay Practice Reader 00 00 · PACE"),
)
PROVES_NOTHING = ("Chip không đáng tin", "Chip trên đầu đọc không chứng minh được người nộp là ai.")
PROVES_TOO_LITTLE = ("Chip chưa chứng minh được", "Đã đọc chip nhưng chưa chứng minh đủ.")
FILLS_NOTHING = {
    "altered-dg1": "DG1 (dòng MRZ) bị sửa sau khi ký",
    "altered-dg2": "DG2 (ảnh chân dung) bị sửa sau khi ký",
    "wrong-signature": "Chữ ký số sai: dữ liệu không do người ký này ký",
    "copied": "Chip không có khóa đã ký: thẻ bị sao chép",
}
LOCKS_NOTHING = {
    "expired": "Thẻ đã hết hạn sử dụng",
    "unknown-signer": "Không CSCA nào được tin ở đây cấp chứng thư của người ký",
    "revoked-signer": "Chứng thư người ký đã bị thu hồi",
    "expired-signer": "Chứng thư người ký đã hết hạn",
    "downgraded-pace": "Chip chào cách mở khác với cách đã ký khi phát hành: có thể bị hạ cấp",
}
SILENCE_MS = 60_000
LEFT = "card goes on without the device that does not answer"
"""What the log says of a chip that was left in the middle of a command: the only complaint that belongs here."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rehearsal.World]:
    with rehearsal.World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as world:
        if world.reader is None:
            pytest.skip("; ".join(world.notes))
        yield world


@pytest.fixture(scope="module")
def open_window(world: rehearsal.World) -> Iterator[DeskWindow]:
    with screen() as display, DeskWindow(world.profile, display, world.folder / "window") as window:
        window.do("sign_in")
        yield window
        assert window.close() == 0
        assert {line.partition(":lane ")[2] for line in window.complaints()} <= {LEFT}


@pytest.fixture
def window(open_window: DeskWindow, world: rehearsal.World) -> Iterator[DeskWindow]:
    """The clerk's window with an empty draft, no card on the reader."""
    world.take_card()
    open_window.do("open")
    yield open_window
    world.take_card()


def now(window: DeskWindow) -> int:
    """Where in what was told the present is."""
    return len(window.told)


def taken(window: DeskWindow, world: rehearsal.World) -> None:
    """Take the card away and wait until the window knows."""
    begun = now(window)
    world.take_card()
    if window.do("look")["card"]:
        window.until("an empty reader", lambda line: line["what"] == "standing" and not line["card"], begun)


def lies(window: DeskWindow, world: rehearsal.World) -> None:
    """Lay a good card and wait until the window knows."""
    taken(window, world)
    begun = now(window)
    world.lay_card(1)
    window.until("a card", lambda line: line["what"] == "standing" and line["card"], begun)


def lay(window: DeskWindow, world: rehearsal.World, *faults: str, words: tuple[str, ...], person: int = 1) -> Told:
    """Lay a card in the place of the one that lies there; what stands there once these words do."""
    taken(window, world)
    begun = now(window)
    world.lay_card(person, *faults)
    window.until_words(*words, begun=begun)
    line = window.do("look")
    assert not line["reading"]
    return line


def proven(window: DeskWindow, begun: int) -> Told:
    """Until the chip has proven who the applicant is: everything it says is locked, and nobody has to be asked."""
    line = window.until("the chip", lambda line: line["what"] == "standing" and line["verified"], begun)
    assert set(line["locked"]) == set(PROVEN)
    assert "IDENTITY_WEAK" not in line["exceptions"]
    return line


def nothing_filled(line: Told) -> bool:
    """Whether nothing stands there of what a chip says, but the number, which was typed."""
    said = set(PROVEN) - {"applicant.number", "applicant.nationality"}
    return not line["locked"] and not line["portrait"] and not set(line["values"]) & said


# ---- what a card proves


def test_a_good_card_fills_the_form_and_says_what_it_proved(window: DeskWindow, world: rehearsal.World) -> None:
    begun = now(window)
    world.lay_card(1)
    window.do("type", text=QUAN.person.number)
    line = proven(window, begun)
    assert line["portrait"]
    assert line["values"]["applicant.name"] == QUAN.person.name
    assert line["values"]["applicant.residence"] == QUAN.person.residence
    window.until_words(*PROVES, QUAN.person.name, begun=begun)


def test_a_card_that_was_tampered_with_fills_nothing(window: DeskWindow, world: rehearsal.World) -> None:
    window.do("type", text=QUAN.person.number)
    for fault, words in FILLS_NOTHING.items():
        line = lay(window, world, fault, words=(*PROVES_NOTHING, words))
        assert nothing_filled(line), fault
        assert line["exceptions"]["IDENTITY_WEAK"] == "needed"
    begun = now(window)
    window.do("press", key="F3")
    window.until_words(WEAK, "Thẻ không bị sao chép: chip không có khóa đã ký", begun=begun)
    lies(window, world)
    begun = now(window)
    window.do("press", key="F2")
    proven(window, begun)
    window.until_words(*PROVES, begun=begun)


def test_a_card_that_proves_too_little_locks_nothing(window: DeskWindow, world: rehearsal.World) -> None:
    window.do("type", text=QUAN.person.number)
    for fault, words in LOCKS_NOTHING.items():
        line = lay(window, world, fault, words=(*PROVES_TOO_LITTLE, words))
        assert not line["locked"], fault
        assert line["values"]["applicant.name"] == QUAN.person.name
        assert line["exceptions"]["IDENTITY_WEAK"] == "needed"
    begun = now(window)
    world.lay_card(1)
    proven(window, begun)


def test_numbers_that_do_not_belong_to_the_card(window: DeskWindow, world: rehearsal.World) -> None:
    """The card of somebody else, a number that opens it all the same, a chip that waits, and one that is locked."""
    window.do("type", text=QUAN.person.number)
    assert nothing_filled(lay(window, world, person=2, words=WRONG_NUMBER))
    line = lay(window, world, "locked", words=BLOCKED)
    assert nothing_filled(line)
    number = QUAN.person.number
    same_end = f"{number[:3]}1{number[4:]}"
    begun = now(window)
    card = world.lay_card(1, "wrong-can-delay")
    proven(window, begun)
    window.do("open")
    for text in (f"{number[:-1]}9", f"{number[:-1]}8"):
        begun = now(window)
        window.do("press", key="Ctrl+A")
        window.do("type", text=text)
        window.until_words(*WRONG_NUMBER, begun=begun)
    card.heal()
    begun = now(window)
    window.do("press", key="Ctrl+A")
    window.do("type", text=same_end)
    window.until_words(*OTHER_PERSON, begun=begun)
    window.do("press", key="Ctrl+A")
    window.do("type", text=number)
    proven(window, begun)


# ---- cards that leave, and chips that answer badly


@pytest.mark.parametrize("fault", ["tear@3", "tear@16", "tear@40"], ids=["PACE", "CA", "DG2"])
def test_a_card_torn_out_is_read_when_it_is_laid_again(window: DeskWindow, world: rehearsal.World, fault: str) -> None:
    window.do("type", text=QUAN.person.number)
    assert nothing_filled(lay(window, world, fault, words=TORN))
    begun = now(window)
    world.lay_card(1)
    proven(window, begun)


def test_a_card_that_is_moved_is_read_by_itself(window: DeskWindow, world: rehearsal.World) -> None:
    window.do("type", text=QUAN.person.number)
    begun = now(window)
    world.lay_card(1, "move@30")
    window.until_words(*TORN, begun=begun)
    proven(window, begun)


def test_chips_that_answer_against_the_standard(window: DeskWindow, world: rehearsal.World) -> None:
    window.do("type", text=QUAN.person.number)
    for fault, where in (("garbage@5", "PACE"), ("endless", "EF.SOD"), ("garbage@40", "secure messaging")):
        line = lay(window, world, fault, words=(*AGAINST_THE_STANDARD, f"({where}"))
        assert nothing_filled(line)
    begun = now(window)
    world.lay_card(1)
    proven(window, begun)


def test_a_slow_chip_is_given_up_and_read_again_at_once(window: DeskWindow, world: rehearsal.World) -> None:
    card = world.lay_card(1, "slow=150")
    begun = now(window)
    window.do("type", text=QUAN.person.number)
    far = window.until("progress", lambda line: line["what"] == "standing" and line["progress"] > 0, begun)
    window.until("more", lambda line: line["what"] == "standing" and line["progress"] > far["progress"], begun)
    given_up = window.do("press", key="Esc")
    assert not given_up["reading"]
    card.heal()
    begun = now(window)
    window.do("press", key="F7")
    proven(window, begun)


def test_a_chip_that_is_silent_in_the_middle_does_not_hold_the_desk(window: DeskWindow, world: rehearsal.World) -> None:
    card = world.lay_card(1, "slow=150")
    begun = now(window)
    window.do("type", text=QUAN.person.number)
    window.until("progress", lambda line: line["what"] == "standing" and line["progress"] > 0, begun)
    card.misbehave(f"slow={SILENCE_MS}")
    window.do("press", key="Esc")
    window.until_words(*SILENT, begun=begun)
    begun = now(window)
    world.lay_card(1)
    proven(window, begun)


# ---- readers and the service behind them


def test_two_cards_on_two_readers(window: DeskWindow, world: rehearsal.World) -> None:
    assert world.reader is not None
    with card_process.lay(2, world.reader.connect_address(1)):
        window.do("type", text=QUAN.person.number)
        window.until_words(*WRONG_NUMBER)
        begun = now(window)
        world.lay_card(1)
        window.until_words(*SEVERAL, begun=begun)
        assert nothing_filled(window.do("look"))
        begun = now(window)
    proven(window, begun)


def test_another_program_on_the_reader(window: DeskWindow, world: rehearsal.World) -> None:
    assert world.reader is not None
    lies(window, world)
    begun = now(window)
    with held_by_another_program(world.reader.reader_name()):
        window.do("type", text=QUAN.person.number)
        window.until_words(*BUSY, begun=begun)
    begun = now(window)
    window.do("press", key="F7")
    proven(window, begun)


def test_the_service_stops_and_comes_back(window: DeskWindow, world: rehearsal.World) -> None:
    begun = now(window)
    pcscd.stop()
    window.until_words(STOPPED, begun=begun)
    window.do("type", text=QUAN.person.number)
    begun = now(window)
    world.restart_reader()
    window.until_words(READY, begun=begun)
    begun = now(window)
    world.lay_card(1)
    proven(window, begun)
