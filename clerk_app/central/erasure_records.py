"""The orders to erase in a file beside the copies of central: what outlives a copy from before them.

It holds nothing of a person: numbers of orders and dossiers, who gave them and when, and central's signature of each,
by which alone an order is believed. Carrying out an order again changes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
from sqlalchemy import Connection, insert, select

from clerk_app import wire
from clerk_app.central import audit, erasing
from clerk_app.central.database import Database, erased_dossiers, erasures
from clerk_app.central.engines import patient, take_lock
from clerk_app.domain.oversight import ErasureDone
from clerk_app.domain.refusals import Refusal, Words

FILE = "erasures.json"
_Hex = Annotated[str, msgspec.Meta(pattern=r"^(?:[0-9a-f]{2})*\Z", max_length=200)]
_MAGIC = b"quay-erasure-order-1\n"
_Ms = Annotated[int, msgspec.Meta(ge=0, lt=2**42)]


class Dossier(msgspec.Struct, frozen=True):
    """One dossier of an order, and central's signature of that."""

    dossier: UUID
    office: str
    proof: _Hex


class Order(msgspec.Struct, frozen=True):
    """One order, as in the table `erasures`. `proof` is central's signature of all the rest; records of earlier
    programs have none, and of those only which dossiers went is proven.
    """

    id: UUID
    at_ms: _Ms
    who: str
    second: str
    purpose: str
    basis: str
    subject: _Hex
    entries: Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
    digest: _Hex
    dossiers: list[Dossier]
    proof: _Hex = ""

    def text(self) -> bytes:
        """What is signed: MessagePack of everything in the order of the fields, so that nothing stands for another."""
        named = [(one.dossier.bytes, one.office) for one in self.dossiers]
        said = (self.id.bytes, self.at_ms, self.who, self.second, self.purpose, self.basis, self.subject)
        return _MAGIC + msgspec.msgpack.encode((*said, self.entries, self.digest, named))


class Record(msgspec.Struct, frozen=True):
    """Every order that was given."""

    orders: list[Order]
    format: int = 1


def write(database: Database, path: Path) -> int:
    """Write every order to `path`, with those that stand there already; how many there are then.

    A file that cannot be read is not written over. Raises `Refusal` RECORD_UNREADABLE, RECORD_UNWRITABLE.
    """
    known = {one.id: one for one in read(path).orders} if path.exists() else {}
    with database.read() as connection:
        known |= {one.id: one for one in _orders(connection, database.secret)}
    if not known:
        return 0
    said = msgspec.json.format(msgspec.json.encode(Record(sorted(known.values(), key=lambda one: one.at_ms))))
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(said)
        part.replace(path)
    except OSError:
        raise Refusal(
            "RECORD_UNWRITABLE",
            Words(f"Không ghi được {path.name}.", f"{path.name} cannot be written."),
            Words(
                "Lệnh đã thi hành. Kiểm tra quyền ghi và chỗ trống, rồi chạy: clerk central subject erasures.",
                "Orders stand. Check permission and space, then run: clerk central subject erasures.",
            ),
        ) from None
    return len(known)


def read(path: Path) -> Record:
    """The orders in a file. Raises `Refusal` RECORD_UNREADABLE."""
    try:
        record = msgspec.json.decode(path.read_bytes(), type=Record)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        record = None
    if record is None or record.format != 1:
        raise Refusal(
            "RECORD_UNREADABLE",
            Words(f"Không đọc được {path.name}.", f"{path.name} cannot be read."),
            Words("Dùng bản khác của tệp này.", "Use another copy of this file."),
        )
    return record


def carry_out(database: Database, path: Path) -> int:
    """Carry out every order of a file that is not carried out here, all or none; how many dossiers were erased.

    Sheets are left to `erasing.finish`. Raises `Refusal` RECORD_UNREADABLE, RECORD_FORGED.
    """
    orders = read(path).orders
    key = erasing.order_key(database.secret)
    for order in orders:
        signed = order.dossiers and all(
            wire.proves_erasure(ErasureDone(order.id, one.proof), one.dossier, key) for one in order.dossiers
        )
        if not signed or (order.proof and not audit.signed(database.secret, order.text(), bytes.fromhex(order.proof))):
            raise Refusal(
                "RECORD_FORGED",
                Words(
                    f"Lệnh {order.id} trong {path.name} không do trung tâm này ký.",
                    f"Order {order.id} in {path.name} was not signed by this central.",
                ),
                Words("Không làm gì cả; dùng tệp gốc.", "Nothing was done; use the original file."),
            )

    def work(connection: Connection) -> int:
        patient(connection)
        for office in sorted({one.office for order in orders for one in order.dossiers}):
            take_lock(connection, f"office {office}")
        done = 0
        for order in orders:
            if connection.execute(select(erasures.c.id).where(erasures.c.id == order.id)).first() is None:
                row = {name: getattr(order, name) for name in ("id", "at_ms", "who", "second", "purpose", "basis")}
                octets = {"subject": bytes.fromhex(order.subject), "digest": bytes.fromhex(order.digest)}
                connection.execute(insert(erasures), row | octets | {"entries": order.entries})
            for one in order.dossiers:
                done += erasing.empty(connection, database.secret, order.id, one.dossier, one.office) > 0
        return done

    return database.written(work, "erasures")


def unproven(record: Record) -> int:
    """How many orders of a record do not prove who gave them and when: those of earlier programs."""
    return sum(not one.proof for one in record.orders)


def _orders(connection: Connection, secret: bytes) -> list[Order]:
    of_it: dict[UUID, list[Dossier]] = {}
    for row in connection.execute(select(erased_dossiers).order_by(erased_dossiers.c.dossier)):
        proof = erasing.proof_of(secret, row.erasure, row.dossier).hex()
        of_it.setdefault(row.erasure, []).append(Dossier(row.dossier, row.office, proof))
    said = [
        Order(
            row.id,
            row.at_ms,
            row.who,
            row.second,
            row.purpose,
            row.basis,
            row.subject.hex(),
            row.entries,
            row.digest.hex(),
            of_it.get(row.id, []),
        )
        for row in connection.execute(select(erasures).order_by(erasures.c.at_ms))
    ]
    key = audit.signing_key(secret)
    return [msgspec.structs.replace(one, proof=key.sign(one.text()).hex()) for one in said]
