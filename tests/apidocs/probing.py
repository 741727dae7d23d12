"""Schemathesis over a document and the application that serves it, in this process."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

import schemathesis
from hypothesis.errors import HypothesisWarning
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.engine import events, from_schema
from schemathesis.engine.events import EngineFinished
from schemathesis.engine.recorder import ScenarioRecorder

SEED = 20260504
# Numbers that a double holds only in part are refused before anything is looked at.
OUT_OF_REACH = re.compile(r"[0-9]e-3[0-9][0-9]")


@schemathesis.deserializer("application/json")
def read(_context: Any, response: Response) -> Any:
    """The document of a body; of one without any byte an empty text, as the documents say."""
    return json.loads(response.content) if response.content else ""


# The ends of refusals that blame what no schema can tell: that one of two parameters has to be
# there and both have to name one customer, that two fields must not differ, decimals that binary
# numbers cannot be told apart by, which days a month has and which have come, sums of several
# lines, lines unlike each other.
BEYOND = (
    "Either 'phone' or 'pass' is required",
    "belongs to another customer than the other one",
    "contradicts the other name",
    "must have at most 15 decimals",
    "must have no more than 15 decimal places",
    "must be in ISO 8601 date format",
    "is no day of the calendar",
    "lies in the future",
    "totalAmount must be greater than or equal to 0",
    "lineId must be unique",
    "netAmount must be a safe number",
    "must be worth a sum that can be kept",
)


@schemathesis.check
def valid_data_is_not_refused_for_its_shape(_context: Any, response: Response, case: Any) -> None:
    """A request that obeys the document may be refused, but not as one that does not."""
    if case.meta is None or not case.meta.generation.mode.is_positive or not response.content:
        return
    if OUT_OF_REACH.search(str(case.body)):
        return
    blames_shape = BLAMES_SHAPE[case.operation.schema.raw_schema["x-protocol"]]
    answer = json.loads(response.content)
    assert not blames_shape(case, answer), f"refused: {response.content.decode()[:300]}"


def _of_a_card(case: Any, answer: Any) -> bool:
    if not isinstance(answer, dict) or answer.get("code") not in ("004", "005"):
        return False
    # Of whom a promotion is, and which receipt, is looked at after the shape; and so is whether a
    # day has come yet.
    says = answer["description"]
    later = says.startswith(("Номер", "QR")) and "/promo/" in case.path
    return not later and says not in (
        "Неверно заполнено: startDate",
        "Неверно заполнено: birthDate",
    )


def _of_a_till(_case: Any, answer: Any) -> bool:
    error = answer.get("error", {})
    if error.get("message", "").endswith(BEYOND):
        return False
    return error.get("code") in ("1001", "4000001", "4000002", "4000003")


def _of_a_plugin(_case: Any, answer: Any) -> bool:
    says = [answer.get("description"), *(f["message"] for f in answer.get("fieldErrors") or ())]
    if any(str(text).endswith(BEYOND) for text in says):
        return False
    return answer.get("code") in (1010, 1011)


# Whether a refusal says that the request is not what the document wants.
BLAMES_SHAPE = {"koshelek": _of_a_card, "fidelizacion": _of_a_till, "swip": _of_a_plugin}


def found(
    app: Any,
    protocol: str,
    document: dict[str, Any],
    *,
    headers: dict[str, str],
    examples: int = 10,
    parameters: dict[str, Any] | None = None,
    phases: tuple[str, ...] = ("examples", "coverage", "fuzzing"),
) -> tuple[list[str], int]:
    """What Schemathesis finds fault with, and how many requests it made."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "headers": headers,
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
                # No text may hold it, in any field: the pages say so, and other tests try it.
                "allow-x00": False,
            },
            "parameters": parameters or {},
            "continue-on-failure": True,
            "workers": 1,
            # Words of our own modules, for what is drawn alone: reading them takes a while.
            "analysis": {"constants": {"enabled": "fuzzing" in phases}},
            "checks": {
                # Replaced by a check that knows what a refusal blames.
                "positive_data_acceptance": {"enabled": False},
                "negative_data_rejection": {"expected-statuses": ["4xx"]},
                # Its probes do not know WSGI; who is refused is looked at by tests of its own.
                "ignored_auth": {"enabled": False},
            },
            "phases": {
                name: {"enabled": name in phases}
                for name in ("examples", "coverage", "fuzzing", "stateful")
            },
        }
    )
    schema = schemathesis.openapi.from_dict(document | {"x-protocol": protocol}, config=config)
    schema.app = app
    faults: list[str] = []
    requests = 0
    with warnings.catch_warnings():
        # What it makes up may be too long to be shown.
        warnings.simplefilter("ignore", HypothesisWarning)
        happened = list(from_schema(schema).execute())
    for event in happened:
        if isinstance(event, events.ScenarioFinished):
            requests += len(event.recorder.interactions)
            faults += _faults(event.recorder)
        elif isinstance(event, events.NonFatalError):
            faults.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, EngineFinished):
            faults += [f"{fault.title}: {fault.message}" for fault in event.failures]
    return faults, requests


def _faults(recorder: ScenarioRecorder) -> Iterator[str]:
    for nodes in recorder.checks.values():
        for node in nodes:
            if node.failure_info is not None:
                fault = node.failure_info.failure
                sample = node.failure_info.code_sample
                yield f"{recorder.label}: {fault.title}: {fault.message}\n{sample}"
