"""The file with everything that is held on one person: a ZIP of JSON, a page for people, the sheets, and a manifest.

Made twice from the same, it is the same to the byte: names in order, no time of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from clerk_app.domain.refusals import Refusal, Words

FORMAT = "quay-subject-1"
_ALWAYS = (1980, 1, 1, 0, 0, 0)
_KINDS = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG", "png"), (b"%PDF", "pdf"), (b"\x00\x00\x00\x0cjP", "jp2"))
_STYLE = "body{font:15px sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse;width:100%}"
_STYLE += "td,th{border:1px solid #999;padding:.3em;text-align:left;vertical-align:top}.no{color:#a00}"
_HEADS = {
    "vi": ("Dữ liệu đang giữ về số định danh", "Lúc", "Ai", "Máy trạm", "Việc", "Trước → sau", "bị từ chối", "Trang"),
    "en": ("What is held on the ID number", "When", "Who", "Station", "What", "Before → after", "refused", "Sheets"),
}


def ending(data: bytes) -> str:
    """What a sheet is, by how it begins: the ending of its name in the file."""
    return next((kind for magic, kind in _KINDS if data.startswith(magic)), "bin")


def page(document: Mapping[str, Any], files: Mapping[str, str], language: str) -> str:
    """The document as one HTML page; `files` are the names of the sheets in the ZIP by their digests."""
    title, when, who, station, what, changed, refused, sheets = _HEADS[language]
    parts = [f"<!doctype html><html lang={language}><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>"]
    parts.append(f"<h1>{title} {escape(document['number'])}</h1>")
    parts.append(f"<p>{escape(document['at'])} · {escape(document['who'])} · {escape(document['purpose'])}</p>")
    for dossier in document["dossiers"]:
        heading = escape(f"{dossier['code'] or dossier['dossier']} · {dossier['office']} · {dossier['status']}")
        head = "".join(f"<th>{one}" for one in (when, who, station, what, changed))
        parts.append(f"<h2>{heading}</h2><table><tr>{head}")
        for one in dossier["entries"]:
            no = f" <span class=no>({refused}: {escape(one['refusal'])})</span>" if one["refusal"] else ""
            changes = "<br>".join(
                escape(f"{c['label'][language]}: {c['before'][language]} → {c['after'][language]}")
                for c in one["changes"]
            )
            cells = (one["at"], one["who"], one["station"])
            row = "".join(f"<td>{escape(cell)}" for cell in cells)
            parts.append(f"<tr>{row}<td>{escape(one['sentence'][language])}{no}<td>{changes}")
        parts.append(f"</table><p>{sheets}: ")
        parts.append(
            " · ".join(
                f'<a href="{files[one]}">{one[:12]}</a>' if one in files else f"<s>{one[:12]}</s>"
                for one in dossier["sheets"]
            )
        )
        parts.append("</p>")
    return "\n".join(parts) + "\n"


def write(
    out: Path, document: dict[str, Any], sheets: Iterable[str], read: Callable[[str], bytes], language: str
) -> bytes:
    """Write the ZIP; its SHA-256. `sheets` are digests, whose bytes `read` gives. Raises what `read` raises."""
    names: dict[str, str] = {}
    listed: dict[str, dict[str, Any]] = {}
    with ZipFile(out, "w", ZIP_DEFLATED) as zipped:

        def add(name: str, data: bytes) -> None:
            info = ZipInfo(name, _ALWAYS)
            info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, 3, 0o100600 << 16
            zipped.writestr(info, data)
            listed[name] = {"sha256": hashlib.sha256(data).hexdigest(), "octets": len(data)}

        for digest in sorted(sheets):
            data = read(digest)
            names[digest] = f"sheets/{digest}.{ending(data)}"
            add(names[digest], data)
        add("subject.json", _json(document))
        add("subject.html", page(document, names, language).encode())
        add("manifest.json", _json({"format": FORMAT, "files": dict(sorted(listed.items()))}))
    with out.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


@contextmanager
def new_file(out: Path) -> Iterator[Path]:
    """A file beside `out` for nobody else's eyes, that takes its name once all went well.

    Raises `Refusal` FILE_EXISTS, FILE_NOT_WRITTEN.
    """
    if out.exists():
        raise Refusal(
            "FILE_EXISTS",
            Words(f"Tệp {out} đã có.", f"The file {out} is there already."),
            Words("Chọn tên khác với --out.", "Give another name with --out."),
        )
    part = out.with_name(out.name + ".part")
    try:
        part.touch(0o600)
        yield part
        part.replace(out)
    except OSError:
        raise Refusal(
            "FILE_NOT_WRITTEN",
            Words(f"Không ghi được tệp {out}.", f"The file {out} cannot be written."),
            Words("Kiểm tra thư mục, quyền ghi và dung lượng đĩa.", "Check the folder, the rights and the disk."),
        ) from None
    finally:
        part.unlink(missing_ok=True)
