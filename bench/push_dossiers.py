"""push-dossiers: 1,000 dossiers of 4 KB from the durable outbox of a desk to a durable central, beside peers and floor.

`push-dossiers` is a dossier as one record of 4 KB (and the entry that opens it), which is what the peers carry: real
journal on SQLCipher → `Delivery` → HTTP → a central process that checks seals and people, judges, answers each entry
and keeps it. The floor sends the same bodies, uncompressed, out of memory into SQLite (`bench.raw_central`). Anki sends
the same texts as notes, PouchDB as documents. `push-dossiers (exchanges)` is whole exchanges of a dozen entries each,
decided by central's own law; it has no goal and shows what a real morning costs. `push-dossiers (wire)` is bytes on the
line over bytes of bodies.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from bench.desks import central_process, now, open_desk, raw_process
from bench.peers.anki_sync import anki_dossiers
from bench.peers.pouchdb_sync import pouchdb_dossiers
from bench.run import row
from clerk_app.domain.dossier import FieldsEntered, Happening, Opened

DOSSIERS = 1_000
EXCHANGES = 200
RECORD_BYTES = 4_096
BATCH = 200
RUNS = 5
_PAPER = b"the specimen of a paper"
_SYLLABLES = re.findall(
    r"\w+",
    "nguyễn trần lê phạm hoàng phan vũ võ đặng bùi đỗ hồ ngô dương lý thị văn minh quân hương ngọc ánh hữu đạt thu hà "
    "số phố phường quận thành hà nội tổ dân đường ngõ ngách thôn xóm xã cầu giấy ba đình tây hồ long biên đống đa "
    "giấy phép lái xe hạng đổi sắp hết hạn sức khoẻ kết luận đủ điều kiện nộp trực tiếp nhận kết quả tại bộ phận",
)


def run() -> list[dict[str, Any]]:
    """Five rows: records of 4 KB beside the floor, Anki and PouchDB; whole exchanges; and the wire."""
    records: list[tuple[float, float, float]] = []
    exchanges: list[tuple[float, float]] = []
    anki: list[float] = []
    no_anki: list[str] = []
    work = [record(number) for number in range(DOSSIERS)]
    texts = ["\n".join(f"{name}: {value}" for name, value in form.values.items()) for form in map(_form, work)]
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        with central_process(room) as central, raw_process(room) as raw:
            for at in range(RUNS):
                ours, bodies, sent = _delivered(room, central, work)
                records.append((DOSSIERS / ours, DOSSIERS / _raw(raw, bodies), sent / sum(map(len, bodies))))
                rate, no_anki = anki_dossiers(room / f"anki-{at}", texts)
                anki += [rate] if rate else []
            for _ in range(RUNS):
                ours, bodies, _sent = _delivered(room, central, None)
                exchanges.append((EXCHANGES / ours, EXCHANGES / _raw(raw, bodies)))
    pouchdb, no_pouchdb = pouchdb_dossiers(texts)
    rates = [statistics.median(column) for column in zip(*records, strict=True)]
    whole = [statistics.median(column) for column in zip(*exchanges, strict=True)]
    return [
        row(
            "push-dossiers",
            rates[0],
            floor=rates[1],
            at_least=0.5,
            against="floor",
            unit="dossiers/s",
            what=f"{DOSSIERS:,} dossiers of 4 KB, outbox to central; floor: the same bodies by raw HTTP into SQLite",
        ),
        row(
            "push-dossiers (Anki)",
            rates[0],
            peer=statistics.median(anki) if anki else None,
            at_least=0.7,
            unit="dossiers/s",
            what="the same texts as notes, by Anki's own client to its sync server",
            not_measured=no_anki,
        ),
        row(
            "push-dossiers (PouchDB)",
            rates[0],
            peer=pouchdb,
            at_least=5.0,
            unit="dossiers/s",
            what="the same texts as documents, from PouchDB to express-pouchdb, both on LevelDB",
            not_measured=no_pouchdb,
        ),
        row(
            "push-dossiers (exchanges)",
            whole[0],
            floor=whole[1],
            against="floor",
            unit="dossiers/s",
            what=f"{EXCHANGES} whole exchanges of a dozen entries, each decided by central's own law",
        ),
        row(
            "push-dossiers (wire)",
            rates[2],
            floor=1.0,
            at_most=0.40,
            against="floor",
            unit="bytes per byte of payload",
            what="everything sent over the bodies of the entries",
        ),
    ]


def _form(work: list[Happening]) -> FieldsEntered:
    form = work[-1]
    assert isinstance(form, FieldsEntered)
    return form


def record(number: int) -> list[Happening]:
    """A dossier as one form of about 4 KB."""
    chance = Random(number)
    values: dict[str, str] = {}
    size = 0
    while size < RECORD_BYTES - 350:
        text = " ".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(4, 14)))
        values[f"applicant.note{len(values):02d}"] = f"{text} {chance.randrange(10**9):09d}"
        size = sum(len(name) + len(value.encode()) + 6 for name, value in values.items())
    form = FieldsEntered(MappingProxyType(values), "application", "reason")
    return [Opened("licence-exchange", "counter", f"T-{number}", "PC08-HN", "Q01", "2026.11", True), form]


def _delivered(room: Path, central: str, work: list[list[Happening]] | None) -> tuple[float, list[bytes], int]:
    """(seconds, the bodies that were delivered, bytes sent) of one desk that comes back with everything waiting."""
    desk = open_desk(room, central)
    paper = desk.sheets.put(_PAPER)
    # The sheet is sent before the clock starts: only the push of entries is measured.
    desk.delivered()
    for happenings in work or [exchange(desk.journal, now(), paper) for _ in range(EXCHANGES)]:
        desk.journal.append(uuid4(), happenings, "clerk", now())
    bodies = [sealed.body for sealed in desk.journal.waiting(100_000, 1 << 40)]
    start = time.perf_counter()
    sent = desk.delivered()
    taken = time.perf_counter() - start
    desk.close()
    return taken, bodies, sent


def exchange(journal: Any, at: datetime, sheet: str) -> list[Happening]:
    """A whole exchange under numbers of the journal's own blocks."""
    from clerk_app.central.law import read_pack
    from clerk_app.central.packs import catalogue_folder
    from clerk_app.domain import dossier as happened
    from clerk_app.domain.evidence import PRACTICE_FILE, Evidence, Verdict
    from clerk_app.domain.facts import facts_at, paper_done
    from clerk_app.domain.licence import Licence
    from clerk_app.domain.people import Person
    from clerk_app.domain.procedure import decide

    if not _PACK:
        _PACK.append(read_pack(catalogue_folder(), (), practice=True))
    person = Person("001090012345", "TRẦN MINH QUÂN", date(1990, 8, 14), "M", expires=date(2030, 8, 14))
    good = ("hashes", "signature", "chain", "in_force", "not_revoked", "genuine")
    verdicts = (*(Verdict(name, "yes") for name in good), Verdict("expired", "no"))
    evidence = Evidence("chip", "chip", verdicts, "reader", at)
    licence = Licence(
        "old", "B2", "010167012345", date(2016, 12, 20), date(2026, 12, 20), "valid", "Sở GTVT Hà Nội", 12
    )
    typed = {"case": "DOI_SAP_HET_HAN", "licences": licence.number, "wanted_class": "B", "reason": "Sắp hết hạn"}
    done: list[Happening] = [
        Opened("licence-exchange", "counter", "T-1", "PC08-HN", "Q01", _PACK[0].version, True),
        happened.IdentityRead(person, evidence),
        happened.RegisterAnswered(True, (licence,), "clear", PRACTICE_FILE),
        *[FieldsEntered(MappingProxyType({name: value}), "application", name) for name, value in typed.items()],
    ]
    state = happened.replay(happened.Entry(uuid4(), _ID, what, "clerk", at) for what in done)
    decision = decide(facts_at(state, at, typed["case"], "B"), _PACK[0].as_of(at.date()))
    wanting = [one for one in decision.papers if not paper_done(state, one)]
    pages = [happened.Page(sheet, one.code, 100, 100, 300, len(_PAPER)) for one in wanting if not one.by_seeing]
    done.append(happened.PagesArranged(tuple(pages), "scan"))
    done += [happened.PaperMarked(one.code, "seen") for one in wanting if one.by_seeing]
    fee = decision.fee_vnd
    done.append(happened.FeeTaken(f"{journal.draw('receipt'):07d}", fee, "cash", fee, 0))
    code = f"G01.801.308-{at:%y%m%d}-{journal.draw('dossier'):06d}"
    papers = tuple(paper.code for paper in decision.papers)
    done.append(happened.Submitted(code, at, decision.due_at, "B", typed["case"], fee, papers))
    done.append(happened.Printed("M01", 1, 2, "completed"))
    return done


_ID = uuid4()
_PACK: list[Any] = []


def _raw(url: str, bodies: list[bytes]) -> float:
    """Seconds the same bodies take by raw HTTP, in batches of the same number."""
    import msgspec
    import requests

    with requests.Session() as session:
        session.trust_env = False
        session.post(url, msgspec.msgpack.encode([b"warm"]), timeout=30).raise_for_status()
        start = time.perf_counter()
        for at in range(0, len(bodies), BATCH):
            reply = session.post(url, msgspec.msgpack.encode(bodies[at : at + BATCH]), timeout=30)
            reply.raise_for_status()
        return time.perf_counter() - start
