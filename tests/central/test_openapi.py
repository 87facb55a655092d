"""What central publishes about itself is true: every route stands there, and what really comes back fits it."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks
from starlette.routing import Route

from clerk_app import wire
from clerk_app.central.answering import MEDIA
from clerk_app.central.app import Parts, build, hanoi_now
from clerk_app.central.database import database_url, open_database
from clerk_app.central.law import PackedLaw
from clerk_app.central.openapi import document
from clerk_app.central.operation import STATUS, status_of
from clerk_app.central.packs import PublishedPacks
from clerk_app.central.rates import Budgets
from clerk_app.central.register import Register
from clerk_app.central.registers.joined import Registers
from clerk_app.central.routes import OPERATIONS
from clerk_app.central.server import Bounds
from clerk_app.central.sheets import SheetFolder
from tests.peers.central import CentralProcess
from tests.peers.counter import Chain, pack
from tests.peers.station import Station

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = json.loads(json.dumps(document(OPERATIONS)))
EXAMPLES = int(os.environ.get("QUAY_FUZZ_EXAMPLES", "8"))
FIELDS = sorted({name for one in OPERATIONS if one.asks for name in one.asks.__struct_fields__})  # type: ignore[attr-defined]


# ---- the description itself


def test_every_route_stands_in_it_and_nothing_else(tmp_path: Path) -> None:
    database = open_database(database_url(tmp_path), practice=True)
    sheets = SheetFolder(tmp_path / "sheets")
    register = Register(database, sheets, PackedLaw(pack()))
    parts = Parts(database, register, sheets, Registers(), PublishedPacks(database, ()), hanoi_now)
    served = {
        (route.path, method.lower())
        for route in build(parts).routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    database.close()
    assert served == {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}


def test_it_is_openapi_and_its_schemas_are_schemas() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema | {"$schema": "https://json-schema.org/draft/2020-12/schema"})
        assert name in json.dumps(DOCUMENT["paths"]) + json.dumps(DOCUMENT["components"])
    identities = [told["operationId"] for methods in DOCUMENT["paths"].values() for told in methods.values()]
    assert len(identities) == len(set(identities))


def test_every_status_is_of_a_code_that_is_told() -> None:
    told = {code for operation in OPERATIONS for code in operation.codes} | {"NOT_FOUND", "METHOD_WRONG"}
    assert told >= STATUS.keys()


def test_what_is_refused_has_the_status_that_is_told() -> None:
    for operation in OPERATIONS:
        responses = DOCUMENT["paths"][operation.path][operation.method.lower()]["responses"]
        for code in operation.codes:
            assert code in responses[str(status_of(code))]["description"]


@pytest.mark.wire
def test_by_command_and_by_address_it_is_the_same(shared_central: CentralProcess, tmp_path: Path) -> None:
    out = tmp_path / "openapi.json"
    command = [sys.executable, "-m", "clerk_app", "central", "openapi", "--out", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    reply = requests.get(f"{shared_central.url}/v1/openapi.json", headers={"Connection": "close"}, timeout=30)
    assert json.loads(out.read_text("utf-8")) == reply.json() == DOCUMENT


# ---- what really comes back


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema | {"components": DOCUMENT["components"]}, validate_formats=True)


def _fits(reply: requests.Response, method: str, path: str) -> None:
    responses = DOCUMENT["paths"][path][method.lower()]["responses"]
    media = reply.headers["Content-Type"].split(";")[0]
    _validator(responses[str(reply.status_code)]["content"][media]["schema"]).validate(reply.json())


@pytest.fixture(scope="module")
def spoken(shared_central: CentralProcess) -> Station:
    return Station.enrolled(shared_central, "Q01-spoken", "clerk")


def _json(station: Station, method: str, target: str, message: object = None) -> requests.Response:
    body = b"" if message is None else json.dumps(message).encode()
    return station.ask(method, target, body, Content_Type="application/json", Accept="application/json")


@pytest.mark.wire
def test_real_answers_fit_their_description(spoken: Station) -> None:
    chain = Chain(spoken.code, spoken.seed)
    chain.draft(uuid4(), 3)
    other = Station.enrolled(spoken.central, "Q02-spoken", "clerk")
    theirs = Chain(other.code, other.seed)
    theirs.draft(uuid4(), 2, counter="Q02")
    other.push(*theirs.sealed)

    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    sealed = [
        [text(one.body), one.station, one.n, text(one.previous), text(one.digest), text(one.signature)]
        for one in chain.sealed
    ]
    digest = "0" * 64
    _fits(_json(spoken, "POST", "/v1/entries", {"entries": sealed}), "POST", "/v1/entries")
    pulled = _json(spoken, "GET", "/v1/entries?after=0")
    assert pulled.json()["entries"]
    _fits(pulled, "GET", "/v1/entries")
    block = {"kind": "receipt", "size": 5, "key": str(uuid4())}
    _fits(_json(spoken, "POST", "/v1/blocks", block), "POST", "/v1/blocks")
    _fits(_json(spoken, "POST", "/v1/blocks", block | {"size": 0}), "POST", "/v1/blocks")
    packs = _json(spoken, "GET", "/v1/catalogue")
    _fits(packs, "GET", "/v1/catalogue")
    newest = base64.b64decode(packs.json()["packs"][0]["digest"]).hex()
    _fits(_json(spoken, "GET", f"/v1/catalogue/{newest}"), "GET", "/v1/catalogue/{digest}")
    _fits(_json(spoken, "GET", f"/v1/catalogue/{digest}"), "GET", "/v1/catalogue/{digest}")
    _fits(_json(spoken, "GET", f"/v1/sheets/{digest}"), "GET", "/v1/sheets/{digest}")
    _fits(_json(spoken, "GET", "/v1/sheets/x"), "GET", "/v1/sheets/{digest}")
    _fits(_json(spoken, "POST", f"/v1/sheets/{digest}/lost"), "POST", "/v1/sheets/{digest}/lost")
    _fits(_json(spoken, "GET", "/v1/people"), "GET", "/v1/people")
    asked = {"user": "clerk", "password": "practice"}
    _fits(_json(spoken, "POST", "/v1/sign-in", asked), "POST", "/v1/sign-in")
    _fits(_json(spoken, "POST", "/v1/sign-in", asked | {"password": "x"}), "POST", "/v1/sign-in")
    found = _json(spoken, "POST", "/v1/registers/licences", {"number": "001090012345"})
    _fits(found, "POST", "/v1/registers/licences")
    _fits(_json(spoken, "POST", "/v1/token", {"assertion": spoken.assertion()}), "POST", "/v1/token")
    _fits(_json(spoken, "GET", "/v1/health"), "GET", "/v1/health")
    _fits(_json(spoken, "GET", "/v1/ready"), "GET", "/v1/ready")
    enrolment = {"code": spoken.central.code("Q03-spoken"), "public_key": text(b"k" * 32)}
    _fits(_json(spoken, "POST", "/v1/enrol", enrolment), "POST", "/v1/enrol")


@pytest.mark.wire
def test_a_method_that_is_not_there_is_told_which_are(shared_central: CentralProcess) -> None:
    for path, methods in DOCUMENT["paths"].items():
        # `/v1/sheets/states` is also an address of the form `/v1/sheets/{digest}`.
        fitting = [other for other in DOCUMENT["paths"] if re.fullmatch(re.sub(r"{\w+}", "[^/{]+", other), path)]
        there = {*methods, *(method for other in fitting for method in DOCUMENT["paths"][other])}
        for method in sorted({"get", "post", "put", "patch", "delete"} - there):
            address = shared_central.url + path.replace("{digest}", "0" * 64)
            headers = {"Connection": "close", "Accept": "application/json"}
            reply = requests.request(method, address, headers=headers, timeout=30)
            assert (reply.status_code, reply.json()["code"]) == (405, "METHOD_WRONG")
            assert {one.strip().lower() for one in reply.headers["Allow"].split(",")} - {"head"} == set(methods)


# ---- anything that the description allows, and much that it does not


class _Signed(requests.auth.AuthBase):
    """Signs whatever is sent, as the program of a station does; or as a thief who has only the token."""

    def __init__(self, station: Station, seed: bytes = b"") -> None:
        self._station = station
        self._seed = seed

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        body = prepared.body or b""
        sent = body.encode() if isinstance(body, str) else body
        assert isinstance(sent, bytes)
        assert prepared.method
        prepared.headers["Authorization"] = f"Bearer {self._station.token}"
        proof = self._station.proof(prepared.method, prepared.path_url, sent, seed=self._seed)
        prepared.headers[wire.PROOF_HEADER] = proof
        return prepared


schemathesis.openapi.format("octets", st.binary(max_size=80).map(lambda data: base64.b64encode(data).decode()))
schemathesis.openapi.media_type(
    MEDIA,
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**63), 2**64 - 1)
            | st.text(max_size=40)
            | st.binary(max_size=80),
            lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
            max_leaves=20,
        ).map(wire.pack),
    ),
)


def _with_octets(schema: Any) -> Any:
    """The same description; what is base64 there is generated as such."""
    if isinstance(schema, dict):
        octets = {"format": "octets"} if schema.get("contentEncoding") == "base64" else {}
        return {name: _with_octets(value) for name, value in schema.items()} | octets
    return [_with_octets(one) for one in schema] if isinstance(schema, list) else schema


def _asked() -> Iterator[Any]:
    """Every operation as it may be asked, and as it may not where there is anything to get wrong."""
    described = schemathesis.openapi.from_dict(_with_octets(DOCUMENT))
    for found in described.get_all_operations():
        operation = found.ok()
        raw = operation.definition.raw
        yield pytest.param(operation, GenerationMode.POSITIVE, id=f"{operation.label}-allowed")
        if raw.keys() & {"security", "parameters", "requestBody"}:
            yield pytest.param(operation, GenerationMode.NEGATIVE, id=f"{operation.label}-wrong")


CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A station of a central that is as patient with nonsense as this test needs."""
    bounds = Bounds(Budgets(wrong=10**6, wrong_codes=10**6, address_enrol=10**6))
    peer = CentralProcess(tmp_path_factory.mktemp("fuzzed"), bounds=bounds)
    peer.start()
    yield Station.enrolled(peer, "Q01-fuzzed", "clerk")
    peer.close()


@pytest.fixture(scope="module")
def line() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.mark.wire
@pytest.mark.parametrize(("operation", "mode"), list(_asked()))
def test_whatever_is_asked_the_answer_is_one_that_was_told(
    fuzzed: Station, line: requests.Session, operation: Any, mode: GenerationMode
) -> None:
    """No mistake of central's, no answer that nobody was told of, and nothing at all for who has no key.

    `pytest --hypothesis-seed=N` repeats a run; QUAY_FUZZ_EXAMPLES=500 in the environment looks longer than the suite.
    """
    guarded = bool(operation.definition.raw.get("security"))

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), forged=st.booleans())
    def run(case: Any, forged: bool) -> None:
        if isinstance(case.query, dict) and str(case.query.get("wait", "")).isdecimal():
            # A minute for each example would be long; `test_news` waits.
            case.query["wait"] = 0
        how = {"base_url": fuzzed.central.url, "session": line, "headers": {"Accept": "application/json"}}
        response = case.call(**how, auth=_Signed(fuzzed), timeout=30)
        case.validate_response(response, checks=CHECKS)
        if guarded:
            auth = _Signed(fuzzed, seed=b"t" * 32) if forged else None
            refused = case.call(**how, auth=auth, timeout=30)
            assert refused.status_code in (400, 401), refused.status_code

    run()
