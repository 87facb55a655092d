"""Every refusal that an operation can come to stands in its description: found in the program, not in a list kept here.

From what serves an operation the calls are followed through the program's own modules; each code that is written on
the way must be one that the operation, or for an entry its answer, tells.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType

import pytest

from clerk_app.central import answering
from clerk_app.central.entry_codes import ENTRY_CODES
from clerk_app.central.operation import ALWAYS, BODIES, STATIONS, Operation
from clerk_app.central.routes import OPERATIONS

CODE = re.compile(r"[A-Z]{3,}(?:_[A-Z]+)+")
NO_CODES = frozenset({"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN"}) | {
    "SQLITE_READONLY",
    # An exception that somebody asks for.
    "POST_LOST",
    # What another system says of a payment.
    "NOT_FOUND",
}
PARTS = {
    "register": ("clerk_app.central.register", "Register"),
    "law": ("clerk_app.central.law", "PackedLaw"),
    "packs": ("clerk_app.central.packs", "PublishedPacks"),
    "database": ("clerk_app.central.database", "Database"),
    "rates": ("clerk_app.central.rates", "Rates"),
}
"""What an operation works on is handed to it: the class behind each name. Sheets are looked at by their own tests."""
ELSEWHERE = (
    "catalogue.",
    "domain.dossier",
    "domain.facts",
    "domain.procedure",
    "central.registers",
    "central.operation",
)
"""What these refuse is not said to a station: a damaged pack is none, a case that is refused is CASE_REFUSED."""

Place = tuple[str, str]
"""A module, and a name or `Class.method` in it."""


class _Bare(ast.NodeTransformer):
    """Types are named, not called."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return node.value if node.value is not None else ast.Constant(None)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)


@cache
def _written(module: str) -> dict[str, tuple[ast.AST, ...]]:
    """What each name of a module's top level stands for; methods as `Class.method`."""
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    found: dict[str, tuple[ast.AST, ...]] = {}
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found[name] = (_Bare().visit(node),)
            case ast.ClassDef(name=name, body=body):
                found[name] = ()
                for inner in body:
                    if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                        found[f"{name}.{inner.name}"] = (_Bare().visit(inner),)
                    else:
                        found[name] += (_Bare().visit(inner),)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = (value,)
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                found[name] = (value,)
    return found


@cache
def _imported(module: str) -> dict[str, str]:
    """Where each name that a module imports comes from."""
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {one.name: str(node.module) for node in imports for one in node.names}


@cache
def _named(module: str, name: str) -> tuple[Place, ...]:
    """The place that a plain name in this module means, and all of a class."""
    meant = getattr(importlib.import_module(module), name, None)
    home = getattr(meant, "__module__", None) if inspect.isclass(meant) or inspect.isfunction(meant) else None
    home = home or _imported(module).get(name, module)
    if not home.startswith("clerk_app.") or home.removeprefix("clerk_app.").startswith(ELSEWHERE):
        return ()
    return tuple((home, one) for one in _written(home) if one == name or one.startswith(f"{name}."))


def _led_to(place: Place) -> Iterator[Place]:
    module, name = place
    for node in (inner for top in _written(module)[name] for inner in ast.walk(top)):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=attr):
                yield module, f"{name.partition('.')[0]}.{attr}"
            case ast.Attribute(value=ast.Attribute(attr=part) | ast.Name(id=part), attr=attr) if part in PARTS:
                home, kind = PARTS[part]
                yield home, f"{kind}.{attr}"
            case ast.Attribute(value=ast.Name(id=alias), attr=attr):
                meant = getattr(importlib.import_module(module), alias, None)
                if isinstance(meant, ModuleType) and meant.__name__.startswith("clerk_app"):
                    yield from _named(meant.__name__, attr)
            case ast.Name(id=other):
                yield from _named(module, other)


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts that are written here; not those that something is only compared with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if not isinstance(node, ast.Compare):
        for inner in ast.iter_child_nodes(node):
            yield from _texts(inner)


def _codes(*roots: Place) -> set[str]:
    """Every code that is written where these roots can come."""
    waiting, seen, codes = list(roots), set[Place](), set[str]()
    while waiting:
        place = waiting.pop()
        if place in seen or place[1] not in _written(place[0]):
            continue
        seen.add(place)
        codes.update(code for top in _written(place[0])[place[1]] for code in _texts(top) if CODE.fullmatch(code))
        waiting += _led_to(place)
    return codes - NO_CODES


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_tells_every_code_that_it_can_come_to(operation: Operation) -> None:
    found = _codes((operation.serve.__module__, operation.serve.__name__))
    told = {*operation.codes, *operation.answer_codes}
    # What `Call` itself says has its own test, and nobody is revoked who is not a station.
    assert found - told - {*ALWAYS, *STATIONS, *BODIES} == set()


def test_who_asks_and_what_came_are_refused_with_what_every_operation_tells() -> None:
    found = _codes((answering.__name__, "_served"), (answering.__name__, "Call"))
    assert found >= {"TOKEN_WRONG", "CLOCK_WRONG", "STATION_REVOKED", "MESSAGE_UNREADABLE"}
    assert found <= {*ALWAYS, *STATIONS, *BODIES}


def test_the_way_of_an_entry_is_followed_to_its_end() -> None:
    """What is found is what there is: one code of every part of the rules, and nothing in the list that nobody says."""
    (taking,) = (one for one in OPERATIONS if one.name == "take_entries")
    found = _codes((taking.serve.__module__, taking.serve.__name__))
    assert found >= {"FIELD_CONTRADICTED", "SETTLED_BEFORE", "GRACE_FORGED", "PAPER_TAKEN", "FOUR_EYES", "PACK_AHEAD"}
    assert set(ENTRY_CODES) <= found, "nothing refuses so any more"
    assert "GRACE_EXTENT" not in found, "what makes a code is not on the way"
