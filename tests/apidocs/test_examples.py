"""Everything has an example, and whoever tries a call with them as they are is answered well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.protocols.swip.described import ORDER_ID
from adapter.web.application import Application
from tests.apidocs.documents import Document
from tests.apidocs.shop import PROOFS
from tests.protocols.callers import OF_THE_SHAPE

ROOT = Path(__file__).parents[2]
# Of the vendors' samples, those that are parts of one and not a body or an answer.
NO_CALLS = {"error", "headers"}
# What nobody can know before it is answered: by the path that tells it, its name and its key.
ORDERS = "/pos-orders"
TOLD_BY = {ORDERS: ("order_id", "id")}

EVERY = pytest.mark.parametrize("name", PROOFS)


@pytest.fixture
def told(app: Application, name: str) -> Document:
    """The document of a protocol."""
    return Document(app, name)


def examples(told: Document) -> Iterator[tuple[str, dict[str, Any], list[Any]]]:
    """Each parameter, header, body and answer: what it is, its schema and its examples."""
    for name, header in told.headers.items():
        yield name, header["schema"], [header[key] for key in ("example",) if key in header]
    for method, path, operation in told.operations():
        here = f"{method} {path}"
        for one in operation.get("parameters", ()):
            shown = [one[key] for key in ("example",) if key in one]
            yield f"{here} {one['name']}", one["schema"], shown
        contents = {"body": operation.get("requestBody", {})} | operation["responses"]
        for part, content in contents.items():
            for kind in content.get("content", {}).values():
                shown = [example["value"] for example in kind.get("examples", {}).values()]
                yield f"{here} {part}", kind["schema"], shown


@OF_THE_SHAPE
@EVERY
def test_everything_has_an_example_and_every_example_obeys_its_schema(told: Document) -> None:
    found = list(examples(told))

    assert [what for what, _, shown in found if not shown] == []
    for what, schema, shown in found:
        for value in shown:
            assert told.faults(schema, value) == [], what
    assert len(found) > 50


@EVERY
def test_each_call_is_answered_well_when_tried_with_them_one_after_the_other(
    app: Application, told: Document, name: str
) -> None:
    client = app.test_client()
    known: dict[str, str] = {}

    for method, path, operation in told.operations():
        for place, body in enumerate(bodies(operation)):
            answer = tried(client, (method, path, operation), body, PROOFS[name], known)
            if place == 0:  # the one that a page fills in; of all others the client sees the form
                assert is_well(operation, answer), (method, path, body, answer.text)
                if path in TOLD_BY:
                    variable, key = TOLD_BY[path]
                    known[variable] = answer.json[key]
                if path.startswith(ORDERS):  # no vendor printed them
                    (kind,) = operation["responses"]["200"]["content"].values()
                    (shown,) = kind["examples"].values()
                    text = answer.text.replace(known["order_id"], ORDER_ID)
                    assert json.loads(text) == shown["value"], (method, path)


def bodies(operation: dict[str, Any]) -> list[Any]:
    """The examples of what may be sent, the one in front that a page fills in."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        return [example["value"] for example in content["examples"].values()]
    return [None]


def tried(
    client: FlaskClient,
    call: tuple[str, str, dict[str, Any]],
    body: Any,
    proof: dict[str, str],
    known: dict[str, str],
) -> TestResponse:
    """The answer to a call with nothing typed but what it proves itself with, and what is known."""
    method, path, operation = call
    given: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
    for one in operation.get("parameters", ()):
        given[one["in"]][one["name"]] = one["example"]
    return client.open(
        path.format_map(given["path"] | known),
        method=method,
        query_string=given["query"],
        headers=proof | given["header"],
        data=None if body is None else json.dumps(body),
        content_type="application/json",
    )


def is_well(operation: dict[str, Any], answer: TestResponse) -> bool:
    """Whether it is no refusal, nor an empty search or list where there is something to tell."""
    if "content" not in operation["responses"]["200"]:
        return answer.status_code == 200
    refused = isinstance(answer.json, dict) and answer.json.get("status") == "error"
    return answer.status_code == 200 and not refused and answer.json != []


@EVERY
def test_the_printed_examples_are_the_vendors(name: str) -> None:
    printed = ROOT / "tests" / "protocols" / name / "samples"
    shipped = ROOT / "adapter" / "protocols" / name / "examples"

    for path in printed.glob("*.json"):
        assert (shipped / path.name).read_bytes() == path.read_bytes(), path.name


@OF_THE_SHAPE
@EVERY
def test_every_printed_sample_is_in_the_document(told: Document, name: str) -> None:
    text = json.dumps(told.whole, ensure_ascii=False)
    samples = sorted((ROOT / "tests" / "protocols" / name / "samples").glob("*.json"))

    assert len(samples) >= 8
    for path in samples:
        if path.stem in NO_CALLS:
            continue
        sample = json.loads(path.read_text(encoding="utf-8"))
        for part in [sample[key] for key in ("request",) if key in sample] or [sample]:
            if "path" in part:  # a request that is all in its address
                part = sample["answer"]
            assert json.dumps(part, ensure_ascii=False) in text, path.stem
