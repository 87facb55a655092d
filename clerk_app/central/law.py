"""The law at central: who may do what today, and whether a submitted dossier is what the law of its day makes it.

The same pack, the same facts and the same `decide` as at the desk; but nobody at a counter can change these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clerk_app.catalogue.pack import Pack, load
from clerk_app.catalogue.signing import PUBLIC_KEY, read_key
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.differences import of_another_person
from clerk_app.domain.dossier import Dossier, Submitted
from clerk_app.domain.facts import exception_of, facts_at, paper_done
from clerk_app.domain.procedure import Decision, decide
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.roles import RoleTable

_REMEDY = Words(
    "Lãnh đạo phụ trách xem hai kết quả cạnh nhau và quyết định.",
    "A supervisor looks at both results side by side and decides.",
)


def catalogue_folder() -> Path:
    """Where the pack lies that came with this program."""
    return Path(__file__).resolve().parents[2] / "resources" / "catalogue"


def read_pack(folder: Path, trusted_keys: Sequence[bytes], practice: bool) -> Pack:
    """The pack that central decides by. Practice also trusts the training publisher's key that lies beside the pack.

    Raises `Refusal` (`PACK_…`).
    """
    keys = list(trusted_keys)
    if practice and (folder / PUBLIC_KEY).exists():
        keys.append(read_key(folder / PUBLIC_KEY))
    return load(folder, keys)


@dataclass(frozen=True, slots=True)
class PackedLaw:
    """`rules.Law` by a rule pack."""

    pack: Pack

    def roles(self, at: datetime) -> RoleTable:
        """Which scopes each role has on the day of `at`."""
        return self.pack.as_of(in_hanoi(at).date()).roles

    def setting(self, name: str, at: datetime) -> str:
        """A setting of the catalogue on the day of `at`, or the empty text."""
        return self.pack.as_of(in_hanoi(at).date()).settings.get(name, "")

    def check(self, dossier: Dossier, submitted: Submitted) -> None:
        """Raises `Refusal` where the submission differs from the law of its day.

        OTHER_PERSON, CASE_REFUSED, CLASS_DIFFERS, FEE_WRONG, DUE_DIFFERS, EXCEPTION_MISSING, PAPER_MISSING.
        """
        if of_another_person(dossier):
            raise Refusal(
                "OTHER_PERSON",
                Words("Giấy tờ trong hồ sơ là của hai người.", "The dossier holds documents of two persons."),
                _REMEDY,
            )
        facts = facts_at(dossier, submitted.received_at, submitted.case, submitted.new_class)
        decision = decide(facts, self.pack.as_of(in_hanoi(submitted.received_at).date(), dossier.office))
        if decision.refusals:
            first = decision.refusals[0]
            raise Refusal("CASE_REFUSED", first.words, _REMEDY)
        _check_outcome(decision, submitted)
        for needed in decision.exceptions_needed:
            state = exception_of(dossier, needed.code)
            if state is None or state.granted is not True:
                raise Refusal("EXCEPTION_MISSING", needed.words, _REMEDY)
        for paper in decision.papers:
            if paper.required and not paper_done(dossier, paper):
                words = Words(f"Còn thiếu: {paper.name.vi}.", f"Still missing: {paper.name.en}.")
                raise Refusal("PAPER_MISSING", words, _REMEDY)


def _check_outcome(decision: Decision, submitted: Submitted) -> None:
    if submitted.new_class not in {choice.code for choice in decision.new_classes} and decision.new_classes:
        raise Refusal(
            "CLASS_DIFFERS",
            Words("Hạng mới khác kết quả của trung tâm.", "The new class differs from central's decision."),
            _REMEDY,
        )
    if submitted.fee_vnd != decision.fee_vnd:
        raise Refusal(
            "FEE_WRONG",
            Words(
                f"Lệ phí phải là {decision.fee_vnd} đồng, quầy ghi {submitted.fee_vnd} đồng.",
                f"The fee must be {decision.fee_vnd} đồng, the counter wrote {submitted.fee_vnd} đồng.",
            ),
            _REMEDY,
        )
    if submitted.due_at != decision.due_at:
        due, said = in_hanoi(decision.due_at), in_hanoi(submitted.due_at)
        raise Refusal(
            "DUE_DIFFERS",
            Words(
                f"Ngày hẹn phải là {due:%H:%M %d/%m/%Y}, quầy ghi {said:%H:%M %d/%m/%Y}.",
                f"The appointment must be {due:%H:%M %d/%m/%Y}, the counter wrote {said:%H:%M %d/%m/%Y}.",
            ),
            _REMEDY,
        )
