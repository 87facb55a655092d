"""Dossiers by the rules of the window, without one: looked at, read, printed, archived, signed, taken from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from clerk_app import bootstrap, settings
from clerk_app.commands import dossier_course, dossier_messages, dossier_systems, speaking
from clerk_app.commands.catalogue import read_file
from clerk_app.commands.looking import looking, reader_options, user_missing
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.desk.desk import Desk
from clerk_app.desk.ports import QueueLine
from clerk_app.desk.receipts import FORMS
from clerk_app.desk.words import STATUSES
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import PayMethod, Way
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.steps import State
from clerk_app.store.faults import unknown_dossier

if TYPE_CHECKING:
    from clerk_app.uplink import Uplink


@click.group(cls=speaking.Group)
def dossier() -> None:
    """Look at dossiers, print them and the books, take one from a file."""


@contextmanager
def signed_in(profile: Path, user: str, password_file: Path | None) -> Iterator[Desk]:
    """The desk with a person signed in, under the same rules as the window."""
    if not user:
        raise user_missing()
    password = speaking.password_of(password_file)
    desk = bootstrap.open_desk(profile, speaking.passphrase())
    try:
        desk.sign_in.sign_in(user, password, speaking.second(desk, "sign-in", user))
        yield desk
    finally:
        desk.close()


@dossier.command("list")
@click.argument("query", default="")
@click.option("--due", "due_now", is_flag=True, help="Only those for which today is the last day to act, or overdue.")
@profile_option
@reader_options
@json_option
@speaking.speaking
def list_dossiers(
    query: str, due_now: bool, profile: Path, user: str, password_file: Path | None, as_json: bool
) -> None:
    """Dossiers on this workstation, newest first; those that are due, the earliest first."""
    with looking(profile, user, password_file) as store:
        lines = store.owed() if due_now else store.lines(query)
        try:
            states = store.states()
        except Refusal:
            # What is kept stays readable where the pack is damaged.
            states = {}
    document = [
        {
            "dossier": str(line.dossier),
            "code": line.code,
            "local_code": line.local_code,
            "name": line.name,
            "status": line.status,
            **speaking.named("state", line.state, _state(line, states)),
            "due_at": speaking.told_at(line.due_at),
            "waiting": line.waiting,
            "refused": line.refused,
        }
        for line in lines
    ]
    text = "\n".join(
        f"{line.code or line.local_code}  {speaking.said(_state(line, states)):<32} {line.name}" for line in lines
    )
    speaking.tell(document, text or speaking.said(Words("Không có hồ sơ nào.", "No dossier.")), as_json)


def _state(line: QueueLine, states: Mapping[str, State]) -> Words:
    """Where it stands, as the law calls it; a draft and what was thrown away have no state of their own."""
    state = states.get(line.state)
    return state.name if state is not None else STATUSES[line.status].words


@dossier.command()
@click.argument("code")
@profile_option
@reader_options
@json_option
@speaking.speaking
def show(code: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """One dossier: what happened to it, its state, what is missing, and who has it open as far as central answers."""
    from clerk_app.commands.telling import dossier_document, dossier_text

    with looking(profile, user, password_file) as store:
        keys = store.keys
        found = find_one(store.journal.find(code), code)
        store.demand(found)
        records = store.journal.records(found)
    law = bootstrap.law_of(profile, settings.load(profile), bootstrap.peek(profile).practice)
    station = bootstrap.station_of(profile)
    document = dossier_document(records, station.station, law.named, bootstrap.now())
    draft = document["state"]["status"] == "draft"
    document["lease"] = _lease(bootstrap.uplink_of(profile, keys, timeout_s=3.0), found) if draft else None
    speaking.tell(document, dossier_text(document), as_json)


def _lease(uplink: Uplink, dossier: UUID) -> dict[str, str] | None:
    """Who has it open; None also where central does not answer."""
    try:
        holder = uplink.lease(dossier).holder
    except Refusal:
        return None
    finally:
        uplink.close()
    if holder is None:
        return None
    since = holder.since.isoformat()
    return {
        "station": holder.station,
        "counter": holder.counter,
        "who": holder.who,
        "name": holder.name,
        "since": since,
    }


@dossier.command()
@click.argument("code")
@click.option("--way", type=click.Choice(["central", "ours", "new"]), required=True, help="What becomes of it.")
@click.option("--reason", required=True, help="Why; it stands in the journal.")
@click.option("--station", default="", help="Whose refused entries, where several desks have some.")
@profile_option
@person_options
@json_option
@speaking.speaking
def settle(
    code: str, way: Way, reason: str, station: str, profile: Path, user: str, password_file: Path | None, as_json: bool
) -> None:
    """Decide about what central refused: keep central's version, enter ours again, or make a new dossier of it."""
    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        waiting = [one for one in desk.shelf.views() if one.dossier == found and station in ("", one.station)]
        whose = waiting[0].station if waiting else station or desk.station.station
        view = desk.shelf.settle(found, whose, way, reason)
    document = {
        "dossier": str(found),
        "way": way,
        "settled": waiting[0].refused if waiting else 0,
        "goes_on_as": view.code or view.local_code,
        "goes_on": str(view.dossier),
        "state": view.status,
    }
    words = Words(
        f"Đã giải quyết {document['settled']} mục; làm tiếp ở hồ sơ {document['goes_on_as']}.",
        f"Settled {document['settled']} entries; it goes on as {document['goes_on_as']}.",
    )
    speaking.tell(document, speaking.said(words), as_json)


def find_one(lines: Sequence[QueueLine], code: str) -> UUID:
    """The dossier whose code was meant. Raises `Refusal` `DOSSIER_UNKNOWN`."""
    exact = [line for line in lines if code in (line.code, line.local_code, str(line.dossier))]
    if not exact:
        raise unknown_dossier()
    return exact[0].dossier


@dossier.command()
@click.argument("code")
@profile_option
@person_options
@json_option
@speaking.speaking
def read(code: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """Read the print of a dossier's pages; says what was proposed and waits for the clerk's word in the window."""
    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        read_now = 0
        while desk.reading.read_next(found, lambda: False) is not None:
            read_now += 1
        pages = desk.intake.view(found).papers.pages
    proposed = [(page, one) for page in pages for one in page.proposals]
    document = {
        "read": read_now,
        "proposals": [
            {"page": page.index + 1, "field": one.name, "text": one.text, "sure": one.sure, "differs": one.differs}
            for page, one in proposed
        ],
    }
    words = Words(
        f"Đã đọc {read_now} trang, {len(proposed)} giá trị chờ xác nhận.",
        f"{read_now} pages read, {len(proposed)} values wait to be confirmed.",
    )
    lines = [f"{page.index + 1:>3}  {one.sure:>5}  {speaking.said(one.label)}: {one.text}" for page, one in proposed]
    speaking.tell(document, "\n".join([speaking.said(words), *lines]), as_json)


@dossier.command("print")
@click.argument("code")
@click.option("--form", type=click.Choice(FORMS), default="M01", show_default=True, help="Its code; see docs/forms.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Write a PDF instead.")
@profile_option
@person_options
@json_option
@speaking.speaking
def print_form(
    code: str, form: str, out: Path | None, profile: Path, user: str, password_file: Path | None, as_json: bool
) -> None:
    """Print a form of a dossier, or write it as PDF. A form whose facts are not on record is refused."""
    with signed_in(profile, user, password_file) as desk:
        found = find_one(desk.journal.find(code), code)
        if out is not None:
            write_file(out, desk.receipts.pdf(found, form))
            document: dict[str, object] = {"form": form, "file": str(out)}
        else:
            desk.receipts.print(found, form, lambda: False)
            document = {"form": form, "serial": desk.journal.dossier(found).prints[form]}
    speaking.tell(document, " ".join(str(value) for value in document.values()), as_json)


@dossier.command()
@click.argument("code")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A .png or .escpos file.")
@profile_option
@person_options
@json_option
@speaking.speaking
def ticket(code: str, out: Path, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """The appointment on 80 mm: a picture, or the commands of a ticket printer (GS v 0), never tried on a real one."""
    if out.suffix not in (".png", ".escpos"):
        raise click.BadParameter(".png / .escpos", param_hint="--out")
    with signed_in(profile, user, password_file) as desk:
        made = desk.receipts.ticket(find_one(desk.journal.find(code), code))
    write_file(out, made.png if out.suffix == ".png" else made.escpos)
    speaking.tell({"form": "TICKET", "file": str(out)}, str(out), as_json)


@dossier.command()
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, metavar="DAY", help="One day (2026-11-23).")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), default=None, metavar="DAY", help="First day.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), default=None, metavar="DAY", help="Last day.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@profile_option
@person_options
@json_option
@speaking.speaking
def register(
    on: datetime | None,
    first: datetime | None,
    last: datetime | None,
    out: Path,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """The register of the dossiers received on a day or in a period (M07) as PDF; today without a day."""
    today = in_hanoi(bootstrap.now())
    begin, end = (on, on) if on else (first or last or today, last or today)
    with signed_in(profile, user, password_file) as desk:
        pdf, count = desk.books.register(begin.date(), end.date())
    write_file(out, pdf)
    speaking.tell(
        {"form": "M07", "dossiers": count, "file": str(out)}, _wrote(out, count, "hồ sơ", "dossiers"), as_json
    )


@dossier.command()
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), default=None, metavar="DAY", help="The day; today without.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@profile_option
@person_options
@json_option
@speaking.speaking
def handover(
    on: datetime | None, out: Path, profile: Path, user: str, password_file: Path | None, as_json: bool
) -> None:
    """The money one person took on a day, by the receipts, as PDF to be counted and signed."""
    with signed_in(profile, user, password_file) as desk:
        pdf, count = desk.books.handover((on or in_hanoi(bootstrap.now())).date())
    write_file(out, pdf)
    speaking.tell(
        {"form": "SHIFT", "receipts": count, "file": str(out)}, _wrote(out, count, "biên lai", "receipts"), as_json
    )


def _wrote(out: Path, count: int, vi: str, en: str) -> str:
    return speaking.said(Words(f"Đã ghi {out}: {count} {vi}.", f"Wrote {out}: {count} {en}."))


def write_file(out: Path, data: bytes) -> None:
    """Write a file the person named. Raises `Refusal` `FILE_NOT_WRITTEN`."""
    try:
        out.write_bytes(data)
    except OSError:
        raise Refusal(
            "FILE_NOT_WRITTEN",
            Words(f"Không ghi được tệp {out}.", f"The file {out} cannot be written."),
            Words("Kiểm tra thư mục, quyền ghi và dung lượng đĩa.", "Check the folder, the rights and the disk."),
        ) from None


@dossier.command("archive")
@click.argument("code")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Write the PDFs there.")
@profile_option
@person_options
@json_option
@speaking.speaking
def archive_copies(
    code: str, out: Path | None, profile: Path, user: str, password_file: Path | None, as_json: bool
) -> None:
    """Make the archive copies (PDF/A-2b) that an accepted dossier lacks. Exits 1 when an item has none."""
    from clerk_app.commands import archive

    with signed_in(profile, user, password_file) as desk:
        document, problem = archive.made(desk.archive, find_one(desk.journal.find(code), code), out, write_file)
    speaking.tell(document, archive.text_of(document["copies"]), as_json)
    if problem:
        raise problem


@dossier.command()
@click.argument("code", default="")
@click.option("--all", "everything", is_flag=True, help="Every copy that waits.")
@click.option("--pin-file", type=click.Path(path_type=Path, dir_okay=False), default=None, help="Its first line.")
@click.option("--certificate", default="", metavar="SHA256", help="Which one, by its first digits.")
@click.option("--last-try", is_flag=True, help="The PIN is certain: use the last try there is.")
@profile_option
@person_options
@json_option
@speaking.speaking
def sign(
    code: str,
    everything: bool,
    pin_file: Path | None,
    certificate: str,
    last_try: bool,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Sign archive copies with the token (PAdES), of one dossier or all. Without either: what waits, and the token."""
    from clerk_app.commands import archive

    with signed_in(profile, user, password_file) as desk:
        if not code and not everything:
            listed = archive.waiting(desk.archive)
            said = (listed["token"]["words"], listed["token"]["remedy"])
            token = " ".join(part if part.endswith(".") else f"{part}." for part in said if part)
            speaking.tell(listed, f"{archive.text_of(listed['copies'])}\n{token}", as_json)
            return
        lines = desk.archive.unsigned() if everything else desk.archive.lines(find_one(desk.journal.find(code), code))
        document, problem = archive.signed(desk.archive, lines, certificate, last_try, lambda: archive.pin_of(pin_file))
    counted = Words(f"Đã ký {document['signed']} bản lưu trữ.", f"Signed {document['signed']} archive copies.")
    speaking.tell(document, speaking.said(counted), as_json)
    if problem:
        raise problem


@dossier.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--sheet", "sheets", multiple=True, metavar="CODE=FILE", help="A picture for an item of the checklist.")
@click.option("--seen", multiple=True, metavar="CODE", help="An item whose original was seen.")
@click.option("--card", is_flag=True, help="Read the chip of the card that lies on the reader.")
@click.option("--pay", type=click.Choice(["cash", "vietqr", "online"]), default=None)
@click.option("--approve-as", default="", help="A supervisor who approves the exceptions this dossier needs.")
@click.option(
    "--approve-password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File whose first line is their password.",
)
@click.option("--submit", is_flag=True, help="Accept the dossier.")
@profile_option
@person_options
@json_option
@speaking.speaking
def take(
    file: Path,
    sheets: tuple[str, ...],
    seen: tuple[str, ...],
    card: bool,
    pay: PayMethod | None,
    approve_as: str,
    approve_password_file: Path | None,
    submit: bool,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """A dossier from a file. Exits 1 when something asked for was refused; what was done until then is kept."""
    from clerk_app.catalogue.facts import take_from_json

    facts, further = take_from_json(read_file(file))
    pictures = [_picture(sheet) for sheet in sheets]
    approval = speaking.password_of(approve_password_file) if approve_as else ""
    problem: Refusal | None = None
    with signed_in(profile, user, password_file) as desk:
        view = desk.late_entry.take(facts, further)
        found = view.dossier
        try:
            if card:
                desk.intake.read_card(found)
            for paper, picture in pictures:
                desk.papers.bring(found, paper, picture)
            desk.making.finish(found)
            for paper in seen:
                desk.papers.mark(found, paper, "seen")
            if approve_as:
                desk.late_entry.approve(found, further["reason"], approve_as, approval)
            if pay:
                shown = desk.intake.view(found)
                desk.cashier.take(found, pay, shown.fee.fee_vnd, shown.seen)
            if submit:
                desk.intake.submit(found, view.seen)
                desk.reading.finish(found, lambda: False)
                desk.archive.make(found)
        except Refusal as refusal:
            problem = refusal
        view = desk.intake.view(found)
    findings = [
        {"code": one.code, "words": speaking.said(one.words), "step": one.step, "field": one.field}
        for one in view.receipt.findings
    ]
    document = {
        "code": view.code or view.local_code,
        "dossier": str(view.dossier),
        "state": view.status,
        "findings": findings,
    }
    text = "\n".join([f"{document['code']}: {view.status}", *(f"- {one['words']}" for one in findings)])
    speaking.tell(document, text, as_json)
    if problem:
        raise problem


def _picture(sheet: str) -> tuple[str, bytes]:
    paper, equals, file = sheet.partition("=")
    if not equals or not paper or not file:
        raise click.BadParameter("CODE=FILE", param_hint="--sheet")
    return paper, read_file(Path(file))


dossier.add_command(dossier_course.steps)
dossier.add_command(dossier_course.step)
dossier.add_command(dossier_systems.ask)
dossier.add_command(dossier_systems.pay)
dossier.add_command(dossier_messages.messages)
dossier.add_command(dossier_messages.contact)
