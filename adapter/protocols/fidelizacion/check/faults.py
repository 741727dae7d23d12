"""Section 9: each refusal seen in the run has the HTTP status and the message of its row."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapter.checks import Answer, NotTested, OverAll, every
from adapter.checks.wire import Rule, judge
from adapter.protocols.fidelizacion.check import documents
from adapter.protocols.fidelizacion.check.play import Play


@dataclass(frozen=True)
class Row:
    """One row of the table of errors; `says` holds `<header>` where the path names one."""

    code: str
    says: str
    http: int

    def fault(self, answer: Answer) -> str | None:
        """What of the answer is not as the row has it."""
        shown, wanted = documents.message(answer), self._wanted(answer)
        if answer.status != self.http:
            return f"{self.code} with status {answer.status}, not {self.http}"
        return None if shown == wanted else f"{self.code} says {shown!r}, not {wanted!r}"

    def _wanted(self, answer: Answer) -> str:
        header = re.match(r"(?:headers\.)?(.+)", documents.path(answer) or "the")
        return self.says.replace("<header>", header[1] if header else "")


ROWS = {
    row.code: row
    for row in (
        Row("203", "Cannot find any member with the given identifier!", 200),
        Row("4001101", "Member is not active", 200),
        Row("4001102", "The given identifiers belong to different members", 200),
        Row("4006101", "No transaction matches the given confirmation code", 200),
        Row("4006102", "Transaction id was already used with different content", 200),
        Row("4006103", "Transaction was already cancelled", 200),
        Row("4007004", "Invalid verification code", 200),
        Row("4007005", "A verification code was sent, repeat the request with it", 200),
        Row("4007009", "Payment amount is over the allowed limit", 200),
        Row("4007010", "Payment amount is below the allowed limit", 200),
        Row("4007101", "No payment matches the given confirmation code", 200),
        Row("4007102", "Cancellation amount does not match the payment", 200),
        Row("4008101", "Asset not found for this member", 200),
        Row("4008102", "Asset is not redeemable", 200),
        Row("4010000", "Missing or invalid API key", 401),
        Row("4000001", "<header> header is required", 400),
        Row("4000002", "Request body is not valid JSON", 400),
        Row("4000003", "<header> header has an invalid value", 400),
        Row("4030001", "Branch is not registered for this API key", 403),
        Row("4040000", "Not Found", 404),
        Row("4050000", "Method not allowed", 405),
        Row("4130000", "Request body is too large", 413),
        Row("4150000", "Content-Type must be application/json", 415),
        Row("4290000", "Too many requests", 429),
    )
}
# The table has no words for an externalId that is taken; these follow the others.
_TAKEN = re.compile("Member already exists with the same (phone number|email|external ?[iI]d)!")
_TOO_LITTLE = re.compile(
    r"(credit|points)Balance balance for members is insufficient to process the payment!"
)
_OTHERS = {"204", "407", "500", "1001"}


def row(code: str) -> OverAll:
    """A check of every refusal with this code."""
    return _of(code, ROWS[code].fault)


def _of(code: str, fault: Rule) -> OverAll:
    def check(play: Play) -> str:
        found = [answer for answer in play.judged() if documents.code(answer) == code]
        if not found:
            raise NotTested("this refusal did not come up")
        return judge(found, fault)

    return OverAll(check)


def _says(code: str, pattern: re.Pattern[str]) -> OverAll:
    def fault(answer: Answer) -> str | None:
        shown = documents.message(answer)
        if answer.status != 200:
            return f"{code} with status {answer.status}, not 200"
        return None if pattern.fullmatch(shown) else f"{code} says {shown!r}"

    return _of(code, fault)


def _object_fault(answer: Answer) -> str | None:
    shown = documents.message(answer)
    return None if shown == "body must be of type object" else f"says {shown!r}"


def _sent_no_object(answer: Answer) -> bool:
    begins = answer.request_body.lstrip()[:1]
    return documents.code(answer) == "1001" and begins not in (b"{", b"")


def _allow_fault(answer: Answer) -> str | None:
    value = answer.headers.get("Allow", "")
    methods = {method.strip() for method in value.split(",")}
    return None if "POST" in methods else f"Allow is {value!r}"


taken, too_little = _says("204", _TAKEN), _says("407", _TOO_LITTLE)
# A wrong field is a 400, whatever is wrong with it.
wrong_field = _of("1001", lambda a: None if a.status == 400 else f"status {a.status}")
no_object = every(_object_fault, where=_sent_no_object)
allowed_method = _of("4050000", _allow_fault)
retry_after = _of(
    "4290000", lambda a: None if a.headers.get("Retry-After") else "there is no Retry-After"
)


def known_fault(answer: Answer) -> str | None:
    """A code that section 9 does not have."""
    code = documents.code(answer)
    if code is None or code in ROWS or code in _OTHERS:
        return None
    return f"code {code} is none of section 9"
