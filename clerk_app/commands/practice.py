"""`practice`: the practice world without a window, for trying every other command by hand."""

from __future__ import annotations

import json
import signal
import tempfile
import time
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import click

from clerk_app import bootstrap, settings
from clerk_app.commands import speaking
from clerk_app.commands.central_places import data_option
from clerk_app.commands.speaking import json_option
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.practice import specimens
from clerk_app.rehearsal import PASSPHRASE, SYSTEMS, World, practice_systems

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@click.group(cls=speaking.Group, invoke_without_command=True)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=None, help="Where it is kept.")
@click.option("--person", type=int, default=1, help="Whose specimen card lies on the reader.")
@click.option("--fault", "faults", multiple=True, help="What is wrong with the card: tear@12, slow=10, altered-dg1 …")
@click.pass_context
@speaking.speaking
def practice(ctx: click.Context, folder: Path | None, person: int, faults: tuple[str, ...]) -> None:
    """Start central, register, card, scanner and printer; say where they are; end with Ctrl C."""
    if ctx.invoked_subcommand is not None:
        return
    with World(folder or Path(tempfile.mkdtemp(prefix="quay-practice-"))) as world:
        world.lay_card(person, *faults)
        click.echo(
            json.dumps(
                {
                    "profile": str(world.profile),
                    "passphrase": PASSPHRASE,
                    "central": world.central_url,
                    "central_data": str(world.folder / "central"),
                    "printer": world.printer.uri if world.printer is not None else "",
                    "camera": world.camera.video if world.camera is not None else "",
                    "qr": world.qr_text(person),
                    "notes": world.notes,
                },
                ensure_ascii=False,
            )
        )
        _hold()


@practice.command()
@click.option("--fault", "faults", multiple=True, help="What is wrong with one: violation_records=slow; repeat it.")
@speaking.speaking
def registers(faults: tuple[str, ...]) -> None:
    """Start a stand-in of every foreign system; print the settings that join central to them; end with Ctrl C.

    `clerk practice` has started and joined them all already; this is for a central of your own: put the printed object
    into settings.json of its data folder. What is wrong can be changed while they run: POST {"fault": "down"} to
    /faults at the address of one; "none" heals it.
    """
    with practice_systems(dict(_fault(one) for one in faults)) as addresses:
        click.echo(json.dumps(addresses))
        _hold()


@practice.command("send-online")
@click.option("--person", type=int, default=2, help="Which specimen citizen sends it, from 1.")
@data_option
@json_option
@speaking.speaking
def send_online(person: int, data_dir: Path, as_json: bool) -> None:
    """A specimen citizen sends a dossier through the practice portal that is joined to the central in --data."""
    import requests

    from clerk_app.practice import citizens

    portal = settings.of_folder(data_dir, settings.CentralSettings).national_portal.rstrip("/")
    if (urlsplit(portal).hostname or "") not in _LOOPBACK:
        raise _no_portal()
    try:
        code = citizens.next_code(portal, in_hanoi(bootstrap.now()).date())
        papers = citizens.papers_of(person)
        # The portal writes down when it came: central asks for what is newer than its last look.
        item = citizens.submission(code, person, "", list(papers))
        citizens.lay(portal, item, papers)
    except IndexError:
        raise click.BadParameter(f"1 – {len(specimens.people())}", param_hint="--person") from None
    except (requests.RequestException, ValueError, KeyError):
        raise _no_portal() from None
    next_ = Words(
        "Trung tâm nhận trong vòng một phút, hoặc ngay: clerk central online pull; rồi: clerk online list.",
        "Central fetches it within a minute, or at once: clerk central online pull; then: clerk online list.",
    )
    words = Words(f"{item['ChuHoSo']} đã nộp hồ sơ {code}. {next_.vi}", f"{item['ChuHoSo']} sent {code}. {next_.en}")
    speaking.tell({"code": code, "person": person, "papers": list(papers)}, speaking.said(words), as_json)


def _no_portal() -> Refusal:
    return Refusal(
        "PORTAL_NOT_PRACTICE",
        Words("Không có Cổng tập huấn nào trả lời.", "No practice portal answers."),
        Words(
            "Chạy clerk practice và đặt CLERK_CENTRAL_DATA là central_data mà lệnh ấy in ra.",
            "Start clerk practice and set CLERK_CENTRAL_DATA to the central_data that it prints.",
        ),
    )


def _fault(text: str) -> tuple[str, str]:
    system, _, kind = text.partition("=")
    if system not in SYSTEMS or not kind:
        raise click.BadParameter(f"SYSTEM=FAULT, of {', '.join(SYSTEMS)}", param_hint="--fault")
    return system, kind


def _hold() -> None:
    """The processes do the work; this one only holds them."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        while True:
            time.sleep(3600)  # there is nothing to do until a signal ends it
    except KeyboardInterrupt:
        return


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
