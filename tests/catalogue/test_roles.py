"""Roles and scopes as rows: read with their reach, refused where the rows do not fit, and told by the linter."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerk_app.catalogue import linter
from clerk_app.catalogue.pack import load
from clerk_app.catalogue.signing import PackRefusal
from clerk_app.domain.roles import BARE, PARTS
from tests.peers import role_rows
from tests.peers.pack import copy_of_pack, public_key, sign_again, training_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return copy_of_pack(tmp_path)


def changed(pack: Path, name: str, old: str, new: str) -> list[str]:
    """What the linter says in English, by place, once a row says something else."""
    table = pack / name
    text = table.read_text("utf-8")
    assert old in text
    table.write_text(text.replace(old, new, 1), "utf-8")
    sign_again(pack)
    return [f"{one.file}:{one.line} {one.words.en}" for one in linter.check(pack, [public_key()])]


def test_every_scope_of_every_role_is_read_with_its_reach() -> None:
    rules = training_pack().as_of(training_pack().rule_days[-1])
    for row in role_rows.rows("roles.csv"):
        said = {token.partition("@")[0] for token in row["scopes"].split()}
        assert rules.roles[row["role"]] == {scope: role_rows.reach(row["role"], scope) for scope in said}
    assert rules.supervised == {row["role"] for row in role_rows.rows("roles.csv") if row["supervised"] == "yes"}


def test_a_reach_that_is_none_is_refused_with_its_line(pack: Path) -> None:
    told = changed(pack, "roles.csv", "dossier.take@own", "dossier.take@everything")
    assert len(told) == 1
    assert told[0].startswith("roles.csv:7 the reach of “dossier.take@everything” is none of: own, office, any")
    with pytest.raises(PackRefusal, match=r"roles\.csv:7"):
        load(pack, [public_key()])


def test_a_scope_twice_in_a_row_is_refused(pack: Path) -> None:
    (told,) = changed(pack, "roles.csv", "dossier.take@own", "dossier.take@own dossier.take")
    assert told == "roles.csv:7 the scope “dossier.take” stands there twice."


def test_a_scope_that_is_not_listed_is_told(pack: Path) -> None:
    assert "roles.csv:7 there is no scope “dossier.burn”." in changed(
        pack, "roles.csv", "dossier.take@own", "dossier.take@own dossier.burn"
    )


def test_a_scope_that_nobody_has_is_told(pack: Path) -> None:
    (told,) = changed(pack, "roles.csv", "station.enrol station.check", "station.check")
    assert told.endswith(" no role has the scope “station.enrol”.")
    assert told.startswith("scopes.csv:")


def test_a_scope_that_reaches_further_than_it_can_is_told_and_does_not(pack: Path) -> None:
    told = changed(pack, "roles.csv", "Clerk,dossier.take ", "Clerk,dossier.take@any ")
    assert told == ["roles.csv:2 “dossier.take” reaches “office” at most, not “any”."]
    made = load(pack, [public_key()])
    assert made.as_of(made.rule_days[-1]).roles["clerk"]["dossier.take"] == "office"


def test_a_pack_from_before_scopes_were_listed_lets_everybody_do_what_they_could(pack: Path) -> None:
    (pack / "scopes.csv").unlink()
    roles = pack / "roles.csv"
    text = roles.read_text("utf-8").replace(",supervised,", ",").replace(" dossier.take_over", "")
    text = text.replace(" dossier.discard@own", "").replace(" dossier.discard", "")
    lines = text.splitlines()
    kept = [lines[0], *(line.replace(",yes,2017", ",2017").replace(",,2017", ",2017", 1) for line in lines[1:])]
    roles.write_text("\n".join(kept) + "\n", "utf-8")
    sign_again(pack)
    made = load(pack, [public_key()])
    rules = made.as_of(made.rule_days[-1])
    assert rules.supervised == frozenset()
    for part, whole in PARTS.items():
        assert rules.roles["clerk"][part] == rules.roles["clerk"][whole] == BARE
        assert rules.roles["trainee"][part] == "own"
        assert part not in rules.roles["inspector"]
