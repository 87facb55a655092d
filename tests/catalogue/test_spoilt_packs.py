"""Whatever stands in a pack, it loads or is refused with its place; and a pack that loads answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.catalogue.pack import assemble
from clerk_app.catalogue.signing import PackRefusal, packed_files
from clerk_app.domain.procedure import applicable, decide
from tests.domain.test_procedure import QUAN
from tests.peers.pack import FOLDER, training_pack

CONTENTS = {path.name: path.read_bytes() for path in packed_files(FOLDER)}
SCRAPS = st.one_of(
    st.binary(max_size=6),
    st.sampled_from([b",", b'"', b"\n", b"[[field]]\n", b"9999-12-31", b"-1", b"yes", b"{x}", b"((((", b"99999 year"]),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CONTENTS)), st.floats(0, 1), st.integers(0, 12), SCRAPS)
def test_a_spoilt_pack_is_refused_with_its_place_or_still_answers(
    name: str, where: float, removed: int, scrap: bytes
) -> None:
    content = CONTENTS[name]
    place = int(where * len(content))
    spoilt = CONTENTS | {name: content[:place] + scrap + content[place + removed :]}
    pack = refused = None
    try:
        pack = assemble(training_pack().manifest, spoilt)
    except PackRefusal as refusal:
        refused = refusal
    if pack is None:
        assert refused is not None
        assert refused.file in spoilt
        assert refused.plain.vi
        return
    for day in (date(2026, 11, 23), date(2024, 6, 3)):
        rules = pack.as_of(day)
        facts = replace(QUAN, received_at=QUAN.received_at.replace(year=day.year, month=day.month, day=day.day))
        assert decide(facts, rules).due_at
        applicable(facts, rules)
