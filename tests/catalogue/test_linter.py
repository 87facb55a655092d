"""Each kind of defect, planted alone in the real pack, is found at its place; and nothing else is said about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from clerk_app.catalogue.linter import check, counted, walk
from clerk_app.catalogue.linting.conditions import DAYS, FLAGS, NAMED, NUMBERS, SETS
from clerk_app.domain.procedure import VIEW_FIELDS
from tests.peers.pack import FOLDER, copy_of_pack, public_key, sign_again, training_pack

HERE = "(here)"
HEADING = "(heading)"


@dataclass(frozen=True, slots=True)
class Defect:
    """An edit of `file`, and what must be said of it.

    Without `new` every line that begins with `old` goes. `at` is a pattern of the line that must be named (and the one
    after it): HERE is the edited one, HEADING the heading of the table that was edited, empty the whole file.
    """

    file: str
    old: str
    new: str | None
    says: str
    at: str = HERE
    named: str = ""
    """The file that is named, if it is another one."""


D = Defect
TRANSLATION = "Giấy phép nước ngoài phải có bản dịch được bảo chứng.,A foreign licence needs a certified translation."
OVERLAPS = [
    D("limits.csv", "2025-03-01,2026-06-30,TT 12/2025/TT-BCA art.21", "2025-03-01,2026-07-05,x", "twice", "^3.+,7,28"),
    D("fees.csv", "2026-01-01,,TT 154", "2025-12-31,,TT 154", "overlaps"),
    D("papers.csv", "CAP_LAI_*,yes,switches has application_form", "CAP_LAI_*,yes,", "twice"),
    D("steps.csv", "runs,M01,dossier.submit,,,2019-01-06", "runs,M01,dossier.submit,,,2019-01-01", "twice"),
    D("profiles.csv", "KET_QUA_SH,7", "KET_QUA_SH,1", "key 1 is also that of GKSK"),
    D("profiles.csv", "ANH,6,glass,colour,auto,300,1,1,1,ANH", "CC,6,glass,colour,auto,300,1,1,1,ANH", "twice"),
    D("reuses.csv", "XAC_NHAN_QS,dossier,DOI_QS", "BAN_DICH,dossier,DOI_*", "for one source and case"),
]
GAPS = [
    D("limits.csv", "CAP_IDP,10,40,2026-07-01", "CAP_IDP,10,40,2026-07-09", "no time limit", "^CAP_IDP.+2025-03-01"),
    D("limits.csv", "DOI_NN,7,28,2026-07-01,,", "DOI_NN,7,28,2026-07-01,2026-12-31,", "no time limit"),
    D("fees.csv", "2026-01-01,,TT 154", "2026-01-03,,TT 154", "no fee", "online,115000|online,135000|counter,135000"),
    D("papers.csv", f"{TRANSLATION},2025-03-01", f"{TRANSLATION},2025-04-01", "until 01/04/2025", "^BAN.+2025-01-01"),
    D("conversions.csv", "new,D1E,D1E", None, "D1E (new) leads nowhere", ""),
    D("expiry.csv", "30 day,1 year", "40 day,1 year", "does not follow"),
    D("expiry.csv", "0 day,30 day", "5 day,30 day", "does not follow"),
    D("settings.csv", "rule_set,R4,", None, "“rule_set” is missing", "^rule_set,R3"),
    D("settings.csv", "half_day_reading", None, "“half_day_reading” is missing", ""),
    D("printed.toml", 'code = "M05"', 'code = "M55"', "no form “M05”", "^stop.+M05", "steps.csv"),
    D("printed.toml", 'code = "M07"', 'code = "M77"', "M07 is missing", r'^\[\[form\]\]\ncode = "M07"'),
    D("forms.toml", 'effective_to = ""', 'effective_to = "2026-12-31"', "form on screen is missing", r"^\[\[form\]\]"),
    D("texts.csv", "one_stop", None, "“one_stop” is missing", ""),
    D("grants.csv", "BACKDATED,supervisor", None, "nobody may grant “BACKDATED”", ""),
    D(
        "grants.csv",
        "IDENTITY_WEAK,supervisor,,2017-06-01,,",
        "IDENTITY_WEAK,supervisor,,2017-06-01,2026-12-31,",
        "nobody",
    ),
    D("holidays.csv", "2026-", None, "the year 2026 has no holiday", "^2027-01-01"),
]
NAMES = [
    D("classes.csv", "new,C1E,", None, "no class “C1E”", "^old,FB2,C1E", "conversions.csv"),
    D("papers.csv", "DOI_TICH_HOP_TUOC,yes", "DOI_TICH_HOP_THUOC,yes", "no case"),
    D("refusals.csv", "* !DOI_TICH_HOP_TUOC", "* !DOI_TICH_HOP_TOUC", "no case"),
    D("cases.csv", "licence-reissue", "licence-reprint", "no procedure"),
    D("cases.csv", ",CAP_IDP,GPLX_ISSUE", ",CAP_ID,GPLX_ISSUE", "no time limit"),
    D("cases.csv", ",CAP_IDP,GPLX_ISSUE", ",CAP_IDP,GPLX_ISUE", "no fee"),
    D("grants.csv", "IDENTITY_WEAK,supervisor", "IDENTITY_WEAK,emperor", "no role"),
    D("grants.csv", "REFUND,supervisor", "REFUNDS,supervisor", "no exception “REFUNDS”"),
    D("grants.csv", "NUMBER_GRACE,supervisor,", "NUMBER_GRACE,supervisor,5000", "is about no amount"),
    D("conversions.csv", "old,FC,CE", "old,FC,CX", "no class"),
    D("conversions.csv", "old,A4,,", "old,A9,,", "no class “A9”"),
    D("classes.csv", ",57,55,D2,", ",57,55,D9,", "no class"),
    D("notices.csv", "statuses has unknown", "statuses has unclear", "no value “unclear”"),
    D("notices.csv", "points < 1", '"new_class in (B, X9)"', "no value “X9”"),
    D("notices.csv", "has electronic_licence_default", "has electronic_license", "no value “electronic_license”"),
    D("notices.csv", "points < 1", "pionts < 1", "nobody knows the field “pionts”"),
    D("vocabulary.csv", "represented,,", "representid,,", "“represented”", "^UY_QUYEN", "papers.csv"),
    D("vocabulary.csv", "sex,,", "sexe,,", "nobody answers the field “sexe”"),
    D("forms.toml", 'check = "phone"', 'check = "pigeon"', "no check", HEADING),
    D("recognition.csv", "UY_QUYEN,GI", "UY_QUYN,GI", "no paper “UY_QUYN”"),
    D("readings.csv", "GKSK,health.class", "GKSS,health.class", "no paper “GKSS”"),
    D("readings.csv", "GKSK,health.class", "GKSK,health.clas", "no field “health.clas”"),
    D("readings.csv", "GKSK,health.concluded", "GKSK,health.number", "no field for a date"),
    D("readings.csv", ",unfit,", ",unfitt,", "no choice “unfitt”"),
    D("forms.toml", 'group = "application"', 'group = "wishes"', "no group", HEADING),
    D("steps.csv", "*,begin,registered", "*,begin,registred", "no state"),
    D("profiles.csv", "UY_QUYEN,5", "UY_QUYENN,5", "no paper “UY_QUYENN”"),
    D("reuses.csv", "XAC_NHAN_QS,dossier,DOI_QS", "XAC_NHAN_QD,dossier,DOI_QS", "no paper “XAC_NHAN_QD”"),
    D("reuses.csv", "BAN_DICH,dossier,DOI_NN", "BAN_DICH,dossier,DOI_NNN", "no case “DOI_NNN”"),
    D("states.csv", "Waiting for the fee,6", "Waiting for the fee,66", "no status"),
    D("steps.csv", "paused,M05", "paused,M15", "no form"),
    D("steps.csv", "M05,dossier.process", "M05,dossier.proces", "no scope “dossier.proces”"),
    D(
        "steps.csv",
        "paused,M02,dossier.process,items,SUPPLEMENT_AGAIN",
        "paused,M02,dossier.process,items,AGAIN",
        "AGAIN",
    ),
    D("grants.csv", "NUMBER_UNKNOWN,supervisor", "NUMBER_UNKNOWN,clerk", "may not decide"),
    D("steps.csv", "ready,handed-over,clerk", "ready,handed-over,postman", "no role"),
    D(
        "refusals.csv",
        "A traffic sanction is not settled",
        "A sanction of {name} is not settled",
        "nobody fills “{name}”",
    ),
    D("papers.csv", "{new_class}", "{old_class}", "no such place to fill"),
]
CONDITIONS = [
    D("notices.csv", "points < 1", "points < 1 and points > 5", "never hold"),
    D("notices.csv", "points < 1", "points > 12", "never hold"),
    D("refusals.csv", "CAP_LAI_QUA_HAN,overdue_days < 1", "CAP_LAI_QUA_HAN,overdue_days < 0", "never hold"),
    D("papers.csv", ",DOI_QS,yes", ",DOI_QS !DOI_*,yes", "no case can need"),
    D("exceptions.csv", "sanctions is unknown", "sanctions is unknown and sanctions is clear", "never hold"),
    D("papers.csv", "represented is yes", "never", "never hold"),
    D("exceptions.csv", "NUMBER_GRACE,*,never,1,draft", "NUMBER_GRACE,*,never,1,", "nobody can ever ask for it"),
    D("refusals.csv", "CAP_LAI_QUA_HAN,overdue_days < 1", "CAP_LAI_QUA_HAN,case is CAP_IDP", "never hold"),
    D("notices.csv", "statuses has unknown", "statuses is unknown", "cannot be asked like that"),
    D("refusals.csv", "1 and has_expiry is no", "1 and has_expiry < 1", "cannot be asked like that"),
]
MESSAGES = [
    D("messages.csv", "here-sms,result-here,*", "here-sms,result-gone,*", "no step “result-gone”"),
    D(
        "messages.csv",
        "test-failed-sms,test-failed,licence-issue",
        "test-failed-sms,test-failed,licence",
        "no procedure",
    ),
    D("messages.csv", "sms,duty,incomplete,", "sms,duty,incompleet,", "no state “incompleet”"),
    D(
        "messages.csv",
        "reminded-sms,result-reminded,*,sms,duty,ready",
        "r,result-reminded,*,sms,duty,accepted",
        "no point",
    ),
    D("messages.csv", "sms,duty,withdrawn,", "sms,duty,ready,", "no point"),
    D("messages.csv", "số bưu gửi {parcel}. {office}.", "số bưu gửi {number}. {office}.", "nobody fills “{number}”"),
    D("messages.csv", "số bưu gửi {parcel}. {office}.", "số bưu gửi {name}. {office}.", "must not tell “name”"),
    D("messages.csv", "số bưu gửi {parcel}. {office}.", "số bưu gửi {parcel. {office}.", "nobody fills “{…}”"),
    D("messages.csv", "số bưu gửi {parcel}. {office}.", f"{'số bưu gửi {parcel}. ' * 14}{{office}}.", "parts"),
    D("messages.csv", "survey,hand-over,*,email,", "survey,hand-over,*,email portal,", "wants a consent"),
    D("messages.csv", "survey-sms,hand-over,*,sms,", "survey-sms,hand-over,*,email,", "subject"),
    D(
        "messages.csv",
        "posted-sms,result-posted,*",
        "posted-sms,result-back,*",
        "tell one thing by one way",
        "^back-sms",
    ),
]
REPORTS = [
    D("report_positions.csv", "stopped,stopped,", "halted,stopped,", "there is no state “halted”"),
    D("report_positions.csv", "withdrawn,", None, "the state “withdrawn” has no position", ""),
    D("report_positions.csv", "accepted,in_process,yes", "accepted,in_process,", "no state counts as received", ""),
    D("reports.csv", "progress,on-time,", "progres,on-time,", "there is no table “progres”"),
    D("report_forms.csv", "Late,late,", "Late,latest,", "there is no line “latest”"),
    D("reports.csv", "count,stopped,,", "count,returned,,", "no line adds up “stopped”"),
]
LIFE = [
    D("steps.csv", "ask-fee,", None, "the state “fee-due” cannot be reached", "^accept,"),
    D(
        "states.csv",
        "ready,Đã có",
        "halted,Dừng,Halt,8,yes,ended,2018-06-21,,x,yes\nready,Đã có",
        "no step leads to “halted”",
    ),
]
SUMS = [
    D("limits.csv", "3.000347,7,28", "3.000347,7,30", "7 half days are 28 hours, not 30"),
    D("classes.csv", "years,5,27,57,55,D2", "years,5,57,57,55,D2", "the highest age"),
    D("classes.csv", "truck over 7.5 t,years,5", "truck over 7.5 t,years,", "validity and years"),
    D("steps.csv", "accepted,clerk,runs,M01,dos", "accepted,clerk,paused,M01,dos", "the clock is “paused”"),
    D("provinces.csv", "002,02,", "002,03,", "do not agree"),
    D("limits.csv", "3.000347,10,40,2025-03-01,2026-06-30", "3.000347,10,40,2025-03-01,2025-02-28", "ends before"),
    D("holidays.csv", "2026-08-22,yes", "2026-08-21,yes", "make-up day"),
    D("hours.csv", "08:00", "13:30", "not in order"),
    D("settings.csv", "half_day_reading,noon", "half_day_reading,midday", "not noon or hours"),
    D("settings.csv", "permit_valid_years,3", "permit_valid_years,three", "not a number of years"),
    D("settings.csv", "{unit}-{day", "{office}-{day", "dossier_code_format"),
    D("settings.csv", "{unit}-{day:%y%m%d}", "{unit}/{day:%y%m%d}", "dossier_code_format"),
    D("settings.csv", "{day:%y%m%d}", "{day:%d%m%y}", "dossier_code_format"),
]
WORDS = [
    D(
        "papers.csv",
        "A foreign licence needs a certified translation.",
        "",
        "“because_en” must not be empty",
        "^BAN_DICH",
    ),
    D("printed.toml", 'key = "due_at"', 'key = "due"', "the form M01 has no label “due_at”", HEADING),
    D(
        "limits.csv",
        "SUPPLEMENT,4,16,2025-03-01,,TT 12/2025/TT-BCA",
        "SUPPLEMENT,4,16,2025-03-01,,",
        "basis is missing",
    ),
    D("texts.csv", ",2017-01-01,,,partial", ",2017-01-01,,,maybe", "must be yes, partial or no"),
    D("texts.csv", "CỘNG", "\u0421ỘNG", "U+0421"),
    D("limits.csv", "CAP_IDP,10,40,2026", "C\u0410P_IDP,10,40,2026", "U+0410"),
    D("texts.csv", "Độc lập", "\u00d0ộc lập", "U+00D0"),
    D("texts.csv", "Độc lập", "Độc\u00a0lập", "U+00A0"),
    D("texts.csv", "Độc lập", "Độc\u200b lập", "U+200B"),
    D("texts.csv", "Độc lập", "Độc\0lập", "U+0000"),
    D("texts.csv", "CỘNG", "CO\u0323\u0302NG", "not composed"),
    D("examples.toml", "fee_vnd = 115000", "fee_vnd = 115001", "expected 115001", HEADING),
    D("examples.toml", '"DOI_SAP_HET_HAN", received_at', '"DOI_SAP_HET_HAN", at', "be worked", HEADING),
    D("examples.toml", "một trăm mười lăm nghìn", "một trăm", "expected 'một trăm'", HEADING),
]


@pytest.mark.parametrize(
    "defect",
    [*OVERLAPS, *GAPS, *NAMES, *CONDITIONS, *MESSAGES, *REPORTS, *LIFE, *SUMS, *WORDS],
    ids=lambda defect: f"{defect.file} {defect.says}",
)
def test_a_planted_defect_is_found_at_its_place_and_alone(tmp_path: Path, defect: Defect) -> None:
    folder = copy_of_pack(tmp_path)
    edited = _plant(folder, defect)
    sign_again(folder)
    (problem,) = check(folder, [public_key()])
    assert defect.says in problem.words.en
    assert problem.words.vi
    assert problem.file == (defect.named or defect.file)
    if defect.at == HERE:
        assert problem.line == edited
        return
    lines = ["", *(folder / problem.file).read_text("utf-8").split("\n")]
    if defect.at == HEADING:
        assert problem.line == max(number for number in range(edited) if lines[number].startswith("[["))
    elif defect.at:
        assert re.search(defect.at, "\n".join(lines[problem.line : problem.line + 2]))
    else:
        assert problem.line == 0


def _plant(folder: Path, defect: Defect) -> int:
    """Spoil the copy; the line that was edited."""
    path = folder / defect.file
    text = path.read_bytes().decode()
    assert defect.old in text
    edited = text[: text.index(defect.old)].count("\n") + 1
    if defect.new is None:
        text = "".join(line for line in text.splitlines(True) if not line.startswith(defect.old))
    else:
        text = text.replace(defect.old, defect.new, 1)
    path.write_bytes(text.encode())
    return edited


def test_the_pack_of_this_repository_is_clean_and_counted() -> None:
    report = walk(FOLDER, [public_key()])
    assert report.problems == ()
    assert report.counted == counted(training_pack())
    assert report.counted is not None
    assert (report.counted.rule_sets, report.counted.examples >= 60) == (8, True)
    assert report.counted.rules > 500
    assert report.counted.conditions > 80


TESTS_OF_A_CAR = """
[[example]]
name = "Phí sát hạch ô tô"
on = "2026-11-23"
fees = ["TEST_THEORY_CAR", "TEST_FIGURE_CAR", "TEST_ROAD_CAR"]
expect = { sum_vnd = %d }
"""


@pytest.mark.parametrize(("total", "says"), [(530_000, []), (500_000, ["sum_vnd is 530000, expected 500000."])])
def test_a_sum_of_fees_is_worked(tmp_path: Path, total: int, says: list[str]) -> None:
    folder = copy_of_pack(tmp_path)
    with (folder / "examples.toml").open("a", encoding="utf-8") as file:
        file.write(TESTS_OF_A_CAR % total)
    sign_again(folder)
    assert [problem.words.en for problem in check(folder)] == says


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("states.csv", ",yes,ended,2018", ",no,accepted,2018", "a dossier never comes to an end."),
        ("steps.csv", ",begin", ",registered", "no step begins a dossier."),
        ("steps.csv", "ready,handed-over", "ready,ready", "the state “ready” cannot be left."),
    ],
)
def test_a_life_without_beginning_or_end_is_told_once(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    folder = copy_of_pack(tmp_path)
    # A misprint that is found before it is handed over is another way out of “ready”.
    lines = (folder / file).read_text("utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("correct-misprint,"))
    (folder / file).write_text(text.replace(old, new), "utf-8", newline="\n")
    sign_again(folder)
    assert [problem.words.en for problem in check(folder)] == [says]


def test_every_field_whose_kind_is_known_is_answered() -> None:
    kinds = [FLAGS, frozenset(NUMBERS), DAYS, SETS, NAMED]
    assert frozenset().union(*kinds) <= VIEW_FIELDS
    assert sum(map(len, kinds)) == len(frozenset().union(*kinds))


def test_several_unreadable_rows_are_all_told(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    path = folder / "fees.csv"
    path.write_text(path.read_text("utf-8").replace("any,115000", "any,free").replace("any,60000", "any,x"), "utf-8")
    sign_again(folder)
    assert [(one.file, one.kind) for one in check(folder)] == [("fees.csv", "unreadable")] * 2


def test_a_pack_from_before_steps_were_written_down_is_told_so_and_still_read(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    for name in ("states.csv", "steps.csv"):
        (folder / name).unlink()
    sign_again(folder)
    (problem,) = check(folder)
    assert (problem.file, problem.words.en) == ("steps.csv", "there are no steps of any procedure.")


def test_a_table_nobody_reads_is_told(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    (folder / "fees_2027.csv").write_text("code\n", "utf-8")
    sign_again(folder)
    (problem,) = check(folder)
    assert (problem.file, problem.line) == ("fees_2027.csv", 0)


def test_what_an_unsigned_change_does_is_told_once(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    path = folder / "fees.csv"
    path.write_text(path.read_text("utf-8").replace("any,115000", "any,125000"), "utf-8", newline="\n")
    signature, *examples = check(folder)
    assert (signature.file, signature.kind) == ("fees.csv", "signature")
    assert {problem.file for problem in examples} == {"examples.toml"}
    assert sum("fee_vnd is 125000" in problem.words.en for problem in examples) == len(examples)
    assert any(problem.also for problem in examples)


def test_a_folder_without_a_pack_is_one_problem(tmp_path: Path) -> None:
    (problem,) = check(tmp_path, [public_key()])
    assert (problem.file, problem.kind) == ("manifest.toml", "signature")
