"""A rule pack: read whole, verified whole, or refused whole; then asked what holds on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar, cast

from clerk_app.catalogue import building
from clerk_app.catalogue.signing import Manifest, PackRefusal, refused, verified_files
from clerk_app.catalogue.tables import Dated, Row, csv_rows, toml_rows
from clerk_app.domain.calendar import Hours, Reading, Session, SpecialDay, WorkingCalendar
from clerk_app.domain.conditions import Field
from clerk_app.domain.forms import FormDefinition, FormField, PrintedForm
from clerk_app.domain.handing import HandingRow
from clerk_app.domain.message_rows import MessageRow
from clerk_app.domain.refusals import Words
from clerk_app.domain.report_law import COMPARED, FormColumn, ReportLaw, ReportLine, StatePosition
from clerk_app.domain.roles import Reach, Role, ScopeRow, narrower, with_parts
from clerk_app.domain.rules import (
    COPY_KINDS,
    RECORD_KINDS,
    Case,
    CauseRow,
    ClassRow,
    Conversion,
    Document,
    ExceptionRow,
    ExpiryBand,
    FeeRow,
    GrantRow,
    LimitRow,
    NoticeRow,
    PaperRow,
    Procedure,
    Profile,
    Province,
    PurposeRow,
    ReadingRow,
    RecognitionRow,
    RefusalRow,
    Restriction,
    RetentionRow,
    ReuseRow,
    ReviewRow,
    Rule,
    Rules,
    Status,
)
from clerk_app.domain.steps import State, Step

T = TypeVar("T")
_FIRST_DAY = date(1900, 1, 1)
_LATER = frozenset({"states", "steps"})
"""Tables that packs published earlier do not have; such a pack stays readable, because dossiers live by it."""
GRANTS = "grants.csv"
_READ: dict[bytes, Pack] = {}
_MOST_READ = 4
EVERY_OFFICE = "*"
"""Stands for each office without rows of its own, in the tables of hours and receptions."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Every dated value of a pack, in the order of its files."""

    procedures: tuple[Dated[Procedure], ...]
    cases: tuple[Dated[Case], ...]
    classes: tuple[Dated[ClassRow], ...]
    conversions: tuple[Dated[Conversion], ...]
    expiry: tuple[Dated[ExpiryBand], ...]
    papers: tuple[Dated[PaperRow], ...]
    fees: tuple[Dated[FeeRow], ...]
    limits: tuple[Dated[LimitRow], ...]
    refusals: tuple[Dated[RefusalRow], ...]
    exceptions: tuple[Dated[ExceptionRow], ...]
    notices: tuple[Dated[NoticeRow], ...]
    holidays: tuple[Dated[SpecialDay], ...]
    hours: tuple[Dated[tuple[str, Hours]], ...]
    receptions: tuple[Dated[tuple[str, Session]], ...]
    provinces: tuple[Dated[Province], ...]
    statuses: tuple[Dated[Status], ...]
    documents: tuple[Dated[Document], ...]
    roles: tuple[Dated[Role], ...]
    settings: tuple[Dated[tuple[str, str, Rule]], ...]
    texts: tuple[Dated[tuple[str, Words]], ...]
    units: tuple[Dated[tuple[str, str]], ...]
    form_heads: tuple[Dated[tuple[str, Words]], ...]
    form_groups: tuple[Dated[tuple[str, str, Words]], ...]
    form_fields: tuple[Dated[tuple[str, FormField]], ...]
    printed: tuple[Dated[PrintedForm], ...]
    states: tuple[Dated[State], ...]
    steps: tuple[Dated[Step], ...]
    restrictions: tuple[Dated[Restriction], ...] = ()
    profiles: tuple[Dated[Profile], ...] = ()
    reuses: tuple[Dated[ReuseRow], ...] = ()
    recognition: tuple[Dated[RecognitionRow], ...] = ()
    readings: tuple[Dated[ReadingRow], ...] = ()
    scopes: tuple[Dated[ScopeRow], ...] = ()
    reviews: tuple[Dated[ReviewRow], ...] = ()
    review_causes: tuple[Dated[CauseRow], ...] = ()
    retentions: tuple[Dated[RetentionRow], ...] = ()
    grants: tuple[Dated[GrantRow], ...] = ()
    purposes: tuple[Dated[PurposeRow], ...] = ()
    report_tables: tuple[Dated[tuple[str, Words]], ...] = ()
    reports: tuple[Dated[ReportLine], ...] = ()
    report_forms: tuple[Dated[FormColumn], ...] = ()
    report_positions: tuple[Dated[StatePosition], ...] = ()
    messages: tuple[Dated[MessageRow], ...] = ()
    handings: tuple[Dated[HandingRow], ...] = ()

    def all(self) -> tuple[tuple[str, tuple[Dated[object], ...]], ...]:
        """(name, rows) of every table."""
        return tuple((name, cast("tuple[Dated[object], ...]", getattr(self, name))) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class Pack:
    """A verified pack. Values of a day are worked out once per stretch of days without a change."""

    version: str
    manifest: Manifest
    tables: Tables
    vocabulary: Mapping[str, Field]
    vocabulary_lines: Mapping[str, int]
    """Field → the line of `vocabulary.csv` that names it."""
    _examples: bytes = field(repr=False)
    _days: tuple[date, ...]
    _known: dict[tuple[int, str], Rules] = field(default_factory=dict, repr=False, compare=False)
    _worked: list[tuple[Row, ...]] = field(default_factory=list, repr=False, compare=False)

    def as_of(self, day: date, office: str = "") -> Rules:
        """Everything that holds on `day` at an office, which has hours of its own or those of every office.

        A day before the first rule has rules without content.
        """
        place = bisect_right(self._days, day)
        if (place, office) not in self._known:
            rules = self.as_of(day) if office else self._rules(place)
            calendar = self._calendar(rules.since, rules.settings, office)
            self._known[place, office] = replace(rules, calendar=calendar) if office else rules
        return self._known[place, office]

    @property
    def examples(self) -> tuple[Row, ...]:
        """The worked examples, read once, when asked for: they decide nothing. Raises `Refusal`."""
        if not self._worked:
            self._worked.append(tuple(toml_rows("examples.toml", self._examples).get("example", ())))
        return self._worked[0]

    @property
    def rule_days(self) -> tuple[date, ...]:
        """The days on which something changes."""
        return self._days

    def _rules(self, place: int) -> Rules:
        since = self._days[place - 1] if place else _FIRST_DAY
        until = self._days[place] - timedelta(days=1) if place < len(self._days) else None
        tables = self.tables

        def now(rows: Sequence[Dated[T]]) -> list[T]:
            return [row.value for row in rows if row.on(since)]

        settings = {key: value for key, value, _ in now(tables.settings)}
        roles, scopes = now(tables.roles), {row.code: row for row in now(tables.scopes)}
        conversions: dict[tuple[str, str], list[Conversion]] = {}
        for row in now(tables.conversions):
            conversions.setdefault((row.regime, row.code), []).append(row)
        rules = Rules(
            version=self.version,
            since=since,
            until=until,
            rule_set=settings.get("rule_set", ""),
            procedures={row.code: row for row in now(tables.procedures)},
            cases=tuple(now(tables.cases)),
            classes={(row.regime, row.code): row for row in now(tables.classes)},
            conversions={(rows[0].regime, rows[0].code): tuple(rows) for rows in conversions.values()},
            expiry=tuple(now(tables.expiry)),
            papers=tuple(now(tables.papers)),
            fees=tuple(now(tables.fees)),
            limits={row.key: row for row in now(tables.limits)},
            refusals=tuple(now(tables.refusals)),
            exceptions=tuple(now(tables.exceptions)),
            notices=tuple(now(tables.notices)),
            calendar=self._calendar(since, settings, ""),
            forms={},
            printed={row.code: row for row in now(tables.printed)},
            roles={role.code: _reaching(role, scopes) for role in roles},
            provinces={row.code: row for row in now(tables.provinces)},
            statuses={row.code: row for row in now(tables.statuses)},
            documents={row.number: row for row in now(tables.documents)},
            settings=settings,
            texts=dict(now(tables.texts)),
            units=dict(now(tables.units)),
            states={row.code: row for row in now(tables.states)},
            steps=tuple(now(tables.steps)),
            role_names={role.code: role.name for role in roles},
            supervised=frozenset(role.code for role in roles if role.supervised),
            scopes={code: row.name for code, row in scopes.items()},
            restrictions={row.code: row for row in now(tables.restrictions)},
            setting_rules={key: rule for key, _, rule in now(tables.settings)},
            profiles={row.paper: row for row in now(tables.profiles)},
            reuses=tuple(now(tables.reuses)),
            recognition=tuple(now(tables.recognition)),
            readings=tuple(now(tables.readings)),
            reviews=tuple(now(tables.reviews)),
            review_causes={row.code: row for row in now(tables.review_causes)},
            retentions={row.kind: row for row in now(tables.retentions) if row.kind in COPY_KINDS},
            records={row.kind: row for row in now(tables.retentions) if row.kind in RECORD_KINDS},
            granting=tuple(now(tables.grants)),
            by_request=GRANTS in self.manifest.files,
            purposes={row.code: row for row in now(tables.purposes)},
            reports=ReportLaw(
                {row.state: row for row in now(tables.report_positions)},
                tuple(now(tables.reports)),
                tuple(now(tables.report_tables)),
                "day" if settings.get(COMPARED) == "day" else "moment",
                self._calendar(since, settings, ""),
                tuple(sorted(now(tables.report_forms), key=lambda one: (one.form, one.column))),
            ),
            messages=tuple(now(tables.messages)),
            handings=tuple(now(tables.handings)),
        )
        heads, groups, fields = now(tables.form_heads), now(tables.form_groups), now(tables.form_fields)
        forms = {
            code: FormDefinition(
                code,
                title,
                tuple(_filled(one, code, rules) for form, one in fields if form == code),
                tuple((group, words) for form, group, words in groups if form == code),
            )
            for code, title in heads
        }
        return replace(rules, forms=forms)

    def _calendar(self, day: date, settings: Mapping[str, str], office: str) -> WorkingCalendar:
        reading: Reading = "hours" if settings.get("half_day_reading") == "hours" else "noon"
        hours = _of_office(self.tables.hours, day, office)
        days = (row.value for row in self.tables.holidays if row.on(day))
        return WorkingCalendar(
            {special.day: special for special in days},
            hours[0] if hours else self.tables.hours[0].value[1],
            reading,
            tuple(_of_office(self.tables.receptions, day, office)),
        )


def _of_office(rows: Sequence[Dated[tuple[str, T]]], day: date, office: str) -> list[T]:
    """What the rows of a day say of an office: its own rows, else those of every office."""
    now = [row.value for row in rows if row.on(day)]
    return [value for of, value in now if of == office] or [value for of, value in now if of == EVERY_OFFICE]


def _reaching(role: Role, scopes: Mapping[str, ScopeRow]) -> Mapping[str, Reach]:
    """What a role may do. No scope goes further than it can; one that the pack does not list is as it was written."""
    if not scopes:
        return with_parts(role.scopes)
    return {
        scope: narrower(reach, scopes[scope].widest) if scope in scopes else reach
        for scope, reach in role.scopes.items()
    }


def _filled(one: FormField, procedure: str, rules: Rules) -> FormField:
    """Fields whose choices are rules themselves get them: the cases of the procedure, the classes, the restrictions."""
    match one.name:
        case "case":
            cases = (case for case in rules.cases if procedure in case.procedures)
            return replace(one, choices=tuple((case.code, case.name) for case in cases))
        case "licence.restriction":
            return replace(one, choices=tuple((row.code, row.words) for row in rules.restrictions.values()))
        case "wanted_class":
            rows = (row for row in rules.classes.values() if row.regime == "new")
            named = tuple(
                (row.code, Words(f"{row.code} – {row.covers.vi}", f"{row.code} – {row.covers.en}")) for row in rows
            )
            return replace(one, choices=named)
        case _:
            return one


def load(folder: Path, trusted_keys: Sequence[bytes]) -> Pack:
    """The pack in `folder`, signed by one of `trusted_keys` (raw Ed25519 public keys).

    Raises `Refusal` with file and line: `PACK_MISSING`, `PACK_UNSIGNED`, `PACK_SIGNATURE`, `PACK_SCHEMA`,
    `PACK_DAMAGED`, `PACK_EXTRA`, `PACK_ROW`.
    """
    return read(*verified_files(folder, trusted_keys))


def read(manifest: Manifest, contents: Mapping[str, bytes]) -> Pack:
    """The pack of verified contents, which the digest of their manifest stands for: made once, for packs do not change.

    Raises `Refusal` as `assemble` does.
    """
    known = _READ.get(manifest.digest)
    if known is None:
        if len(_READ) >= _MOST_READ:
            _READ.clear()
        known = _READ[manifest.digest] = assemble(manifest, contents)
    return known


def assemble(
    manifest: Manifest, contents: Mapping[str, bytes], told: Callable[[PackRefusal], None] | None = None
) -> Pack:
    """The pack made of these file contents, whoever signed them. Raises `Refusal` (`PACK_ROW`, `PACK_DAMAGED`).

    With `told` a row that cannot be read is told and left out, so that a reader hears of all of them.
    """
    named = csv_rows("vocabulary.csv", _file(contents, "vocabulary.csv"), _columns("vocabulary"))
    words = building.vocabulary(named)
    lines = {row.text("field"): row.line for row in reversed(named)}
    tables = _tables(contents, words, told)
    if not tables.hours:
        raise refused("PACK_ROW", "thiếu giờ làm việc.", "the office hours are missing.", "hours.csv", 1)
    days = building.boundaries(row for _, rows in tables.all() for row in rows)
    return Pack(manifest.version, manifest, tables, words, lines, _file(contents, "examples.toml"), tuple(days))


def _tables(
    contents: Mapping[str, bytes], words: Mapping[str, Field], told: Callable[[PackRefusal], None] | None
) -> Tables:
    def built(rows: Iterable[Row], build: Callable[[Row], Dated[T]]) -> tuple[Dated[T], ...]:
        found: list[Dated[T]] = []
        for row in rows:
            try:
                found.append(build(row))
            except PackRefusal as refusal:
                if told is None:
                    raise
                told(refusal)
        return tuple(found)

    def table(name: str, build: Callable[[Row], Dated[T]]) -> tuple[Dated[T], ...]:
        file = f"{name}.csv"
        if name in _LATER and file not in contents:
            return ()
        return built(written(name), build)

    def written(name: str) -> list[Row]:
        file, later = f"{name}.csv", building.ADDED_COLUMNS.get(name, ())
        replaced = building.REPLACED_COLUMNS.get(name)
        return csv_rows(file, _file(contents, file), _columns(name), words, later, replaced)

    def grants() -> tuple[Dated[GrantRow], ...]:
        if GRANTS in contents:
            return table("grants", building.grant)
        return built((row for row in written("exceptions") if "granted_by" in row.cells), building.grant_of_exception)

    def added(name: str, build: Callable[[Row], Dated[T]]) -> tuple[Dated[T], ...]:
        """A table that packs from before it do not have."""
        return table(name, build) if f"{name}.csv" in contents else ()

    forms = toml_rows("forms.toml", _file(contents, "forms.toml"), words)
    papers = toml_rows("printed.toml", _file(contents, "printed.toml"))
    return Tables(
        procedures=table("procedures", building.procedure),
        cases=table("cases", building.case),
        classes=table("classes", building.class_row),
        conversions=table("conversions", building.conversion),
        expiry=table("expiry", building.expiry),
        papers=table("papers", building.paper),
        fees=table("fees", building.fee),
        limits=table("limits", building.limit),
        refusals=table("refusals", building.refusal),
        exceptions=table("exceptions", building.exception),
        notices=table("notices", building.notice),
        holidays=table("holidays", building.holiday),
        hours=table("hours", building.hours),
        receptions=table("receptions", building.reception) if "receptions.csv" in contents else (),
        provinces=table("provinces", building.province),
        statuses=table("statuses", building.status),
        documents=table("documents", building.document),
        roles=table("roles", building.role),
        settings=table("settings", building.setting),
        texts=table("texts", building.text),
        units=table("units", building.unit),
        form_heads=built(forms.get("form", ()), building.form_head),
        form_groups=built(forms.get("group", ()), building.form_group),
        form_fields=built(forms.get("field", ()), building.form_field),
        printed=built(papers.get("form", ()), building.printed),
        states=table("states", building.state),
        steps=table("steps", building.step),
        restrictions=added("restrictions", building.restriction),
        profiles=added("profiles", building.profile),
        reuses=added("reuses", building.reuse),
        recognition=added("recognition", building.recognition),
        readings=added("readings", building.reading),
        scopes=added("scopes", building.scope),
        reviews=added("reviews", building.review),
        review_causes=added("review_causes", building.review_cause),
        retentions=added("retentions", building.retention),
        grants=grants(),
        purposes=added("purposes", building.purpose),
        report_tables=added("report_tables", building.report_table),
        reports=added("reports", building.report_line),
        report_forms=added("report_forms", building.report_form),
        report_positions=added("report_positions", building.report_position),
        messages=added("messages", building.message),
        handings=added("handings", building.handing),
    )


def _file(contents: Mapping[str, bytes], name: str) -> bytes:
    if name not in contents:
        raise refused("PACK_DAMAGED", "bản kê không có tệp này.", "the manifest does not name this file.", name)
    return contents[name]


def _columns(name: str) -> tuple[str, ...]:
    return building.COLUMNS[name]
