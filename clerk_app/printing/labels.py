"""The words that stand on paper: the forms and the names behind codes, as of one day. The catalogue has them all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from clerk_app.domain.conditions import View, verdict
from clerk_app.domain.forms import PrintedForm
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class FormWords:
    """What a form needs to say, by code: titles and labels, and names of procedures, cases, papers and fees.

    `papers` are names by code, and by `case/code` for that case.
    `limits` are working days by case, as text (`3,5`). `settings` are what only the office knows: `place` (Hà Nội),
    `receipt_form_symbol`, `receipt_series_format` (with `{year:02d}`), `payee_tax_code`, `payee_address`, `lookup`,
    `contact_phone`; absent ones are left blank on paper; `lookup_url` (with `{code}`) is what the QR code opens,
    without it the code alone. `choices` are the words of a field's value, by `field=value`; `texts` are sentences.
    """

    forms: Mapping[str, PrintedForm]
    procedures: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, str] = field(default_factory=dict)
    papers: Mapping[str, str] = field(default_factory=dict)
    fees: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def form(self, code: str) -> PrintedForm:
        """The form of that code. Raises `Refusal` (`FORM_UNKNOWN`)."""
        if code in self.forms:
            return self.forms[code]
        listed = ", ".join(sorted(self.forms))
        raise Refusal(
            "FORM_UNKNOWN",
            Words(f"Không có biểu mẫu {code} vào ngày này.", f"There is no form {code} on that day."),
            Words(f"Chọn một trong: {listed}.", f"Choose one of: {listed}."),
        )

    def paper(self, case: str, code: str, otherwise: str = "") -> str:
        """What a paper is called in this case (empty: not known yet); its code where nobody named it."""
        return self.papers.get(f"{case}/{code}") or self.papers.get(code) or otherwise or code

    def matter(self, procedure: str, case: str, new_class: str) -> str:
        """What is asked for, in one line."""
        what, why = self.procedures.get(procedure, procedure), self.cases.get(case, case)
        licence = f", hạng {new_class}" if new_class else ""
        return f"{what}{licence} ({why})" if why else f"{what}{licence}"


_ARTICLE = re.compile(r" ?art\.? ?(\d+)(?:\((\d+)\))?(?:\((\w)\))?")
_KINDS = {"TT": "Thông tư số", "NĐ": "Nghị định số", "QĐ": "Quyết định số", "Luật": "Luật số"}
_KIND = re.compile(r"\b(TT|NĐ|QĐ|Luật) (?=\d)")


def cited(basis: str) -> str:
    """A legal basis as the catalogue notes it (`TT 12/2025/TT-BCA art.21(1)(e)`), as papers cite it."""

    def article(found: re.Match[str]) -> str:
        point = f"điểm {found[3]} " if found[3] else ""
        clause = f"khoản {found[2]} " if found[2] else ""
        return f", {point}{clause}Điều {found[1]}"

    return _KIND.sub(lambda found: f"{_KINDS[found[1]]} ", _ARTICLE.sub(article, basis))


def words_of(rules: Rules) -> FormWords:
    """The words of a form by the rules of one day."""
    limits = {
        case.code: f"{rules.limits[case.limit].half_days / 2:g}".replace(".", ",")
        for case in rules.cases
        if case.limit in rules.limits
    }
    choices = {
        f"{one.name}={value}": words.vi
        for form in rules.forms.values()
        for one in form.fields
        for value, words in one.choices
    }
    fees = {fee.code: fee.name.vi for fee in rules.fees}
    return FormWords(
        forms=dict(rules.printed),
        procedures={code: procedure.name.vi for code, procedure in rules.procedures.items()},
        cases={case.code: case.name.vi for case in rules.cases},
        papers=_papers(rules),
        fees={case.code: fees[case.fee] for case in rules.cases if case.fee in fees},
        limits=limits,
        choices=choices,
        settings=dict(rules.settings),
        texts={key: words.vi for key, words in rules.texts.items()},
    )


def _papers(rules: Rules) -> dict[str, str]:
    """The first row of a code that covers a case names the paper, as in a decision; what the office has switched off
    comes last."""
    switches: View = {"switches": rules.switches}
    names: dict[str, str] = {}
    for row in sorted(rules.papers, key=lambda row: verdict(row.when, switches) == "no"):
        names.setdefault(row.code, row.name.vi)
        for case in rules.cases:
            if row.scope.covers(case.code):
                names.setdefault(f"{case.code}/{row.code}", row.name.vi)
    return names
