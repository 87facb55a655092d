"""What `--help` says: whole sentences, and a word on every place and person a command is told of."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from clerk_app.__main__ import clerk as door

TOLD = {"--data", "--catalogue", "--password-file", "--office", "--profile", "--as", "--json"}
"""Options that many commands share; each says what it is everywhere."""


def _all(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _all(below, (*words, name))


COMMANDS = dict(_all(door))


@pytest.mark.parametrize("words", [w for w, c in COMMANDS.items() if isinstance(c, click.Group)], ids=" ".join)
def test_a_list_of_commands_is_cut_nowhere(words: tuple[str, ...]) -> None:
    said = CliRunner().invoke(door, [*words, "--help"], terminal_width=100)
    assert said.exit_code == 0
    listed = said.stdout.partition("Commands:")[2]
    assert listed
    assert [line for line in listed.splitlines() if line.rstrip().endswith(("...", "…"))] == []


def test_shared_options_say_what_they_are_everywhere() -> None:
    silent = [
        (" ".join(words), option.opts[0])
        for words, command in COMMANDS.items()
        for option in command.params
        if isinstance(option, click.Option) and TOLD & set(option.opts) and not option.help
    ]
    assert silent == []


def test_test_stands_among_the_commands() -> None:
    lines = CliRunner().invoke(door, ["--help"]).stdout.splitlines()
    starts = {line.split()[0]: line.index(line.split()[1]) for line in lines if line.startswith(("  test ", "  demo "))}
    assert len(set(starts.values())) == 1
    assert len(starts) == 2


def test_listed_is_for_people() -> None:
    from clerk_app.commands.speaking import listed

    assert listed({"allowed": True, "papers": [{"code": "A", "required": False, "because": ""}], "problems": []}) == [
        "allowed: có",
        "papers:",
        "  A · không",
        "problems: –",
    ]
    assert listed({"classes": ["B", "C1"], "until": None, "limits": {"B": "tự động"}}) == [
        "classes: B, C1",
        "until: –",
        "limits:",
        "  B · tự động",
    ]
