"""`results`: cards checked in, the shelf, hand-over, posting and what nobody collected, without a window."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO, cast
from uuid import UUID

import click

from clerk_app.commands import speaking
from clerk_app.commands.dossier import find_one, signed_in
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.desk.desk import Desk
from clerk_app.desk.handing_over import HandOverView
from clerk_app.desk.result_views import BoxView, CardCheck, ResultRow
from clerk_app.desk.results import ListName
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.handing import VALUES, OldLicence, Receiver
from clerk_app.domain.refusals import Refusal, Words

_NOWHERE = "none"
"""The code of a result of which no card came yet."""
LISTS: tuple[ListName, ...] = ("waiting", "awaited", "post", "unclaimed")


@click.group(cls=speaking.Group)
def results() -> None:
    """Results at the counter: check cards in, hand them over, post them."""


@results.command("check-in")
@click.argument("cards", nargs=-1)
@click.option("--box", "label", default="", help="Open a new box of this name first.")
@click.option("--close", is_flag=True, help="Close the box afterwards.")
@click.option("--from", "file", type=click.File("r", "utf-8"), default=None, help="A file with one scan a line.")
@profile_option
@person_options
@json_option
@speaking.speaking
def check_in(
    cards: tuple[str, ...],
    label: str,
    close: bool,
    file: TextIO | None,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Check cards in by what a scanner read from each (CARDS); each difference is named, and makes it end in 1."""
    scans = [*cards, *(line.strip() for line in file or () if line.strip())]
    if not (scans or label or close or file):
        raise Refusal(
            "CARDS_MISSING",
            Words("Chưa có thẻ nào được quét.", "No card was given."),
            Words(
                "Thêm mã thẻ, --from TỆP, --box TÊN hoặc --close.", "Give CARDS, --from FILE, --box NAME or --close."
            ),
        )
    with signed_in(profile, user, password_file) as desk:
        box = desk.results.open_box(label) if label or desk.results.box().id is None else desk.results.box()
        checks = [_checked_in(desk, scan) for scan in scans]
        box = desk.results.box()
        if close:
            desk.results.close_box()
    document = {"box": _box(box), "cards": [_check(one) for one in checks], "closed": close}
    lines = [f"{_mark(one)} {one.code:<28} {speaking.said(one.words)}" for one in checks]
    cards_came = "1 card came" if box.arrived == 1 else f"{box.arrived} cards came"
    lines.append(
        speaking.said(
            Words(
                f"Hộp {box.label}: {box.arrived} thẻ đã nhận, {box.aside} thẻ để riêng, còn chờ {box.awaited}.",
                f"Box {box.label}: {cards_came}, {box.aside} laid aside, {box.awaited} still awaited.",
            )
        )
    )
    speaking.tell(document, "\n".join(lines), as_json)
    if any(one.why for one in checks):
        raise SystemExit(1)


def _checked_in(desk: Desk, scan: str) -> CardCheck:
    """One card; what the post says counts, where it can be asked."""
    check = desk.results.check_in(scan)
    try:
        return desk.posting.once_asked(check, desk.results.check_in)
    except Refusal:
        return check


@results.command("shelf")
@click.argument("code", required=False)
@click.option("--place", default="", help="Lay the card of CODE at this place; else the next free one.")
@click.option("--list", "name", type=click.Choice(LISTS), default="waiting", help="Which list is shown without CODE.")
@profile_option
@person_options
@json_option
@speaking.speaking
def shelf(
    code: str | None,
    place: str,
    name: ListName,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """What lies on the shelf, or another list; with CODE, lay that card at a place."""
    with signed_in(profile, user, password_file) as desk:
        if code:
            where = desk.results.shelve(_dossier(desk, code), place)
            speaking.tell({"code": code, "place": where}, where, as_json)
            return
        rows = desk.results.listed(name)
    _tell(rows, as_json)


@results.command("hand-over")
@click.argument("code")
@click.option("--to", type=click.Choice(VALUES["collector"]), default="holder", help="Who collects.")
@click.option("--proof", type=click.Choice(("receipt", "seen")), default="receipt", help="How that was seen.")
@click.option("--chip", is_flag=True, help="Read the chip of the card on the reader instead.")
@click.option("--qr", "qr", default="", help="The text of the QR code of their ID card instead.")
@click.option("--name", default="", help="Of an authorised person.")
@click.option("--number", default="", help="ID number of an authorised person.")
@click.option("--authority", default="", help="Code of the paper by which they act, as UY_QUYEN.")
@click.option("--authority-note", default="", help="Its number and day.")
@click.option("--old", type=click.Choice(VALUES["old"]), default=None, help="What was done with the old licence.")
@click.option("--note", default="", help="Why there is no old licence.")
@click.option("--signature", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The signature, a PNG.")
@click.option("--signed-page", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The signed page.")
@click.option("--unable", default="", help="Why nobody signed.")
@profile_option
@person_options
@json_option
@speaking.speaking
def hand_over(
    code: str,
    to: str,
    proof: str,
    chip: bool,
    qr: str,
    name: str,
    number: str,
    authority: str,
    authority_note: str,
    old: OldLicence | None,
    note: str,
    signature: Path | None,
    signed_page: Path | None,
    unable: str,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Hand the result of CODE (or of a scanned receipt) over, under the rule of its reception day."""
    with signed_in(profile, user, password_file) as desk:
        dossier = _dossier(desk, code)
        hand = desk.handing_over
        proven = hand.take_qr(dossier, qr) if qr else None
        if chip:
            proven = hand.read_card(dossier, "holder" if to == "holder" else "authorised", number)
        page = signature or signed_page
        sheets = (hand.sign(page.read_bytes()),) if page is not None else ()
        view = hand.view(dossier)
        view = hand.hand_over(
            dossier,
            to="holder" if to == "holder" else "authorised",
            proven=proven,
            proof="seen" if proof == "seen" else "receipt",
            old=old or _first_old(view),
            signed="pad" if signature is not None else "paper" if signed_page is not None else "unable",
            name=name,
            number=number,
            authority=authority,
            authority_note=authority_note,
            reason=unable,
            note=note,
            sheets=sheets,
        )
    speaking.tell(_handed(view), f"{view.code}  {speaking.said(view.state)}", as_json)


@results.command("post")
@click.argument("code", required=False)
@click.option("--name", default="", help="Who receives it; else the holder.")
@click.option("--tel", default="", help="Their telephone.")
@click.option("--street", default="", help="House and street.")
@click.option("--commune", default="", help="Commune-level unit.")
@click.option("--province", default="", help="Province.")
@click.option("--refresh", is_flag=True, help="Only ask where CODE is; without CODE, every parcel on its way.")
@click.option("--label", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write the label there.")
@click.option("--print", "to_printer", is_flag=True, help="Print the label.")
@profile_option
@person_options
@json_option
@speaking.speaking
def post(
    code: str | None,
    name: str,
    tel: str,
    street: str,
    commune: str,
    province: str,
    refresh: bool,
    label: Path | None,
    to_printer: bool,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Give the result of CODE to the public post, once; ask where it is; get its label."""
    with signed_in(profile, user, password_file) as desk:
        if code is None:
            look = desk.posting.refresh_all()
            if look.problem is not None:
                raise look.problem
            rows = desk.results.listed("post")
        else:
            dossier = _dossier(desk, code)
            view = desk.posting.view(dossier)
            if refresh:
                view = desk.posting.refresh(dossier)
            elif not view.at_post:
                is_ = view.receiver
                to = Receiver(
                    name or is_.name,
                    tel or is_.tel,
                    street or is_.street,
                    commune or is_.commune,
                    province or is_.province,
                )
                view = desk.posting.send(dossier, to)
            if label is not None:
                label.write_bytes(desk.posting.label(dossier))
            if to_printer:
                view = desk.posting.print_label(dossier)
    if code is None:
        _tell(rows, as_json)
        return
    said = [speaking.said(words) for words in (view.badge.words, view.tracking, view.cause) if words is not None]
    document = {
        "dossier": str(view.dossier),
        "code": view.code,
        **speaking.named("result", view.standing or _NOWHERE, view.badge.words),
        "item": view.item,
        "tracking": speaking.said(view.tracking) if view.tracking is not None else None,
        "cause": speaking.said(view.cause) if view.cause is not None else None,
        "labels": view.labels,
    }
    speaking.tell(document, f"{view.code}  {view.item}  {'; '.join(said)}", as_json)


@results.command("unclaimed")
@click.option("--reminded", "codes", multiple=True, help="Write down that the holder of CODE was reminded. Repeatable.")
@click.option("--message", "told", multiple=True, help="Have a reminder sent to the holder of CODE. Repeatable.")
@profile_option
@person_options
@json_option
@speaking.speaking
def unclaimed(
    codes: tuple[str, ...],
    told: tuple[str, ...],
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Results that nobody collected by the days of the rule, the longest waiting first."""
    with signed_in(profile, user, password_file) as desk:
        for code in codes:
            desk.results.remind(_dossier(desk, code), "phone")
        for code in told:
            desk.results.remind(_dossier(desk, code), "message")
        rows = desk.results.listed("unclaimed")
    _tell(rows, as_json)


@results.command("misprint")
@click.argument("code")
@click.option("--reason", required=True, help="What is wrong with the card.")
@profile_option
@person_options
@json_option
@speaking.speaking
def misprint(code: str, reason: str, profile: Path, user: str, password_file: Path | None, as_json: bool) -> None:
    """The card of CODE is wrong: back to processing, without a fee."""
    with signed_in(profile, user, password_file) as desk:
        dossier = _dossier(desk, code)
        desk.results.misprint(dossier, reason)
        view = desk.handing_over.view(dossier)
    speaking.tell(_handed(view), f"{view.code}  {speaking.said(view.state)}", as_json)


def _dossier(desk: Desk, code: str) -> UUID:
    found = desk.handing_over.find(code)
    return found[0].dossier if len(found) == 1 else find_one(desk.journal.find(code), code)


def _first_old(view: HandOverView) -> OldLicence:
    """What the rule says is done with it."""
    return cast(OldLicence, view.old[0].value) if view.old else "none"


def _box(box: BoxView) -> dict[str, object]:
    return {"label": box.label, "arrived": box.arrived, "aside": box.aside, "awaited": box.awaited}


def _check(one: CardCheck) -> dict[str, object]:
    place = one.place if not one.why else ""
    return {"why": one.why or None, "code": one.code, "place": place, "words": speaking.said(one.words)}


def _mark(one: CardCheck) -> str:
    return "✓" if not one.why else "!"


def _handed(view: HandOverView) -> dict[str, object]:
    return {
        "dossier": str(view.dossier),
        "code": view.code,
        **speaking.named("state", view.course, view.state),
        **speaking.named("result", view.standing or _NOWHERE, view.badge.words),
        "wish": speaking.said(view.wish) if view.wish is not None else None,
        "place": view.place,
    }


def _tell(rows: tuple[ResultRow, ...], as_json: bool) -> None:
    document = {
        "results": [
            {
                "dossier": str(row.dossier),
                "code": row.code,
                "name": row.name,
                "place": row.place,
                **speaking.named("state", row.standing or _NOWHERE, row.state),
                "procedure": speaking.said(row.procedure),
                "wish": speaking.said(row.wish) if row.wish is not None else None,
                "since": speaking.told_at(row.since),
                "days": row.days,
                "reminder_due": in_hanoi(row.due).date().isoformat() if row.due is not None else None,
                "overdue": row.overdue,
                "reminded": row.reminded,
                "item": row.item,
            }
            for row in rows
        ]
    }
    days = Words("ngày", "days")
    lines = [
        f"{row.place:<8} {row.code:<28} {row.days:>4} {speaking.said(days)}  {speaking.said(row.state):<24} {row.name}"
        for row in rows
    ]
    none = speaking.said(Words("Không có kết quả nào.", "There are none."))
    speaking.tell(document, "\n".join(lines) or none, as_json)
