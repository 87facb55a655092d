"""How a newer law comes to this desk: offered by central, verified whole, then taken over between two dossiers.

A pack that is not good is refused whole, the old one stays, and the refusal is told where somebody sees it. It is not
fetched again until central offers another one, or until what would be judged by here has changed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.signing import PackRefusal, order
from clerk_app.desk.counter import Counter
from clerk_app.desk.ports import Journal, Packs
from clerk_app.desk.views import DoctorCheck
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import OfferedPack

NOTE = "catalogue_refused"
"""Where the journal keeps, among the facts about this desk, which offered pack was refused and why."""
COMPLETE = "catalogue_complete"
"""Where the journal keeps for which newest pack every older one was fetched too."""
_LOG = logging.getLogger("quay.desk")

_NOT_THE_PACK = frozenset({"PACK_NOT_WRITTEN"})
"""Codes that say nothing about the pack: after the next start it is fetched again."""
_TELL_PUBLISHER = Words(
    "Danh mục cũ vẫn dùng; báo đơn vị phát hành danh mục và cán bộ quản trị.",
    "The old catalogue stays in use; tell its publisher and the IT officer.",
)
_REMEDIES: Mapping[str, Words] = {
    "PACK_SCHEMA": Words(
        "Danh mục cũ vẫn dùng; cập nhật chương trình trên máy này.",
        "The old catalogue stays in use; update the program on this computer.",
    ),
    "PACK_SIGNATURE": Words(
        "Danh mục cũ vẫn dùng; so khóa catalogue_key của máy này với khóa của đơn vị phát hành.",
        "The old catalogue stays in use; compare catalogue_key of this desk with the publisher's key.",
    ),
    "PACK_NOT_WRITTEN": Words(
        "Kiểm tra ổ đĩa và quyền ghi của thư mục máy trạm, rồi mở lại chương trình.",
        "Check the disk and the profile's permissions, then start the program again.",
    ),
    "PACK_OLDER": Words(
        "Phát hành tại trung tâm danh mục mà máy này đang dùng.",
        "Publish the catalogue of this desk at central.",
    ),
}


@dataclass(frozen=True, slots=True)
class RefusedOffer:
    """A pack that central offered and this desk did not take. `judged_by` names what it was judged by."""

    version: str
    digest: str
    judged_by: str
    code: str
    words_vi: str
    words_en: str
    remedy_vi: str
    remedy_en: str

    @property
    def refusal(self) -> Refusal:
        """Why, and what to do about it."""
        words, remedy = Words(self.words_vi, self.words_en), Words(self.remedy_vi, self.remedy_en)
        return Refusal(self.code, words, remedy)


def refused_offer(noted: str) -> RefusedOffer | None:
    """What a note of the journal says was refused; None for an empty one, or one of another release."""
    try:
        return RefusedOffer(**json.loads(noted)) if noted else None
    except (ValueError, TypeError):
        return None


def refusing(journal: Journal, offer: OfferedPack, judged_by: str, refusal: Refusal) -> RefusedOffer:
    """Why this desk does not take an offered pack, as an operator reads it; noted for `deliver status`."""
    told = _told(offer.version, refusal)
    words, remedy = told.words, told.remedy
    refused = RefusedOffer(
        offer.version, offer.digest.hex(), judged_by, told.code, words.vi, words.en, remedy.vi, remedy.en
    )
    if told.code not in _NOT_THE_PACK:
        journal.note(NOTE, json.dumps(asdict(refused), ensure_ascii=False))
    _LOG.warning("catalogue %s refused: %s", offer.version, told.code)
    return refused


class RulePacks:
    """The packs of one desk. `offered` and `received` are for the delivery's lane; nothing here touches a dossier."""

    def __init__(self, counter: Counter, packs: Packs, judged_by: str, troubles: Sequence[Refusal] = ()) -> None:
        """`judged_by` changes when the program, or whose signature counts, does; `troubles` were met at the start."""
        self._counter = counter
        self._packs = packs
        self._judged_by = judged_by
        self._troubles = tuple(troubles)
        self._refused = refused_offer(counter.journal.noted(NOTE))
        self._complete = counter.journal.noted(COMPLETE)
        counter.packs = packs
        for trouble in self._troubles:
            _LOG.warning("catalogue kept here not used: %s", trouble.code)

    @property
    def newest(self) -> Pack:
        """The pack that holds for the next dossier."""
        return self._counter.newest or self._counter.pack

    @property
    def refused(self) -> RefusedOffer | None:
        """What central offers and this desk does not take."""
        return self._refused

    def wants(self, offer: OfferedPack) -> bool:
        """Whether this pack is to be fetched; one that is known, or was refused, is not."""
        if offer.digest == self.newest.manifest.digest:
            self._forget()
            return False
        known = self._refused
        return known is None or known.digest != offer.digest.hex() or known.judged_by != self._judged_by

    def judged(self, offer: OfferedPack) -> Refusal | None:
        """Why the offer alone says that the pack is not taken: versions never go back."""
        ours = self.newest.version
        if order(offer.version) > order(ours):
            return None
        if offer.version == ours:
            vi, en = f"Trung tâm có danh mục {ours} khác nội dung.", f"Central has another catalogue {ours}."
            return self._refuse(offer, Refusal("PACK_VERSION_TAKEN", Words(vi, en), _TELL_PUBLISHER))
        vi = f"Danh mục {offer.version} của trung tâm cũ hơn danh mục {ours} ở máy này."
        en = f"The catalogue {offer.version} of central is older than {ours} on this desk."
        return self._refuse(offer, Refusal("PACK_OLDER", Words(vi, en), _TELL_PUBLISHER))

    def received(self, offer: OfferedPack, data: bytes) -> Refusal | None:
        """Verify the archive that was fetched, keep it and let it take over before the next dossier; or why not."""
        try:
            pack = self._packs.take_in(data, offer.digest)
        except Refusal as refusal:
            return self._refuse(offer, refusal)
        if problem := self.judged(OfferedPack(pack.version, offer.digest)):
            return problem
        self._counter.newest = pack
        self._forget()
        _LOG.info("catalogue %s holds from the next dossier on", pack.version)
        return None

    # ---- what other desks decided by

    def complete(self, offer: OfferedPack) -> bool:
        """Whether every pack up to this one was asked for already: dossiers of other desks may live by any of them."""
        return self._complete == offer.digest.hex()

    def lacking(self, offer: OfferedPack, published: Sequence[OfferedPack]) -> list[OfferedPack]:
        """Those that were published before it and are not kept here."""
        past = [one for one in published if order(one.version) < order(offer.version)]
        return [one for one in past if not self._packs.lies(one.version, one.digest)]

    def keep(self, one: OfferedPack, data: bytes) -> None:
        """Keep a pack that was handed out earlier; where a later one was refused it takes over, if it is newer.

        One that is no good is left out: its dossiers are shown by the law in force.
        """
        newer = order(one.version) > order(self.newest.version)
        try:
            pack = self._packs.take_in(data, one.digest, clean=newer)
        except Refusal as refusal:
            _LOG.warning("catalogue %s, handed out earlier, is not kept: %s", one.version, refusal.code)
            return
        if order(pack.version) > order(self.newest.version):
            self._counter.newest = pack

    def completed(self, offer: OfferedPack) -> None:
        """Every pack up to this one was asked for."""
        self._complete = offer.digest.hex()
        self._counter.journal.note(COMPLETE, self._complete)

    def check(self) -> DoctorCheck:
        """The law in force, and what waits or was refused, as `doctor` tells it."""
        pack, newest = self._counter.pack, self.newest
        vi = f"Danh mục {pack.version}, bộ quy định {self._counter.rules_today().rule_set}"
        en = f"Catalogue {pack.version}"
        if newest is not pack:
            vi += f"; {newest.version} áp dụng từ hồ sơ kế tiếp"
            en += f"; {newest.version} from the next dossier on"
        problems = [*([self._refused.refusal] if self._refused else []), *self._troubles]
        if not problems:
            return DoctorCheck("catalogue", "ok", Words(vi, en), Words("", ""))
        first = problems[0]
        words = Words(f"{vi}; {first.code}: {first.words.vi}", f"{en}; {first.code}: {first.words.en}")
        return DoctorCheck("catalogue", "warn", words, first.remedy)

    def _refuse(self, offer: OfferedPack, refusal: Refusal) -> Refusal:
        self._refused = refusing(self._counter.journal, offer, self._judged_by, refusal)
        return self._refused.refusal

    def _forget(self) -> None:
        if self._refused is not None:
            self._refused = None
            self._counter.journal.note(NOTE, "")


def _told(version: str, refusal: Refusal) -> Refusal:
    """The refusal as an operator reads it: which pack, its true cause, and what to do here."""
    remedy = _REMEDIES.get(refusal.code, _TELL_PUBLISHER)
    if not isinstance(refusal, PackRefusal):
        return Refusal(refusal.code, refusal.words, remedy)
    words = Words(
        f"Danh mục {version} từ trung tâm bị từ chối: {refusal.words.vi}",
        f"Catalogue {version} from central was refused: {refusal.words.en}",
    )
    return Refusal(refusal.code, words, remedy)
