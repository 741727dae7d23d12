"""Sections 2, 3 and 10: rules for every answer of a run, judged when all the others are done."""

from __future__ import annotations

import re

from adapter.checks import Answer, OverAll, every
from adapter.checks.wire import Rule, leaves, objects
from adapter.protocols.fidelizacion.check import documents

STATUSES = frozenset({200, 400, 401, 403, 404, 405, 413, 415, 429})
_PATH = re.compile(r"(body|headers)(\.[^.\[\]\s]+)*")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")
_INSTANTS = ("expiresAt", "validFrom", "validUntil")
_POSITIVE = frozenset({"amount", "totalDiscount"})
# Codes that always blame a part of the request, and codes that blame none (section 2.2).
_BLAMING = frozenset({"203", "1001", "4000001", "4000002", "4000003", "4030001"})
_BLAMELESS = frozenset({"407", "500"})
NEVER_SENT = frozenset(
    {"4001012", "BAD_REQUEST", "MEMBER_NOT_FOUND", "4000000", "4007014"},
)


def successes(rule: Rule, *calls: str) -> OverAll:
    """A check of the rule over all successes, or over those of these calls."""
    return every(
        rule,
        where=lambda a: documents.is_success(a) and (not calls or a.purpose in calls),
    )


def refusals(rule: Rule) -> OverAll:
    """A check of the rule over all refusals."""
    return every(
        rule, where=lambda a: a.method != "HEAD" and (a.status >= 300 or bool(documents.error(a)))
    )


def breakdown_fault(answer: Answer) -> str | None:
    """A 5xx, which makes terminals repeat."""
    return f"status {answer.status}" if answer.status >= 500 else None


def status_fault(answer: Answer) -> str | None:
    if answer.status not in STATUSES:
        return f"status {answer.status} is none that section 10 knows"
    if documents.is_success(answer) and answer.status != 200:
        return f"a success with status {answer.status}"
    return None


def word_fault(answer: Answer) -> str | None:
    """One of the two words, and beside a status of failure only the second."""
    if answer.method == "HEAD":
        return None
    word = documents.status(answer)
    words = ("success", "error") if answer.status < 300 else ("error",)
    return None if word in words else f"status is {word!r}, not {' or '.join(words)}"


def data_fault(answer: Answer) -> str | None:
    if isinstance(documents.body(answer).get("data"), dict):
        return None
    return "a success without the object data"


def mirror_fault(answer: Answer) -> str | None:
    """Each key of data stands at the top level as well."""
    document = documents.body(answer)
    data = document.get("data")
    for name, value in data.items() if isinstance(data, dict) else ():
        if name not in documents.ENVELOPE and (name not in document or document[name] != value):
            return f"data.{name} is not repeated at the top level"
    return None


def overwritten_fault(answer: Answer) -> str | None:
    """The mirror leaves status, message and error alone."""
    document = documents.body(answer)
    if "error" in document:
        return "a success with an error"
    if not isinstance(document.get("message", ""), str):
        return "message is no text"
    return None


def error_fault(answer: Answer) -> str | None:
    """One error with a code and a message, perhaps a path, and nothing else."""
    found = documents.error(answer)
    if not isinstance(found.get("message"), str) or not found["message"]:
        return "there is no error.message"
    if "code" not in found:
        return "there is no error.code"
    unknown = sorted(found.keys() - {"code", "message", "path"})
    if unknown or "errors" in documents.body(answer):
        return f"the error has {', '.join(unknown) or 'a list'} besides"
    return None


def code_fault(answer: Answer) -> str | None:
    found = documents.error(answer).get("code")
    return None if found is None or isinstance(found, str) else f"error.code is {found!r}, no text"


def path_form_fault(answer: Answer) -> str | None:
    found = documents.error(answer).get("path", "body")
    if isinstance(found, str) and _PATH.fullmatch(found):
        return None
    return f"error.path is {found!r}"


def path_use_fault(answer: Answer) -> str | None:
    code, path = documents.code(answer), documents.path(answer)
    if code in _BLAMING and path is None:
        return f"{code} names no path"
    return f"{code} blames {path}" if code in _BLAMELESS and path is not None else None


def data_in_error_fault(answer: Answer) -> str | None:
    return "a refusal with data" if "data" in documents.body(answer) else None


def never_sent_fault(answer: Answer) -> str | None:
    code = documents.code(answer)
    return f"code {code} belongs to another version" if code in NEVER_SENT else None


def null_fault(answer: Answer) -> str | None:
    found = [place for place, value in leaves(answer.document) if value is None]
    return f"{found[0]} is null" if found else None


def balance_fault(answer: Answer) -> str | None:
    """Balances are whole numbers, both of them, wherever they are given."""
    payload = documents.payload(answer)
    given = "newBalance" in payload or {"points", "credit"} & documents.member(answer).keys()
    if given and documents.balances(answer) is None:
        return "points and credit are not both whole numbers"
    return None


def discount_fault(answer: Answer) -> str | None:
    """Discounts of a preview are positive."""
    payload = documents.payload(answer)
    deals = objects(payload.get("appliedDeals"))
    assets = objects(payload.get("usedAssets"))
    deals += objects([asset.get("discount") for asset in assets])
    amounts = [deal.get("amount") for deal in deals]
    amounts.append(payload.get("totalDiscount", 0))
    odd = [amount for amount in amounts if not documents.is_whole(amount) or amount < 0]
    return f"a discount is {odd[0]!r}" if odd else None


def instant_fault(answer: Answer) -> str | None:
    """Instants are in UTC and say so."""
    for place, value in leaves(answer.document):
        if place.rpartition(".")[2] in _INSTANTS and not _INSTANT.fullmatch(str(value)):
            return f"{place} is {value!r}, no instant in UTC with Z"
    return None
