"""`central subject erase`: erase by order what the law lets go, exactly as it was shown; `erasures` tells what became
of every order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerk_app.commands import speaking
from clerk_app.commands.central_console import Console, console_options
from clerk_app.commands.speaking import json_option
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Words

if TYPE_CHECKING:
    from clerk_app.central.erasure_plan import Plan


@click.command()
@click.argument("number")
@click.option("--purpose", default="", metavar="CODE", help="What it is for: a purpose of the catalogue.")
@click.option("--confirm", default="", metavar="DIGEST", help="Do it: the digest of what was shown without this.")
@click.option("--second", default="", metavar="USER", help="Who agrees, where the catalogue asks for two.")
@click.option(
    "--second-password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File whose first line is their password.",
)
@click.option("--second-totp", envvar="CLERK_SECOND_TOTP", default="", help="Their code of the second factor.")
@click.option(
    "--second-token",
    is_flag=True,
    help="Their second factor is the token that is plugged in; its PIN is CLERK_SECOND_TOKEN_PIN, or asked for.",
)
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File of all orders, for copies of before; erasures.json in --data by default. Best in the place of backups.",
)
@console_options
@json_option
@speaking.speaking
def erase(
    number: str,
    purpose: str,
    confirm: str,
    second: str,
    second_password_file: Path | None,
    second_totp: str,
    second_token: bool,
    record: Path | None,
    console: Console,
    as_json: bool,
) -> None:
    """Show what would be erased of a number and what must stay; with --confirm, erase exactly that."""
    from clerk_app.central import erasing, erasure_plan, erasure_records
    from clerk_app.domain.deciding import person_of
    from clerk_app.domain.subject import AGREE, ERASE, checked_number

    digits = checked_number(number)
    with console.open() as at:
        central, law, now = at.central, at.law, at.now
        who = at.who(ERASE, purpose)
        shown = erasure_plan.plan(central.database, law, digits, who, now)
        two = law.setting("erasure_two_people", now) != "off"
        if not confirm:
            speaking.tell(_document(shown, two), _told(shown, two), as_json)
            return
        if confirm.strip().lower() != shown.digest.hex():
            raise erasure_plan.differs()
        agreed = ""
        if two or second:
            if not second or second_password_file is None:
                raise erasure_plan.second_missing()
            other = at.agrees(second, second_password_file, second_totp, second_token, AGREE, shown.digest.hex())
            persons = {one.id: one.person for one in (who, other) if one.person}
            if person_of(who.id, persons) == person_of(other.id, persons):
                raise erasure_plan.second_same()
            agreed = other.id
        made, emptied = erasure_plan.order(central.database, shown, digits, who, agreed, purpose, confirm, now)
        destroyed = erasing.finish(central.database, central.sheets)
        erasure_records.write(central.database, record or console.data_dir / erasure_records.FILE)
    told = _document(shown, two) | {"order": str(made), "emptied": emptied, "destroyed_sheets": destroyed}
    words = Words(
        f"Đã xóa theo lệnh số {made}: {len(shown.goes)} hồ sơ, {emptied} mục, {destroyed} trang. Máy trạm xóa ở lần "
        "liên lạc tới; xem: clerk central subject erasures.",
        f"Erased by order no. {made}: {len(shown.goes)} dossiers, {emptied} entries, {destroyed} sheets. Stations "
        "follow at their next contact; see: clerk central subject erasures.",
    )
    speaking.tell(told, speaking.said(words), as_json)


def _document(shown: Plan, two: bool) -> dict[str, Any]:
    return {
        "digest": shown.digest.hex(),
        "needs_second": two,
        "beyond_reach": shown.beyond,
        "sheets": sum(len(one.sheets) for one in shown.goes),
        "goes": [
            {
                "dossier": str(one.dossier),
                "code": one.code,
                "office": one.office,
                "entries": len(one.entries),
                "sheets": len(one.sheets),
                "rule": one.rule.rule.id,
                "basis": one.rule.rule.basis,
                "verified": one.rule.rule.verified,
                "kept_until": in_hanoi(one.kept_until).isoformat(timespec="seconds"),
            }
            for one in shown.goes
        ],
        "stays": [
            {
                "dossier": str(one.dossier),
                "code": one.code,
                "office": one.office,
                "why": one.why,
                "words": {"vi": one.words.vi, "en": one.words.en},
                "until": in_hanoi(one.until).isoformat(timespec="seconds") if one.until else None,
            }
            for one in shown.stays
        ],
    }


def _told(shown: Plan, two: bool) -> str:
    lines: list[Words] = []
    for one in shown.goes:
        name, basis = one.code or str(one.dossier), one.rule.rule.basis
        doubt = ("", "") if one.rule.rule.verified == "yes" else (" (chưa kiểm chứng)", " (not verified)")
        lines.append(
            Words(
                f"XÓA {name}: {len(one.entries)} mục, {len(one.sheets)} trang; {basis}{doubt[0]}",
                f"GOES {name}: {len(one.entries)} entries, {len(one.sheets)} sheets; {basis}{doubt[1]}",
            )
        )
    for kept in shown.stays:
        name = kept.code or str(kept.dossier)
        lines.append(Words(f"GIỮ {name}: {kept.words.vi}", f"STAYS {name}: {kept.words.en}"))
    if shown.beyond:
        lines.append(
            Words(f"{shown.beyond} hồ sơ ngoài phạm vi của bạn.", f"{shown.beyond} dossiers are out of your reach.")
        )
    if not shown.goes:
        lines.append(Words("Chưa có gì được xóa.", "Nothing may be erased."))
    else:
        more = Words(" và người thứ hai (--second)", " and a second person (--second)") if two else Words("", "")
        lines.append(
            Words(
                f"Chưa xóa gì. Để xóa đúng những thứ trên{more.vi}: --confirm {shown.digest.hex()}",
                f"Nothing was erased yet. To erase exactly this{more.en}: --confirm {shown.digest.hex()}",
            )
        )
    return "\n".join(speaking.said(one) for one in lines)


@click.command()
@click.option(
    "--again",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE",
    help="Carry out the orders of this file again: after an older copy was brought back.",
)
@console_options
@json_option
@speaking.speaking
def erasures(
    again: Path | None,
    console: Console,
    as_json: bool,
) -> None:
    """Tell every order to erase, and which stations have not carried it out; what was interrupted is finished."""
    from clerk_app.central import erasing, erasure_records
    from clerk_app.domain.subject import ERASE

    with console.open() as at:
        central = at.central
        at.who_may(ERASE)
        done = erasure_records.carry_out(central.database, again) if again is not None else 0
        unproven = erasure_records.unproven(erasure_records.read(again)) if again is not None else 0
        destroyed = erasing.finish(central.database, central.sheets)
        erasure_records.write(central.database, console.data_dir / erasure_records.FILE)
        given = erasing.given(central.database)
    lines = [speaking.said(_one(order)) for order in given]
    lines = lines or [speaking.said(Words("Chưa có lệnh xóa nào.", "No order to erase was given."))]
    if again is not None:
        lines.append(speaking.said(Words(f"Đã xóa lại {done} hồ sơ.", f"Erased {done} dossiers again.")))
    if unproven:
        lines.append(
            speaking.said(
                Words(
                    f"{unproven} lệnh do phiên bản cũ ghi: chỉ hồ sơ nào bị xóa là chắc chắn, ai và lúc nào thì không.",
                    f"{unproven} orders are of an older program: which dossiers went is proven, who and when is not.",
                )
            )
        )
    told = {"orders": given, "destroyed_sheets": destroyed, "erased_again": done, "unproven": unproven}
    speaking.tell(told, "\n".join(lines), as_json)


def _one(order: dict[str, Any]) -> Words:
    def named(which: str) -> str:
        return ", ".join(order[which]) or "–"

    return Words(
        f"{order['order']} · {order['at']} · {order['who']}/{order['second'] or '–'} · {order['dossiers']} hồ sơ, "
        f"{order['entries']} mục · đã xóa: {named('confirmed')} · chưa: {named('waiting')} · không còn liên lạc: "
        f"{named('never')}",
        f"{order['order']} · {order['at']} · {order['who']}/{order['second'] or '–'} · {order['dossiers']} dossiers, "
        f"{order['entries']} entries · carried out: {named('confirmed')} · waits: {named('waiting')} · out of reach: "
        f"{named('never')}",
    )
