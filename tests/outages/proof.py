"""What must be true once all trouble is over, found out from the stores alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from clerk_app import wire
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import entries, open_database
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import Dossier, after, sheets_of
from clerk_app.domain.refusals import Refusal
from tests.outages.station import Room
from tests.outages.world import World


@dataclass
class Truth:
    """What central has: the digests of each station's entries in their order, and every dossier by central's order."""

    chains: dict[str, list[bytes]] = field(default_factory=dict)
    states: dict[UUID, Dossier] = field(default_factory=dict)
    sheets: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    ids: Counter[UUID] = field(default_factory=Counter)


def truth(database_url: str) -> Truth:
    """Read all of central."""
    found = Truth()
    database = open_database(database_url)
    try:
        with database.read() as connection:
            for row in connection.execute(entries.select().order_by(entries.c.number)):
                entry = wire.decode_entry(row.body)
                found.chains.setdefault(row.station, []).append(row.digest)
                found.ids[entry.id] += 1
                found.sheets |= sheets_of(entry)
                if not row.accepted:
                    found.refused.append(f"{type(entry.what).__name__} {row.n} of {row.station}: {row.refusal!r}")
                    continue
                state = found.states.get(entry.dossier) or Dossier(entry.dossier)
                found.states[entry.dossier] = after(state, entry)
    finally:
        database.close()
    return found


def violations(world: World) -> tuple[list[str], dict[str, int]]:
    """Everything that is not as promised, nothing when all is well; and how much there is at central.

    No process of the run may live any more.
    """
    found = [f"central: {problem}" for problem in verify(world.ground.database.url).problems]
    central = truth(world.ground.database.url)
    found += [f"central refused {one}" for one in central.refused]
    found += [f"central has entry {one} {times} times" for one, times in central.ids.items() if times > 1]
    found += [f"central lacks sheet {one}" for one in world.ground.sheets.lacking(sorted(central.sheets))]
    for post in world.posts:
        station = world.enrolled.stations[post.place]
        room = Room(post.folder, station, world.enrolled.seeds[post.place], hanoi_now)
        try:
            found += [f"desk {station}: {one}" for one in _of_desk(room, central, post.entries, post.sheets)]
        finally:
            room.database.close()
    submitted = sum(state.status == "submitted" for state in central.states.values())
    amounts = {"entries": len(central.ids), "dossiers": len(central.states), "submitted": submitted}
    return found, amounts | {"sheets": len(central.sheets)}


def _of_desk(room: Room, central: Truth, kept: list[bytes], sheets: list[str]) -> Iterator[str]:
    yield from room.journal.verify().problems
    with room.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT station, digest FROM entries ORDER BY station, n").all()
    here: dict[str, list[bytes]] = {}
    for station, digest in rows:
        here.setdefault(station, []).append(digest)
    own = here.get(room.station, [])
    if lost := set(kept) - set(own):
        yield f"{len(lost)} entries that it had are gone"
    if own != central.chains.get(room.station, []):
        yield f"{len(own)} entries here, {len(central.chains.get(room.station, []))} of them at central"
    for station in sorted(central.chains.keys() | here.keys()):
        missing = len(set(central.chains.get(station, [])) - set(here.get(station, [])))
        if missing:
            yield f"lacks {missing} entries of {station}"
    yield from (f"holds a refusal: {one.code}" for one in room.journal.refused())
    outbox = room.journal.outbox()
    if outbox.waiting or outbox.waiting_sheets:
        yield f"{outbox.waiting} entries and {outbox.waiting_sheets} sheets still wait"
    for digest in {*sheets, *room.sheets.known()}:
        try:
            room.sheets.get(digest)
        except Refusal as refusal:
            yield f"sheet {digest}: {refusal.code}"
    for dossier, state in central.states.items():
        try:
            if room.journal.dossier(dossier) != state:
                yield f"dossier {dossier} is another one than at central"
        except Refusal as refusal:
            yield f"dossier {dossier}: {refusal.code}"
    before = room.journal.find(limit=10_000)
    room.journal.rebuild()
    if room.journal.find(limit=10_000) != before:
        yield "its list of dossiers is another one after it was made anew"
