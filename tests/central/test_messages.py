"""Messages to citizens through central: made with their entry, sent once whatever breaks, only where it is right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import select

from clerk_app import wire
from clerk_app.central import backup as backups
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, messages, open_database
from clerk_app.central.erasing import empty
from clerk_app.central.messages import Messages, told
from clerk_app.central.sheets import open_sheets
from clerk_app.central.verify import verify
from clerk_app.domain.contact import ContactGiven, MessageAsked
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import FieldsEntered, Happening
from clerk_app.settings import FILE
from clerk_app.wire import Answers
from clerk_app.wire_messages import DossierMessages, MessageState
from tests.peers.central import BOTH, Backing, CentralProcess, settled
from tests.peers.commands import here
from tests.peers.counter import Chain, codes, exchange, opened
from tests.peers.foreign import StandIn, stand_in
from tests.peers.station import Station, code_of, read

pytestmark = pytest.mark.wire
BACKINGS = BOTH
PHONE = "0912345678"
PAPERS = StepTaken("ask-papers", "begin", "incomplete", "paused", items=("GKSK",))


@pytest.fixture(scope="module")
def gateway() -> Iterator[StandIn]:
    with stand_in("sms_gateway") as made:
        yield made


@dataclass
class Held:
    """A central joined to an SMS gateway, a station of it, and what happens there."""

    central: CentralProcess
    station: Station
    chain: Chain
    database: Database
    gateway: StandIn
    sent: int = field(default=0)

    def happen(self, dossier: UUID, *what: Happening, who: str = "clerk", **more: Any) -> None:
        """It happens at the desk, and comes to central."""
        self.chain.happen(dossier, *what, who=who, **more)
        self.push()

    def push(self) -> None:
        answers = read(self.station.push(*self.chain.sealed[self.sent :]), Answers)
        assert {one.code for one in answers.answers} == {""}, [one.code for one in answers.answers]
        self.sent = len(self.chain.sealed)

    def told(self, dossier: UUID) -> list[MessageState]:
        return read(self.station.ask("GET", f"/v1/dossiers/{dossier}/messages"), DossierMessages).messages

    def until(self, dossier: UUID, *states: str, within_s: float = 20) -> list[MessageState]:
        def there(said: list[MessageState]) -> bool:
            return [one.state for one in said] == list(states)

        said = settled(lambda: self.told(dossier), there, within_s)
        assert there(said), [(one.way, one.state, one.cause) for one in said]
        return said

    def texts(self, message: UUID) -> int:
        """How often the gateway sent it."""
        return sum(one["MaThamChieu"] == message.hex for one in self.gateway.ledger())

    def draft(self, phone: str = PHONE) -> UUID:
        """A dossier that lacks papers, without the step that says so."""
        dossier = uuid4()
        typed = FieldsEntered(
            MappingProxyType({"applicant.phone": phone, "applicant.name": "Nguyễn Văn An"}), "identity"
        )
        self.happen(dossier, opened(), typed)
        return dossier


def joined(central: CentralProcess, **said: str) -> None:
    """Start central, again if it runs, with these settings."""
    central.stop()
    (central.folder / FILE).write_text(json.dumps(said), "utf-8")
    central.start()


@pytest.fixture
def held(resting_central: CentralProcess, gateway: StandIn) -> Iterator[Held]:
    central = resting_central
    gateway.fault("none")
    joined(
        central,
        sms_gateway=gateway.url,
        sms_brand="CSGT-HN",
        registers_patience_s="1",
        orders_first_wait_s="0.1",
        orders_repeat_s="2",
    )
    station = Station.enrolled(central, "Q01", "clerk", "supervisor")
    database = open_database(central.database_url)
    yield Held(central, station, Chain("Q01", station.seed), database, gateway)
    database.close()


def test_a_step_is_told_once_and_followed_until_it_arrives(held: Held) -> None:
    dossier = held.draft()
    held.happen(dossier, PAPERS)
    (one,) = held.until(dossier, "delivered")
    assert (one.way, one.ground, one.to, one.alphabet, one.parts) == ("sms", "duty", "***678", "GSM-7", 1)
    assert one.entry == held.chain.ids[-1]
    assert "91/2025/QH15" in one.basis
    assert one.verified == "no"
    # The same entries once more, as after a lost answer.
    held.sent = 0
    held.push()
    assert [again.id for again in held.told(dossier)] == [one.id]
    assert held.texts(one.id) == 1
    assert verify(held.central.database_url).ok


@pytest.mark.parametrize("fault", ["lost", "down", "error", "garbage", "cut", "slow", "stranger", "partial", "busy"])
def test_a_text_message_whose_answer_is_lost_is_sent_once(held: Held, fault: str) -> None:
    dossier = held.draft()
    # The question whether it is there goes through, what comes then does not.
    held.gateway.fault(fault, seconds=2, times=2, after=1)
    held.happen(dossier, PAPERS)
    (one,) = held.until(dossier, "delivered", within_s=40)
    assert one.tries > 1
    assert held.texts(one.id) == 1


def test_a_slow_gateway_that_carries_out_what_was_given_up_sends_one_text(held: Held) -> None:
    joined(
        held.central,
        sms_gateway=held.gateway.url,
        sms_brand="X",
        registers_patience_s="1",
        orders_first_wait_s="0.1",
        orders_repeat_s="60",
    )
    dossier = held.draft()
    held.gateway.fault("slow", seconds=5, times=1, after=1)
    held.happen(dossier, PAPERS)
    (one,) = held.until(dossier, "delivered", within_s=60)
    assert held.texts(one.id) == 1


def test_a_text_message_of_a_central_that_is_killed_while_it_sends_is_sent_once(held: Held) -> None:
    joined(
        held.central,
        sms_gateway=held.gateway.url,
        sms_brand="X",
        registers_patience_s="8",
        orders_first_wait_s="0.1",
        orders_repeat_s="2",
    )
    dossier = held.draft()
    held.gateway.fault("hold", seconds=8, times=1, after=1)
    held.happen(dossier, PAPERS)

    def row() -> Any:
        with held.database.read() as connection:
            return connection.execute(select(messages).where(messages.c.dossier == dossier)).one()

    assert settled(lambda: held.texts(row().id), lambda sent: sent == 1) == 1
    assert (row().state, row().open_try) == ("queued", True)
    held.central.kill()
    # Its time is long over for whoever comes next.
    with held.database.write("messages") as connection:
        connection.execute(messages.update().where(messages.c.id == row().id).values(due_ms=0))
    held.gateway.fault("none")
    held.central.start()
    (one,) = held.until(dossier, "delivered", within_s=40)
    assert held.texts(one.id) == 1


def test_what_an_entry_that_is_refused_would_tell_is_told_to_nobody(held: Held) -> None:
    dossier = held.draft()
    held.chain.happen(dossier, StepTaken("ask-supplement", "processing", "supplement", "paused", items=("GKSK",)))
    answers = read(held.station.push(*held.chain.sealed[held.sent :]), Answers)
    assert answers.answers[-1].code in ("STEP_NOT_FROM_HERE", "ROLE_MISSING")
    assert held.told(dossier) == []


def test_what_comes_late_from_a_desk_without_a_line_is_not_told_when_it_has_no_point(held: Held) -> None:
    """Asked for papers, then withdrawn, both told of at once: only the latter is still true."""
    dossier = held.draft()
    gone = StepTaken("withdraw", "incomplete", "withdrawn", "stopped", ends=True, reason="Xin rút")
    held.happen(dossier, PAPERS, gone)
    said = {one.step: (one.state, one.cause) for one in held.until(dossier, "pointless", "delivered")}
    assert said == {"ask-papers": ("pointless", "STATE"), "withdraw": ("delivered", "")}


def test_an_acceptance_that_is_told_of_too_late_is_not_told(held: Held) -> None:
    dossier = uuid4()
    uplink = held.central.uplink(held.station.seed, "Q01", held.station.central_id)
    numbers, receipts = uplink.lend("dossier", 2, uuid4()), uplink.lend("receipt", 2, uuid4())
    uplink.close()
    at = hanoi_now() - timedelta(days=4)
    while at.weekday() > 4:
        at -= timedelta(days=1)
    done = exchange(codes(numbers, at)[0], f"{receipts.first:07d}", at)
    held.chain.happen(dossier, *done[:-2], at=at)
    held.chain.happen(dossier, ContactGiven(PHONE), *done[-2:], at=at)
    held.station.ask("POST", "/v1/entries")
    _send_paper(held)
    held.push()
    (one,) = held.until(dossier, "pointless")
    assert (one.step, one.cause) == ("accept", "LATE")
    assert held.texts(one.id) == 0


def _send_paper(held: Held) -> None:
    from hashlib import sha256

    from tests.peers.counter import PAPER

    uplink = held.central.uplink(held.station.seed, "Q01", held.station.central_id)
    uplink.send_sheet(sha256(PAPER).hexdigest(), PAPER, 0)
    uplink.close()


def test_a_citizen_without_a_telephone_is_told_once_there_is_one(held: Held) -> None:
    dossier = held.draft(phone="")
    held.happen(dossier, PAPERS)
    (one,) = held.until(dossier, "no_address")
    assert one.cause == "MISSING"
    held.happen(dossier, ContactGiven(PHONE))
    (again,) = held.until(dossier, "delivered")
    assert (again.id, again.to) == (one.id, "***678")
    assert held.texts(one.id) == 1


def test_the_way_that_the_citizen_wishes_waits_where_central_is_not_joined_to_it(held: Held) -> None:
    dossier = held.draft()
    held.happen(dossier, ContactGiven(PHONE, "an@example.vn", "email"), PAPERS)
    (one,) = settled(lambda: held.told(dossier), lambda said: bool(said and said[0].cause))
    assert (one.way, one.state, one.cause, one.to) == ("email", "queued", "NOT_JOINED", "a***@example.vn")
    assert "Nguyễn Văn An" in one.text


# ---- e-mail, about which no server can be asked


@pytest.fixture
def mail() -> Iterator[StandIn]:
    made = StandIn("mail_server")
    yield made
    made.close()


def _mailed(held: Held, mail: StandIn, patience_s: int = 1) -> UUID:
    """A dossier whose citizen wants e-mail, at a central that is joined to this server."""
    joined(
        held.central,
        mail_server=mail.said["smtp"],
        mail_security="none",
        mail_sender="khong-tra-loi@csgt.example",
        registers_patience_s=str(patience_s),
        orders_first_wait_s="0.1",
        orders_repeat_s="2",
    )
    dossier = held.draft()
    held.happen(dossier, ContactGiven(PHONE, "an@example.vn", "email"))
    return dossier


def test_an_email_goes_out_whole_and_once(held: Held, mail: StandIn) -> None:
    dossier = _mailed(held, mail)
    mail.fault("greylist", times=2)
    held.happen(dossier, PAPERS)
    (one,) = held.until(dossier, "sent", within_s=40)
    assert one.tries == 3, "what the server did not take is tried again"
    (kept,) = mail.ledger()
    assert (kept["to"], kept["id"]) == (["an@example.vn"], f"<{one.id.hex}@csgt.example>")
    assert "Nguyễn Văn An" in kept["text"]
    held.sent = 0
    held.push()
    held.until(dossier, "sent")
    assert len(mail.ledger()) == 1


def test_an_email_whose_answer_is_lost_is_unknown_until_a_clerk_decides(held: Held, mail: StandIn) -> None:
    dossier = _mailed(held, mail)
    mail.fault("lost", times=1)
    held.happen(dossier, PAPERS)
    (one,) = held.until(dossier, "unknown")
    assert one.cause == "UNREACHABLE"
    assert len(mail.ledger()) == 1, "it went out, and nobody here can know"
    held.happen(dossier, MessageAsked(one.id))
    _, again = held.until(dossier, "unknown", "sent")
    assert again.again_of == one.id
    assert len(mail.ledger()) == 2


@pytest.mark.parametrize(("fault", "kept"), [("late", 1), ("hold", 0)])
def test_an_email_of_a_central_that_is_killed_while_it_sends_is_not_sent_again_by_itself(
    held: Held, mail: StandIn, fault: str, kept: int
) -> None:
    """Killed after the server took it, and before: the one that comes next cannot tell them apart."""
    dossier = _mailed(held, mail, 20)
    mail.fault(fault, seconds=60, times=1)
    held.happen(dossier, PAPERS)

    def row() -> Any:
        with held.database.read() as connection:
            return connection.execute(select(messages).where(messages.c.dossier == dossier)).one()

    assert settled(lambda: (row().open_try, len(mail.ledger())), lambda seen: seen == (True, kept)) == (True, kept)
    held.central.kill()
    with held.database.write("messages") as connection:
        connection.execute(messages.update().where(messages.c.id == row().id).values(due_ms=0))
    mail.fault("none")
    held.central.start()
    (one,) = held.until(dossier, "unknown", within_s=40)
    assert (one.cause, one.sent_at, one.to) == ("UNCONFIRMED", None, "a***@example.vn")
    assert len(mail.ledger()) == kept
    assert (
        here(
            "central", "messages", "--json", "--database", held.central.database_url, "--data", str(held.central.folder)
        ).json["messages"][0]["state"]
        == "unknown"
    )
    held.happen(dossier, MessageAsked(one.id))
    held.until(dossier, "unknown", "sent", within_s=40)
    assert len(mail.ledger()) == kept + 1


@pytest.fixture
def bare(tmp_path: Path, backing: Backing) -> Iterator[CentralProcess]:
    """Where nothing is yet."""
    folder = tmp_path / "restored"
    peer = CentralProcess(folder, database=backing.empty(folder), blobs=backing.blobs(folder))
    yield peer
    peer.close()


def _restored(held: Held, bare: CentralProcess, copies: Path) -> None:
    """Another central from the newest copy takes its place, and the desk tells it everything once more."""
    settings = (held.central.folder / FILE).read_text("utf-8")
    held.central.stop()
    newest = backups.newest(copies)
    assert backups.restore(newest, bare.database_url, open_sheets(bare.blobs), hanoi_now()).problems == ()
    bare.folder.mkdir(exist_ok=True)
    (bare.folder / FILE).write_text(settings, "utf-8")
    bare.start()
    held.central = held.station.central = bare
    held.station.token = read(held.station.ask_token(), wire.Token).access_token
    held.sent = 0
    held.push()


def test_a_central_that_was_restored_sends_no_email_of_before_by_itself(
    held: Held, mail: StandIn, bare: CentralProcess, tmp_path: Path
) -> None:
    """One waited when the copy was made, one was caused after it; both went out since. Only a clerk sends again."""
    mail.fault("down")
    waited = _mailed(held, mail)
    held.happen(waited, PAPERS)
    held.until(waited, "queued")
    sheets = open_sheets(held.central.blobs or str(held.central.folder / "sheets"))
    backups.backup(held.central.database_url, sheets, tmp_path / "copies", hanoi_now())
    mail.fault("none")
    held.until(waited, "sent", within_s=60)
    came = held.draft()
    held.happen(came, ContactGiven(PHONE, "binh@example.vn", "email"), PAPERS)
    held.until(came, "sent")
    _restored(held, bare, tmp_path / "copies")
    for dossier in (waited, came):
        (one,) = held.until(dossier, "unknown")
        assert one.cause == "RESTORED"
    assert len(mail.ledger()) == 2
    held.happen(came, MessageAsked(one.id))
    held.until(came, "unknown", "sent")
    fresh = held.draft()
    held.happen(fresh, ContactGiven(PHONE, "chi@example.vn", "email"), PAPERS)
    held.until(fresh, "sent")
    assert len(mail.ledger()) == 4, "what happens from now on is told as ever"
    assert verify(bare.database_url).ok


@pytest.mark.parametrize("by", ["address", "clerk"])
def test_what_a_clerk_had_sent_after_the_copy_is_not_sent_once_more_when_it_comes_again(
    held: Held, mail: StandIn, bare: CentralProcess, tmp_path: Path, by: str
) -> None:
    """Another address, or the wish to send one again: the copy does not know that it went out by that."""
    dossier = _mailed(held, mail)
    if by == "address":
        dossier = held.draft("")
    held.happen(dossier, PAPERS)
    (first,) = held.until(dossier, "no_address" if by == "address" else "sent")
    sheets = open_sheets(held.central.blobs or str(held.central.folder / "sheets"))
    backups.backup(held.central.database_url, sheets, tmp_path / "copies", hanoi_now())
    if by == "address":
        held.happen(dossier, ContactGiven("", "binh@example.vn", "email"))
        held.until(dossier, "sent")
    else:
        held.happen(dossier, MessageAsked(first.id))
        held.until(dossier, "sent", "sent")
    sent = len(mail.ledger())
    _restored(held, bare, tmp_path / "copies")
    said = held.until(dossier, "unknown") if by == "address" else held.until(dossier, "sent", "unknown")
    assert said[-1].cause == "RESTORED"
    assert len(mail.ledger()) == sent
    held.happen(dossier, MessageAsked(said[-1].id))
    assert held.until(dossier, *(one.state for one in said), "sent")[-1].again_of == said[-1].id


def test_a_clerk_has_one_sent_again_and_the_same_asking_makes_no_second(held: Held) -> None:
    dossier = held.draft("0912345000")
    held.happen(dossier, PAPERS)
    (failed,) = held.until(dossier, "failed")
    assert failed.cause == "SO_KHONG_TON_TAI"
    # Pressed three times: the wish that is under way is not wished for once more.
    held.happen(dossier, ContactGiven(PHONE), MessageAsked(failed.id), MessageAsked(failed.id), MessageAsked(failed.id))
    _, again = held.until(dossier, "failed", "delivered")
    assert (again.again_of, again.entry, again.to) == (failed.id, failed.entry, "***678")
    held.sent = 0
    held.push()
    held.until(dossier, "failed", "delivered")
    assert (held.texts(failed.id), held.texts(again.id)) == (1, 1)
    # What is not this dossier's is not sent for it.
    other = held.draft()
    held.happen(other, MessageAsked(failed.id), MessageAsked(uuid4()))
    assert held.told(other) == []


def test_who_runs_central_sees_what_waits_and_has_it_sent_again(held: Held) -> None:
    dossier = held.draft("0912345000")
    held.happen(dossier, PAPERS)
    (failed,) = held.until(dossier, "failed")
    database = ["--database", held.central.database_url, "--data", str(held.central.folder)]
    said = here("central", "messages", "--json", *database)
    assert said.code == 0
    assert [one["id"] for one in said.json["messages"]] == [str(failed.id)]
    assert "0912345000" not in said.out
    assert "84912345000" not in said.out
    first = here("central", "messages", "--json", "--resend", str(failed.id), *database).json["made"]
    assert here("central", "messages", "--json", "--resend", str(failed.id), *database).json["made"] == first
    _, again = held.until(dossier, "failed", "failed")
    assert str(again.id) == first
    assert held.texts(again.id) == 1
    assert here("central", "messages", "--resend", str(uuid4()), *database).refusal == "MESSAGE_UNKNOWN"


def test_the_extract_tells_whole_messages_and_an_order_takes_them(held: Held) -> None:
    dossier = held.draft()
    held.happen(dossier, PAPERS)
    (one,) = held.until(dossier, "delivered")
    (whole,) = told(held.database, [dossier])
    assert (whole["to"], whole["id"]) == ("84912345678", str(one.id))
    with held.database.write("messages") as connection:
        empty(connection, held.database.secret, uuid4(), dossier, "PC08-HN")
    with held.database.read() as connection:
        assert connection.execute(select(messages)).all() == []
    assert code_of(held.station.ask("GET", f"/v1/dossiers/{dossier}/messages")) == "DOSSIER_ERASED"


def test_another_office_hears_nothing(held: Held) -> None:
    dossier = held.draft()
    held.happen(dossier, PAPERS)
    held.until(dossier, "delivered")
    assert Messages(held.database, {}, hanoi_now).of_dossier(dossier, "ANOTHER") == []
    with requests.get(f"{held.central.url}/v1/dossiers/{dossier}/messages", timeout=5) as reply:
        assert reply.status_code == 401


def test_a_contact_by_which_nobody_can_be_reached_is_refused(held: Held) -> None:
    dossier = held.draft()
    held.chain.happen(dossier, ContactGiven("12"))
    answers = read(held.station.push(*held.chain.sealed[held.sent :]), Answers)
    assert [one.code for one in answers.answers] == ["CONTACT_PHONE"]
