"""A role and a kind of exception that no program ever heard of: rows of a pack, and they work from sign-in to central.

Central and desk are the real processes and stores.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clerk_app import bootstrap
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal
from tests.peers.central import CentralProcess
from tests.peers.commands import clerk
from tests.peers.pack import newer_pack, sign_as
from tests.stories.test_newer_law import NEW, begun, delivered, never, opened, profile, publish

__all__ = ["profile"]

pytestmark = [pytest.mark.story, pytest.mark.wire]

ROLE, KIND, PERSON = "deputy", "DEPUTY_LOOKS", "pho"


def with_rows(folder: Path) -> Path:
    """A newer pack that knows the role, the kind, and that the one decides the other."""
    pack, today = newer_pack(folder), in_hanoi(datetime.now(UTC)).date().isoformat()
    for name, row in (
        ("roles.csv", f"{ROLE},Phó phụ trách quầy,Deputy of the desk,dossier.find exception.decide,"),
        ("exceptions.csv", f"{KIND},*,channel is counter,1,,no,Phó phụ trách phải xem.,The deputy must look."),
        ("grants.csv", f"{KIND},{ROLE},"),
    ):
        table = pack / name
        table.write_text(table.read_text("utf-8") + f"{row},{today},,Quy chế của đơn vị,no\n", "utf-8")
    sign_as(pack, NEW)
    return pack


def code_of(call: object, *arguments: object) -> str:
    with pytest.raises(Refusal) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.code


def hired(central: CentralProcess, folder: Path) -> object:
    secret = folder / "password.txt"
    secret.write_text("một mật khẩu\n", "utf-8")
    words = ("--user", PERSON, "--name", "Lý Văn Phó", "--role", ROLE, "--office", "PC08-HN")
    return clerk("central", "add-user", *words, "--password-file", secret, "--data", central.folder, "--json")


def test_a_role_and_a_kind_of_exception_are_rows_and_nothing_else(
    central: CentralProcess, profile: Path, tmp_path: Path
) -> None:
    assert hired(central, tmp_path).refusal == "ROLE_UNKNOWN", "no law knows the role yet"  # type: ignore[attr-defined]
    publish(central, with_rows(tmp_path))
    assert hired(central, tmp_path).json["roles"] == [ROLE]  # type: ignore[attr-defined]
    with closing(opened(profile)) as desk:
        desk.sign_in.sign_in("clerk", "practice")
        assert desk.delivery.once(never).catalogue == NEW
        it = begun(desk)
        (needed,) = desk.intake.view(it).application.exceptions
        assert (needed.code, needed.state) == (KIND, "needed")
        desk.cashier.take(it, "cash", 200_000)
        assert code_of(desk.intake.submit, it) == "DOSSIER_INCOMPLETE"
        desk.exceptions.ask(it, KIND, "Xin phó phụ trách xem")
        delivered(desk)
        # A supervisor may decide exceptions, but not this one: its row names the deputy.
        assert code_of(desk.exceptions.decide, it, KIND, "supervisor", "practice", True, "") == "GRANTED_BY_OTHERS"

        session = desk.sign_in.sign_in(PERSON, "một mật khẩu")
        assert session.roles == (ROLE,)
        assert desk.title().vi == "Phó phụ trách quầy"
        assert code_of(desk.intake.open) == "NOT_ALLOWED"
        assert code_of(desk.intake.submit, it) == "NOT_ALLOWED"
        (row,) = desk.approvals.queue().rows
        assert (row.code, row.may) == (KIND, True)
        desk.approvals.decide(it, KIND, True, "Đã xem", "", desk.approvals.look(it, KIND).shown)

        desk.sign_in.sign_in("clerk", "practice")
        view = desk.intake.submit(it)
        assert (view.status, view.receipt.findings) == ("submitted", ())
        delivered(desk)
        asked = desk.journal.dossier(it).exceptions[KIND]
        assert (asked.granted, asked.decided_by) == (True, PERSON)
        submitted = desk.journal.dossier(it).submitted
        assert submitted is not None
        assert submitted.pack == NEW
    central.stop()
    with closing(opened(profile)) as desk:
        assert desk.sign_in.sign_in(PERSON, "một mật khẩu").offline, "without a line too"
        assert desk.intake.view(it).status == "submitted"
        assert code_of(desk.intake.open) == "NOT_ALLOWED"


def test_what_is_forged_in_the_name_of_the_new_role_is_refused_where_its_row_does_not_say_so(
    central: CentralProcess, profile: Path, tmp_path: Path
) -> None:
    publish(central, with_rows(tmp_path))
    assert hired(central, tmp_path).code == 0  # type: ignore[attr-defined]
    with closing(opened(profile)) as desk:
        desk.sign_in.sign_in(PERSON, "một mật khẩu")
        # The desk's own checks are gone round: straight into its journal, sealed with its own key.
        station, pack = desk.station, desk.counter.pack.version
        from clerk_app.domain.dossier import Opened
        from clerk_app.store.journal import new_id

        forged = Opened("licence-exchange", "counter", "Q04-1", station.office, station.counter, pack, True)
        desk.journal.append(new_id(), [forged], PERSON, bootstrap.now())
        assert desk.delivery.once(never).refused == 1
        assert [one.code for one in desk.journal.refused()] == ["ROLE_MISSING"]
