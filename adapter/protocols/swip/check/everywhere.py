"""§1 and §4.6 to §4.8: rules for every answer of a run, judged when all the others are done."""

from __future__ import annotations

import re
from collections.abc import Callable

from adapter.checks import Answer, NotTested, OverAll, wire
from adapter.checks.exchange import Number
from adapter.protocols.swip.check.expect import document
from adapter.protocols.swip.check.play import Play, Refusal

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def is_refusal(answer: Answer) -> bool:
    return answer.status >= 300


def shows_balance(answer: Answer) -> bool:
    return answer.status == 200 and bool({"points", "balance"} & document(answer).keys())


def object_fault(answer: Answer) -> str | None:
    """Anything but one JSON object in UTF-8."""
    fault = wire.encoding_fault(answer) or wire.bom_fault(answer)
    return fault or (None if isinstance(answer.document, dict) else "the body is no object")


def cache_fault(answer: Answer) -> str | None:
    directives = answer.headers.get("Cache-Control", "").lower()
    return None if "no-store" in directives else "a balance without Cache-Control: no-store"


def error_fault(answer: Answer) -> str | None:
    """An error without its type, or whose number is no integer."""
    found = document(answer)
    if found.get("@type") != "ApiError":
        return f"@type is {found.get('@type')!r}"
    code = found.get("code")
    is_whole = isinstance(code, Number) and code.text.isdecimal()
    return None if is_whole else f"code is {code!r}, no integer"


def field_errors_fault(answer: Answer) -> str | None:
    """Neither null nor objects that say what is wrong with which field."""
    found = document(answer).get("fieldErrors")
    if found is None:
        return None
    if not isinstance(found, list) or not found:
        return "fieldErrors is neither null nor a list of objects"
    for each in found:
        told = each if isinstance(each, dict) else {}
        texts = [told.get(name) for name in ("field", "message", "objectName")]
        if not all(isinstance(text, str) and text for text in texts):
            return "fieldErrors without field, message and objectName"
    return None


def timestamp_fault(answer: Answer) -> str | None:
    found = document(answer).get("timestamp")
    return None if _TIMESTAMP.fullmatch(str(found)) else f"timestamp is {found!r}"


def keys_fault(answer: Answer) -> str | None:
    """All five, and something said."""
    found = document(answer)
    missing = {"@type", "code", "timestamp", "description", "fieldErrors"} - found.keys()
    if missing:
        return f"{', '.join(sorted(missing))} is missing"
    return None if found["description"] else "the description is empty"


def refusals(fault: Callable[[Refusal], str | None], *, vendors: bool) -> OverAll:
    """A check of what was to be refused: with the vendor's one number, or with ours (D17)."""

    def check(play: Play) -> str:
        found = {id(one.answer): one for one in play.refusals if (one.code == 9) is vendors}
        if not found:
            raise NotTested("nothing of this kind was refused")
        return wire.judge((one.answer for one in found.values()), lambda a: fault(found[id(a)]))

    return OverAll(check)


def number_fault(refusal: Refusal) -> str | None:
    found = document(refusal.answer).get("code")
    return None if str(found) == str(refusal.code) else f"code is {found}, not {refusal.code}"


def description_fault(refusal: Refusal) -> str | None:
    found, wanted = document(refusal.answer).get("description"), refusal.description
    return None if wanted in (None, found) else f"says {found!r}, not {wanted!r}"


def blame_fault(refusal: Refusal) -> str | None:
    """Other fields blamed than those that are wrong; null where none is."""
    found = wire.objects(document(refusal.answer).get("fieldErrors"))
    blamed = {str(each.get("field")) for each in found}
    if blamed == set(refusal.fields):
        return None
    return f"blames {sorted(blamed) or 'nothing'}, not {sorted(refusal.fields) or 'nothing'}"
