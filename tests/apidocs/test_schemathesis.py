"""Schemathesis finds nothing: no answer breaks its document, whatever is asked."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from adapter.web.application import Application
from tests.apidocs.documents import document_of
from tests.apidocs.probing import found
from tests.apidocs.shop import CARD, HEADERS, POOLED
from tests.protocols.callers import OF_THE_SHAPE

PROTOCOLS = sorted(HEADERS)
# Who knows neither the key nor anything else.
STRANGERS = {
    "koshelek": [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer x"}],
    "fidelizacion": [{}, {"x-api-key": "guess"}],
    "swip": [{}, {"Authorization": "Bearer guess"}],
}
REFUSED = {"koshelek": 401, "fidelizacion": 401, "swip": 401}


# Parts of documents that one test each looks at, by how their paths begin.
PARTS = [
    ("koshelek", "/v1/card"),
    ("koshelek", "/v1/promo"),
    ("koshelek", "/v1/o"),
    ("koshelek", "/v1/push"),
    ("fidelizacion", "/v1/member/register"),
    ("fidelizacion", "/v1/member/update"),
    ("fidelizacion", "/v1/member/details"),
    ("fidelizacion", "/v1/member/shortCode"),
    ("fidelizacion", "/v1/payment"),
    ("fidelizacion", "/v1/transaction"),
    ("fidelizacion", "/v1/event"),
    ("swip", "/customer"),
    ("swip", "/pos-orders"),
]
EVERY_PART = pytest.mark.parametrize("name, beginning", PARTS)


def document(app: Application, name: str, beginning: str = "/") -> dict[str, Any]:
    """A part of a protocol's document, to be tried where the vendor documents it."""
    whole = deepcopy(document_of(app, name).whole)
    paths = {path: item for path, item in whole["paths"].items() if path.startswith(beginning)}
    return whole | {"servers": [{"url": "/"}], "paths": paths}


@OF_THE_SHAPE
def test_every_call_is_in_a_part(app: Application) -> None:
    for name in PROTOCOLS:
        beginnings = tuple(part for of, part in PARTS if of == name)
        assert all(path.startswith(beginnings) for path in document_of(app, name).whole["paths"])


@OF_THE_SHAPE
@EVERY_PART
def test_every_value_that_a_schema_tells_apart(app: Application, name: str, beginning: str) -> None:
    faults, requests = found(
        app,
        name,
        document(app, name, beginning),
        headers=HEADERS[name],
        phases=("examples", "coverage"),
    )

    assert faults == []
    assert requests > 5


@EVERY_PART
def test_values_that_nobody_thought_of(app: Application, name: str, beginning: str) -> None:
    faults, requests = found(
        app,
        name,
        document(app, name, beginning),
        headers=HEADERS[name],
        phases=("fuzzing",),
        examples=6,
    )

    assert faults == []
    assert requests > 5


@OF_THE_SHAPE
@pytest.mark.parametrize("number", [CARD, POOLED])
def test_cards_that_are_there(app: Application, number: str) -> None:
    faults, requests = found(
        app,
        "koshelek",
        document(app, "koshelek", "/v1/card/"),
        headers=HEADERS["koshelek"],
        phases=("fuzzing",),
        parameters={"path.number": number},
        examples=6,
    )

    assert faults == []
    assert requests > 20


@OF_THE_SHAPE
@pytest.mark.parametrize("name", PROTOCOLS)
def test_strangers_are_refused_as_the_document_says(app: Application, name: str) -> None:
    told = document_of(app, name)
    client = app.test_client()

    for headers in STRANGERS[name]:
        for method, path, operation in told.operations():
            answer = client.open(
                path.replace("{", "").replace("}", ""), method=method, headers=headers
            )

            assert answer.status_code == REFUSED[name], (method, path)
            assert (
                told.faults_of_answer(operation, answer.status_code, answer.headers, answer.data)
                == []
            )


@OF_THE_SHAPE
@pytest.mark.parametrize("name", PROTOCOLS)
def test_with_wrong_credentials_it_finds_nothing_either(app: Application, name: str) -> None:
    wrong = HEADERS[name] | STRANGERS[name][1]

    faults, requests = found(
        app, name, document(app, name), headers=wrong, phases=("fuzzing",), examples=2
    )

    assert faults == []
    assert requests > 10
