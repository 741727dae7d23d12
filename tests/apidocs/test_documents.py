"""The documents tell of everything that is served, and of nothing else, in valid OpenAPI 3.1."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from adapter.protocols import PROTOCOLS
from adapter.web.application import Application
from adapter.web.protocol import Protocol
from tests.apidocs.documents import METHODS, Document
from tests.apidocs.shop import HEADERS
from tests.protocols.callers import OF_THE_SHAPE

NAMES = [protocol.name for protocol in PROTOCOLS]
EVERY = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def told(app: Application, name: str) -> Document:
    """The document of a protocol."""
    return Document(app, name)


def protocol_of(name: str) -> Protocol:
    """The protocol of this name."""
    return next(protocol for protocol in PROTOCOLS if protocol.name == name)


def table(name: str) -> dict[type[Exception], Any]:
    """The protocol's own table of errors."""
    told = protocol_of(name)
    return dict(told.description(told.settings()).refusals)


@OF_THE_SHAPE
@EVERY
def test_it_is_valid_openapi(told: Document) -> None:
    validator = jsonschema_rs.validator_for(OPENAPI_31)

    assert [fault.message[:300] for fault in validator.iter_errors(told.whole)] == []
    assert told.whole["openapi"] == "3.1.0"


@OF_THE_SHAPE
@EVERY
def test_every_route_and_verb_is_told_of_and_no_other(
    app: Application, told: Document, name: str
) -> None:
    client = app.test_client()
    found = 0

    for rule, path, _ in told.shown.endpoints(app):
        operations = told.whole["paths"][path]
        for method in METHODS:
            if method in ("head", "options"):
                continue
            where = rule.rule.replace("<", "").replace(">", "").replace("card:", "")
            status = client.open(where, method=method.upper(), headers=HEADERS[name]).status_code
            assert (status != 405) == (method in operations), (method, path)
            found += method in operations
    assert found >= sum(1 for _ in told.operations())
    assert {path for _, path, _ in told.operations()} == set(told.templates.values())


@OF_THE_SHAPE
@EVERY
def test_every_code_of_the_table_is_told_of_with_its_status(told: Document, name: str) -> None:
    for row in table(name).values():
        schema = told.whole["components"]["schemas"][f"Refusal{row.status}"]
        assert json.dumps(row.code) in json.dumps(told.whole["components"]["schemas"])
        assert f"| `{row.code}` | {row.status} | {row.words} |" in told.whole["info"]["description"]
        assert told.faults(schema, dict(row.document)) == []


@OF_THE_SHAPE
@EVERY
def test_a_code_goes_with_no_other_status(told: Document, name: str) -> None:
    statuses = {row.status for row in table(name).values()}

    for row in table(name).values():
        mine = {other.status for other in table(name).values() if other.code == row.code}
        for status in statuses - mine:
            schema = told.whole["components"]["schemas"][f"Refusal{status}"]
            assert told.faults(schema, dict(row.document)) != []


@OF_THE_SHAPE
@EVERY
def test_everything_that_is_sent_or_answered_is_explained(told: Document) -> None:
    schemas = told.whole["components"]["schemas"]
    silent = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, shape in schema.get("properties", {}).items()
        # What stands elsewhere is explained here or there.
        if "description" not in shape | schemas.get(shape.get("$ref", "").rpartition("/")[2], {})
    ]
    for method, path, operation in told.operations():
        assert operation["summary"] and operation["description"], (method, path)
        silent += [
            f"{method} {path} {parameter['name']}"
            for parameter in operation.get("parameters", [])
            if "description" not in parameter
        ]
        assert all(answer["description"] for answer in operation["responses"].values())
    silent += [name for name, one in told.headers.items() if "description" not in one]

    assert silent == []


@OF_THE_SHAPE
def test_what_a_process_chooses_shows_in_its_document(make_app) -> None:
    app = make_app(KOSHELEK_UNAUTHORIZED_STATUS=422, KOSHELEK_OFFERS_PATH="/v1/news/<card>")
    told = Document(app, "koshelek")
    statuses = {status for _, _, one in told.operations() for status in one["responses"]}

    assert statuses == {"200", "404", "405", "422"}
    assert "/v1/news/{card}" in told.whole["paths"]
    assert "/v1/push" not in told.whole["paths"]


@OF_THE_SHAPE
@EVERY
def test_the_servers_are_where_it_answers(make_app, name: str) -> None:
    variable = name.upper()
    both = Document(make_app(), name)
    moved = Document(make_app(**{f"{variable}_ROOT": "no", f"{variable}_PREFIX": "/a/b"}), name)

    assert [server["url"] for server in both.whole["servers"]] == ["/", f"/{name}"]
    assert [server["url"] for server in moved.whole["servers"]] == ["/a/b"]
    assert moved.whole["paths"] == both.whole["paths"]


@OF_THE_SHAPE
def test_an_answer_nobody_told_of_is_noticed(app: Application) -> None:
    told = Document(app, "koshelek")
    operation = told.operation_at("GET", "/v1/card/1")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Request-ID": "a" * 32,
        "Cache-Control": "no-store",
    }
    good = json.dumps(operation["responses"]["200"]["content"].popitem()[1]["examples"])
    card = json.loads(good)["card"]["value"]

    def faults(body: Any, status: int = 200, **changes: str) -> list[str]:
        fresh = Document(app, "koshelek").operation_at("GET", "/v1/card/1")
        sent = headers | changes
        return told.faults_of_answer(fresh, status, sent, json.dumps(body).encode())

    assert faults(card) == []
    assert faults(card | {"more": "of it"}) != []
    assert faults({"card": card["card"] | {"cardState": "lost"}}) != []
    assert faults({"card": card["card"] | {"cardNumber": 7700000041}}) != []
    assert faults(card, status=201) != []
    assert faults(card, **{"Content-Type": "text/html"}) != []
