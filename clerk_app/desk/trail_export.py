"""What an inspection takes along: the trail as a table or as paper, sealed or signed, and an entry that says so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal
from uuid import UUID

from clerk_app.desk import trail_seal
from clerk_app.desk.counter import Counter
from clerk_app.desk.page_ports import Signer, SigningToken
from clerk_app.desk.ports import Forms, Journal, TrailWanted
from clerk_app.desk.telling_names import UNKNOWN_VALUE
from clerk_app.desk.trail import Trail
from clerk_app.desk.trail_seal import Seal
from clerk_app.desk.trail_table import changes_text, csv_of
from clerk_app.desk.trail_views import TrailLine, TrailSearch
from clerk_app.domain.calendar import format_day, in_hanoi
from clerk_app.domain.notices import TrailReport, TrailRow
from clerk_app.domain.oversight import FULL_EXPORTS, Exported, Looked
from clerk_app.domain.private import KINDS
from clerk_app.domain.refusals import DeviceFault, Refusal, Words

MOST_ROWS = 20_000
MOST_ON_PAPER = 3_000
"""Rows of a PDF: some 250 pages."""
MOST_FULL = 3_000
"""Rows without the mask: every dossier in them gets an entry that says so."""
Kind = Literal["trail.csv", "trail.pdf", "trail.full.csv", "trail.full.pdf"]
_EXPORTS = 10_000
"""The newest exports among which one is looked for."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file ready to be written, its SHA-256 and rows. `seal` lies beside it; None where a person signed it."""

    data: bytes = field(repr=False)
    digest: str
    rows: int
    seal: bytes | None = field(repr=False)
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a file since it was exported. `entry`: this desk's journal tells of it."""

    worth: Literal["good", "altered", "key_unknown", "untrusted", "unsigned"]
    seal: Seal | None = None
    entry: bool = False


class TrailExport:
    """Makes the files of an inspection. They are masked as the page is, for whoever takes them out; in full for who may
    see the masked data and says what for, and then every dossier in them tells so.
    """

    def __init__(
        self,
        counter: Counter,
        trail: Trail,
        forms: Forms,
        new_id: Callable[[], UUID],
        sign: Callable[[bytes], bytes],
        public_key: bytes,
        signer: Signer | None = None,
    ) -> None:
        """`sign` makes this station's Ed25519 signature, `public_key` is its raw key."""
        self._counter = counter
        self._trail = trail
        self._forms = forms
        self._new_id = new_id
        self._sign = sign
        self._public_key = public_key
        self._signer = signer

    def allowed(self) -> bool:
        """Whether whoever sits here may take the trail out."""
        return self._counter.may("trail.export")

    def csv(self, search: TrailSearch, purpose: str, language: str, full: bool = False) -> ExportedFile:
        """The entries as CSV with a seal; `full` without the mask.

        Raises `Refusal`: NOT_ALLOWED, PURPOSE_…, DAYS_WRONG, TRAIL_NOTHING, TRAIL_TOO_LONG.
        """
        purpose = self._allowed(purpose, full)
        lines = self._lines(search, MOST_FULL if full else MOST_ROWS, full)
        return self._told("trail.full.csv" if full else "trail.csv", csv_of(lines, language), purpose, lines)

    def pdf(
        self,
        search: TrailSearch,
        purpose: str,
        token: SigningToken | None = None,
        pin: str = "",
        full: bool = False,
    ) -> ExportedFile:
        """The entries on paper, in Vietnamese: signed with the officer's `token`, else with a seal beside it.

        Raises `Refusal` as `csv`, and `DeviceFault` `SIGN_…`; then nothing was exported.
        """
        purpose = self._allowed(purpose, full)
        lines = self._lines(search, MOST_ON_PAPER, full)
        report = self._report(search, purpose, lines, token, full)
        data = self._forms.notice(report, 1, self._counter.clock())
        if token is not None:
            data = self._signed(data, token, pin)
        return self._told("trail.full.pdf" if full else "trail.pdf", data, purpose, lines, token)

    def tokens(self) -> tuple[SigningToken, ...]:
        """What a PDF can be signed with now; nothing where this desk does not sign. Raises `DeviceFault` `SIGN_…`."""
        self._counter.demand("trail.export")
        return self._signer.tokens() if self._signer is not None and self._signer.available() else ()

    def check(self, data: bytes, seal: bytes | None, trusted: frozenset[str] = frozenset()) -> Checked:
        """What a file is worth, as `checked`; this station's own key is trusted too."""
        known = trusted | {self._public_key.hex()}
        return checked(self._counter.journal, data, seal, known, self._signer)

    # ---- making

    def _allowed(self, purpose: str, full: bool) -> str:
        """The purpose, if they may. In full nothing is taken out without one, whatever the settings ask for."""
        self._counter.demand("trail.export")
        if full:
            self._counter.demand("data.unmask")
        return self._trail.checked_purpose(purpose, needed=full)

    def _lines(self, search: TrailSearch, most: int, full: bool) -> tuple[TrailLine, ...]:
        if self._trail.count(search, most + 1) > most:
            raise Refusal(
                "TRAIL_TOO_LONG",
                Words(f"Có hơn {most} mục, quá dài cho một tệp.", f"There are more than {most} entries for one file."),
                Words("Chọn khoảng ngày ngắn hơn, hoặc xuất CSV.", "Choose fewer days, or export CSV."),
            )
        lines: list[TrailLine] = []
        following: tuple[int, int] | None = None
        while True:
            page = self._trail.found(search, following, 500, full)
            lines += page.lines
            following = page.following
            if following is None:
                break
        if not lines:
            raise Refusal(
                "TRAIL_NOTHING",
                Words("Không có mục nào để xuất.", "There is nothing to export."),
                Words("Mở rộng phạm vi tìm.", "Look for more."),
            )
        return tuple(reversed(lines))

    def _signed(self, data: bytes, token: SigningToken, pin: str) -> bytes:
        if self._signer is None:
            raise DeviceFault(
                "SIGN_NOT_SET",
                Words("Máy trạm này chưa đặt thiết bị ký.", "This desk has no signing token set up."),
                Words("Xuất tệp với dấu niêm phong của máy trạm.", "Export it with the station's seal."),
            )
        done: list[bytes] = []
        self._signer.sign([data], token, pin, lambda number, signed: done.append(signed))
        return done[0]

    def _told(
        self, what: Kind, data: bytes, purpose: str, lines: tuple[TrailLine, ...], token: SigningToken | None = None
    ) -> ExportedFile:
        """The entry is written before the file leaves: one too many is no harm, one too few would be."""
        digest, who, at = hashlib.sha256(data).hexdigest(), self._counter.who().id, self._counter.clock()
        dossier, rows = self._new_id(), len(lines)
        with self._counter.journal.together():
            if what in FULL_EXPORTS:
                for seen in dict.fromkeys(line.dossier for line in lines if line.code):
                    if self._counter.may("data.unmask", seen):
                        self._counter.write(seen, Looked("values", purpose), who=who)
            self._counter.write(dossier, Exported(what, digest, purpose, rows), who=who)
        if token is not None:
            return ExportedFile(data, digest, rows, None, token.certificate_sha256)
        entry = self._counter.journal.entries(dossier)[-1].id
        station = self._counter.station
        seal = Seal(
            sha256=digest,
            size_bytes=len(data),
            what=what,
            station=station.station,
            office=station.office,
            at=at.isoformat(timespec="seconds"),
            who=who,
            purpose=purpose,
            rows=rows,
            entry=str(entry),
            key=self._public_key.hex(),
        )
        return ExportedFile(data, digest, rows, trail_seal.sealed(seal, self._sign))

    # ---- on paper

    def _report(
        self, search: TrailSearch, purpose: str, lines: tuple[TrailLine, ...], token: SigningToken | None, full: bool
    ) -> TrailReport:
        user, station = self._counter.who(), self._counter.station
        rules = self._counter.rules_today()
        roles = ", ".join(rules.role_names[role].vi for role in user.roles if role in rules.role_names)
        mask = self._trail.mask()
        row = rules.purposes.get(purpose)
        how = (
            f"Ký số bằng chứng thư SHA-256 {token.certificate_sha256[:16]}…"
            if token is not None
            else f"Niêm phong bằng khóa của máy trạm {station.station}; kiểm tra bằng clerk journal check"
        )
        return TrailReport(
            scope=scope_words(search).vi,
            purpose=f"{purpose} – {row.words.vi}" if row is not None else "không hỏi",
            maker=(f"{user.name} ({user.id})", roles or UNKNOWN_VALUE.vi, station.station, _clock(self._counter)),
            masked=_masked(0 if full else len(mask.hidden)),
            sealed=how,
            on=in_hanoi(self._counter.clock()).date(),
            rows=tuple(_paper(number, line) for number, line in enumerate(lines, 1)),
            practice=station.practice,
        )


def checked(
    journal: Journal, data: bytes, seal: bytes | None, trusted: frozenset[str], signer: Signer | None
) -> Checked:
    """What a file is worth: by the seal beside it, else by the signature inside it. `trusted` are stations' keys (hex).

    Raises `Refusal` `SEAL_UNREADABLE`, `SIGN_…`.
    """
    told, _ = journal.trail(TrailWanted(kinds=(Exported.__name__,), limit=_EXPORTS))
    digest = hashlib.sha256(data).hexdigest()
    known = any(isinstance(what := one.record.entry.what, Exported) and what.digest == digest for one in told)
    if seal is not None:
        read, signature = trail_seal.read(seal)
        return Checked(trail_seal.verdict(data, read, signature, trusted), read, known)
    return Checked(signer.verdict(data) if signer is not None else "unsigned", None, known)


def save(made: ExportedFile, path: Path) -> Path | None:
    """Write the file, and its seal beside it; where that is. Raises `Refusal` `FILE_NOT_WRITTEN`."""
    seal = path.with_name(path.name + trail_seal.SUFFIX)
    try:
        path.write_bytes(made.data)
        if made.seal is not None:
            seal.write_bytes(made.seal)
    except OSError:
        raise Refusal(
            "FILE_NOT_WRITTEN",
            Words(f"Không ghi được tệp {path}.", f"The file {path} cannot be written."),
            Words("Kiểm tra thư mục, quyền ghi và dung lượng đĩa.", "Check the folder, the rights and the disk."),
        ) from None
    return seal if made.seal is not None else None


def scope_words(search: TrailSearch) -> Words:
    """What was looked for. A citizen's number or name is not repeated: it would stand there unmasked."""
    vi, en = [], []
    if search.dossier:
        vi.append(f"hồ sơ {search.dossier}")
        en.append(f"dossier {search.dossier}")
    if search.person:
        vi.append("một người dân")
        en.append("one citizen")
    if search.user:
        vi.append(f"người thực hiện {search.user}")
        en.append(f"done by {search.user}")
    if search.station:
        vi.append(f"máy trạm {search.station}")
        en.append(f"station {search.station}")
    if search.first or search.last:
        vi.append(f"từ {_day(search.first)} đến {_day(search.last)}")
        en.append(f"from {_day(search.first)} to {_day(search.last)}")
    return Words("; ".join(vi) or "mọi mục mà máy trạm này biết", "; ".join(en) or "everything that this desk knows")


def _day(day: date | None) -> str:
    return format_day(day) if day is not None else "…"


def _masked(hidden: int) -> str:
    return f"đã che {hidden} trong {len(KINDS)} loại dữ liệu cá nhân theo vai trò người xuất" if hidden else "không che"


def _clock(counter: Counter) -> str:
    now = in_hanoi(counter.clock())
    return f"{now:%H:%M:%S} ngày {format_day(now.date())}"


def _paper(number: int, line: TrailLine) -> TrailRow:
    who = f"{line.who}\n{line.roles.vi}" + (f"\n{line.session.vi}" if line.session.vi else "")
    return TrailRow(
        number=number,
        at=f"{line.at:%d/%m/%Y}\n{line.at:%H:%M:%S}",
        who=who,
        station=line.station,
        code=line.code or "–",
        done=line.sentence.vi,
        changed=changes_text(line, "vi", "\n", "»"),
        central=line.central.vi,
        seal=f"{line.n}\n{line.digest[:16]}",
    )
