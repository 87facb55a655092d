"""What central does for a station without a line: `central take`, `central grace`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from clerk_app.commands import central_places, speaking
from clerk_app.commands.speaking import json_option
from clerk_app.domain.limits import LIMITS, NUMBERS, LimitName
from clerk_app.domain.refusals import Refusal, Words

_DATA, _DATABASE = central_places.data_option, central_places.database_option


class PublisherKey(click.ParamType[bytes]):
    name = "hex"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        try:
            key = bytes.fromhex(str(value))
        except ValueError:
            key = b""
        if len(key) != 32:
            self.fail("64 hex digits", param, ctx)
        return key


@contextmanager
def publisher_named() -> Iterator[None]:
    """A pack that nobody who is believed signed: at central the option names who is."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code != "PACK_SIGNATURE":
            raise
        remedy = Words(
            "Thêm --catalogue-key với khóa công khai của đơn vị đã ký danh mục trong --catalogue.",
            "Give --catalogue-key, the public key of who signed the catalogue in --catalogue.",
        )
        raise Refusal(refusal.code, refusal.words, remedy) from None


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--answer", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File for the station.")
@_DATA
@_DATABASE
@central_places.blobs_option
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    help="Folder of the rule pack; the one of this tree by default.",
)
@click.option(
    "--catalogue-key", type=PublisherKey(), default=None, help="Hex Ed25519 key of who may publish the rule pack."
)
@json_option
@speaking.speaking
def take(
    file: Path,
    answer: Path,
    data_dir: Path,
    database: str | None,
    blobs: str | None,
    catalogue: Path | None,
    catalogue_key: bytes | None,
    as_json: bool,
) -> None:
    """Take in what a station sent by hand, and write the answer; beside a running central too."""
    from clerk_app.central.by_hand import opened

    publishers = [catalogue_key] if catalogue_key else []
    with publisher_named(), opened(data_dir, database, blobs, catalogue, publishers) as carried_in:
        taken = carried_in.take(file, answer)
    words = Words(
        f"Máy trạm {taken.station}: nhận {taken.accepted} mục, từ chối {taken.refused}, {taken.sheets} trang. "
        f"Mang {answer.name} về máy trạm.",
        f"Station {taken.station}: {taken.accepted} entries accepted, {taken.refused} refused, {taken.sheets} sheets. "
        f"Take {answer.name} back to it.",
    )
    problems = [
        {"code": one.code, "words": speaking.said(one.words), "remedy": speaking.said(one.remedy)}
        for one in taken.problems
    ]
    document = {
        "station": taken.station,
        "accepted": taken.accepted,
        "refused": taken.refused,
        "sheets": taken.sheets,
        "pulled": taken.pulled,
        "numbers": taken.numbers,
        "answer": str(answer),
        "problems": problems,
    }
    speaking.tell(document, speaking.said(words), as_json)
    if taken.problems:
        raise taken.problems[0]


@click.command()
@click.option("--station", required=True, help="Code of the workstation, such as Q03.")
@click.option("--limit", required=True, type=click.Choice(LIMITS), help="Which limit is lifted.")
@click.option("--extent", type=int, default=None, help="Days, or tens of numbers; 2 days or 50 numbers by default.")
@_DATA
@_DATABASE
@json_option
@speaking.speaking
def grace(
    station: str, limit: LimitName, extent: int | None, data_dir: Path, database: str | None, as_json: bool
) -> None:
    """Make a code that lifts one limit of a station today, once, to be read to a supervisor over the telephone."""
    from clerk_app.bootstrap import now
    from clerk_app.central.database import open_database, url_of
    from clerk_app.central.grace import make

    database_opened = open_database(url_of(database, data_dir))
    try:
        made = make(database_opened, station, limit, extent or (5 if limit in NUMBERS else 2), now())
    finally:
        database_opened.close()
    document = {"code": made.code, "station": station, "limit": limit, "extent": made.grace.extent, "day": made.day}
    words = Words(
        f"Mã cho máy trạm {station}, chỉ dùng được hôm nay, một lần: {made.code}",
        f"Code for station {station}, today only, once: {made.code}",
    )
    speaking.tell(document, speaking.said(words), as_json)
