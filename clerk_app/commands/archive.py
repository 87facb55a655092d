"""Archive copies as commands make, write out and sign them: what `dossier archive` and `dossier sign` do."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from clerk_app.commands import speaking
from clerk_app.desk.archive import Archiving, Item, Troubles
from clerk_app.desk.archive_view import ArchiveLine
from clerk_app.desk.page_ports import SigningToken
from clerk_app.domain.refusals import DeviceFault, Refusal, Words

Write = Callable[[Path, bytes], None]


def made(archive: Archiving, dossier: UUID, out: Path | None, write: Write) -> tuple[dict[str, Any], Refusal | None]:
    """Make the copies a dossier lacks and, where a folder is named, write all of them there: the document, and why an
    item has none.
    """
    done = archive.make(dossier)
    lines = archive.lines(dossier)
    copies = []
    if out is not None:
        with suppress(OSError):  # whoever cannot make the folder is told so when the first file is written
            out.mkdir(parents=True, exist_ok=True)
    for line in lines:
        if line.state == "waiting":
            continue
        file = None if out is None else out / f"{line.code}-{line.paper}.pdf"
        if file is not None:
            write(file, archive.open_copy(dossier, line.paper))
        copies.append(_line(line) | {"file": str(file) if file else None})
    document = {"code": lines[0].code if lines else "", "made": done.done, "copies": copies}
    return document | {"problems": _problems(done)}, _first(done)


def waiting(archive: Archiving) -> dict[str, Any]:
    """What nobody signed yet, and the token."""
    view = archive.view()
    token = view.token
    return {
        "copies": [_line(line) for line in view.lines],
        "token": {
            "state": token.state,
            "words": speaking.said(token.words),
            "remedy": speaking.said(token.remedy),
            "certificates": [
                {
                    "label": one.label,
                    "serial": one.serial,
                    "certificate": one.certificate_sha256,
                    "expires": one.expires.isoformat(),
                    "state": one.state,
                }
                for one in token.tokens
            ],
        },
    }


def signed(
    archive: Archiving, which: Sequence[ArchiveLine], certificate: str, last_try: bool, pin: Callable[[], str]
) -> tuple[dict[str, Any], Refusal | None]:
    """Sign these copies with one PIN, which is asked for only when everything else is in order."""
    items: list[Item] = [(line.dossier, line.paper) for line in which if line.state == "unsigned"]
    if not items:
        return {"signed": 0, "certificate": None, "copies": [], "problems": []}, None
    token = chosen(archive.tokens(), certificate)
    if token.state == "last_try" and not last_try:
        raise _last_try()
    done = archive.sign(token, pin(), items)
    failed = {item for item, _ in done.failed}
    copies = [_line(line) for line in which if (line.dossier, line.paper) in set(items) - failed]
    document = {"signed": done.done, "certificate": token.certificate_sha256, "copies": copies}
    return document | {"problems": _problems(done)}, _first(done)


def chosen(tokens: Sequence[SigningToken], certificate: str) -> SigningToken:
    """The certificate that was meant, by the first digits of its SHA-256; the only one there is without them."""
    found = [one for one in tokens if one.certificate_sha256.startswith(certificate.lower())]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(one.certificate_sha256[:12] for one in found or tokens)
    raise DeviceFault(
        "SIGN_WHICH",
        Words(f"Chưa rõ ký bằng chứng thư nào: {listed}.", f"It is not clear which certificate is meant: {listed}."),
        Words("Chọn một bằng --certificate.", "Name one with --certificate."),
    )


def pin_of(pin_file: Path | None) -> str:
    """The PIN from its file; asked for only where somebody can type. It has no option and no variable of its own.

    Raises `Refusal` PIN_FILE, PIN_MISSING.
    """
    if pin_file is not None:
        try:
            return pin_file.read_text("utf-8").splitlines()[0]
        except (OSError, IndexError, UnicodeDecodeError):
            raise Refusal(
                "PIN_FILE",
                Words("Không đọc được tệp mã PIN.", "The PIN file cannot be read."),
                Words("Kiểm tra đường dẫn của --pin-file.", "Check the path given with --pin-file."),
            ) from None
    if os.isatty(0):
        return str(click.prompt("PIN", hide_input=True, err=True))
    raise Refusal(
        "PIN_MISSING",
        Words("Thiếu mã PIN.", "The PIN is missing."),
        Words("Dùng --pin-file.", "Give --pin-file."),
    )


def text_of(copies: Sequence[dict[str, Any]]) -> str:
    """Copies for people, one a line."""
    lines = [
        f"{one['code']}  {one['paper']:<12} {one['pages']:>3} · {one['bytes'] // 1024:>6} KB  {one['words']}"
        + (f"  {one['file']}" if one.get("file") else "")
        for one in copies
    ]
    return "\n".join(lines) or speaking.said(Words("Không có bản lưu trữ nào.", "No archive copy."))


def _line(line: ArchiveLine) -> dict[str, Any]:
    return {
        "code": line.code,
        "paper": line.paper,
        "name": speaking.said(line.name),
        "pages": line.pages,
        "bytes": line.size_bytes,
        "signed": line.state == "signed",
        "words": speaking.said(line.words),
        "sheet": line.sheet,
    }


def _problems(done: Troubles) -> list[dict[str, str]]:
    return [
        {"paper": paper, "code": refusal.code, "words": speaking.said(refusal.words)}
        for (_, paper), refusal in done.failed
    ]


def _first(done: Troubles) -> Refusal | None:
    return done.failed[0][1] if done.failed else None


def _last_try() -> DeviceFault:
    return DeviceFault(
        "SIGN_PIN_LAST_TRY",
        Words("Mã PIN chỉ còn được thử một lần.", "Only one try of the PIN is left."),
        Words(
            "Hỏi cho chắc mã PIN rồi thêm --last-try; sai nữa thiết bị sẽ khóa.",
            "Make sure of the PIN, then add --last-try; another wrong one locks the token.",
        ),
    )
