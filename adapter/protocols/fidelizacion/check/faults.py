"""Section 9: each refusal seen in the run has the HTTP status and the message of its row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from adapter.checks import Answer, NotTested
from adapter.checks.wire import judge
from adapter.protocols.fidelizacion.check import documents
from adapter.protocols.fidelizacion.check.envelope import answers
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


def row(code: str) -> Callable[[Play], str]:
    """A check of every refusal with this code."""
    return lambda play: _judge(play, code, ROWS[code].fault)


def _judge(play: Play, code: str, fault: Callable[[Answer], str | None]) -> str:
    found = [answer for answer in answers(play) if documents.code(answer) == code]
    if not found:
        raise NotTested("this refusal did not come up")
    return judge(found, fault)


def taken(play: Play) -> str:
    def fault(answer: Answer) -> str | None:
        shown = documents.message(answer)
        if answer.status != 200:
            return f"204 with status {answer.status}, not 200"
        return None if _TAKEN.fullmatch(shown) else f"204 says {shown!r}"

    return _judge(play, "204", fault)


def too_little(play: Play) -> str:
    def fault(answer: Answer) -> str | None:
        shown = documents.message(answer)
        if answer.status != 200:
            return f"407 with status {answer.status}, not 200"
        return None if _TOO_LITTLE.fullmatch(shown) else f"407 says {shown!r}"

    return _judge(play, "407", fault)


def wrong_field(play: Play) -> str:
    """A wrong field is a 400, whatever is wrong with it."""
    return _judge(
        play, "1001", lambda answer: None if answer.status == 400 else f"status {answer.status}"
    )


def no_object(play: Play) -> str:
    def fault(answer: Answer) -> str | None:
        shown = documents.message(answer)
        return None if shown == "body must be of type object" else f"says {shown!r}"

    found = [
        answer
        for answer in answers(play)
        if documents.code(answer) == "1001" and not _sent_object(answer)
    ]
    return judge(found, fault)


def _sent_object(answer: Answer) -> bool:
    return answer.request_body.lstrip()[:1] in (b"{", b"")


def allowed_method(play: Play) -> str:
    """A 405 says which method it would be."""

    def fault(answer: Answer) -> str | None:
        value = answer.headers.get("Allow", "")
        methods = {method.strip() for method in value.split(",")}
        return None if "POST" in methods else f"Allow is {value!r}"

    return _judge(play, "4050000", fault)


def retry_after(play: Play) -> str:
    return _judge(
        play,
        "4290000",
        lambda answer: None if answer.headers.get("Retry-After") else "there is no Retry-After",
    )


def known_fault(answer: Answer) -> str | None:
    """A code that section 9 does not have."""
    code = documents.code(answer)
    if code is None or code in ROWS or code in _OTHERS:
        return None
    return f"code {code} is none of section 9"
