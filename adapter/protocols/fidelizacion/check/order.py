"""Section 1.3: which of two faults of one request is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from adapter.checks import HOSTILE, Answer, Failed, NoAnswer, NotTested
from adapter.checks.people import reference
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.play import Play, sale

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a request, and the step of 1.3 that must notice it."""

    step: int
    name: str
    code: str
    rank: int = 0  # among those of one step, where they have an order

    @property
    def place(self) -> tuple[int, int]:
        return self.step, self.rank


_PATH, _METHOD = Fault(1, "path", "4040000"), Fault(1, "method", "4050000")
_KEY = Fault(2, "x-api-key", "4010000")
_HEADERS = tuple(
    Fault(3, name, "4000001", rank)
    for rank, name in enumerate(("x-branch-id", "x-pos-id", "x-source-type", "x-source-name"))
)
_BRANCH = Fault(4, "branch not registered", "4030001")
_KIND, _SIZE = Fault(5, "content type", "4150000"), Fault(5, "size", "4130000")
_JSON, _FIELD, _NOBODY = (
    Fault(6, "JSON", "4000002"),
    Fault(7, "field", "1001"),
    Fault(8, "unknown member", "203"),
)
FAULTS = (_PATH, _METHOD, _KEY, *_HEADERS, _BRANCH, _KIND, _SIZE, _JSON, _FIELD, _NOBODY)


def send(play: Play, *faults: Fault, key: str | None = None) -> Answer:
    """The answer to a reading call with these things wrong; `key` is shown instead of none."""
    headers: dict[str, str | None] = {"Content-Type": "application/json"}
    for fault in faults:
        if fault in (_KEY, *_HEADERS):
            headers[fault.name] = None
    if key is not None:
        headers["x-api-key"] = key
    if _BRANCH in faults:
        headers.setdefault("x-branch-id", reference())
    if _KIND in faults:
        headers["Content-Type"] = "text/plain"
    return play.client.send(
        "PUT" if _METHOD in faults else "POST",
        "/v1/member/nowhere" if _PATH in faults else "/v1/member/details",
        body=_body(play, faults),
        headers=headers,
        purpose=HOSTILE if _SIZE in faults else "",
        may_be_cut=_SIZE in faults,
    )


def _body(play: Play, faults: tuple[Fault, ...]) -> bytes:
    member = play.person().phone if _NOBODY in faults else play.anna.person.phone
    document: dict[str, object] = {"member": {"phoneNumber": member}}
    if _FIELD in faults:
        document["transaction"] = sale(totalAmount="2400")
    content = json.dumps(document).encode()
    if _JSON in faults:
        content = content[:-1]
    return content + b" " * _MIB if _SIZE in faults else content


def _pairs(step: int) -> Iterator[tuple[Fault, Fault]]:
    """Every two faults that one request can have, the first being of this step."""
    for first, second in combinations(FAULTS, 2):
        no_body = first is _JSON and second in (_FIELD, _NOBODY)
        unlisted = first is _HEADERS[0] and second is _BRANCH
        if first.step == step and not no_body and not unlisted:
            yield first, second


def step_is_before_the_next(play: Play, step: int) -> str:
    """Of two faults the earlier is answered; two of one step may come in any order."""
    pairs = list(_pairs(step))
    for first, second in pairs:
        answer = send(play, first, second)
        try:
            expect_first(answer, first, second)
        except Failed as fault:
            what = f"{first.name} and {second.name} are wrong: {fault.detail}"
            raise Failed(what, fault.exchange) from fault
    return f"{len(pairs)} pairs"


def expect_first(answer: Answer, first: Fault, second: Fault) -> None:
    """Nothing if the answer is that to the first fault."""
    codes = {first.code} if first.place != second.place else {first.code, second.code}
    path = f"headers.{first.name}" if first.step == 3 else None
    expect.refused(answer, *codes, path=path)


def key_first(play: Play) -> str:
    return step_is_before_the_next(play, 2)


def listed_branch(play: Play) -> str:
    if documents.is_success(send(play, _BRANCH)):
        raise NotTested("any branch is accepted: the business keeps no list")
    return step_is_before_the_next(play, 4)


def unregistered_branch(play: Play) -> None:
    answer = send(play, _BRANCH)
    if documents.is_success(answer):
        raise NotTested("any branch is accepted: the business keeps no list")
    expect.refused(answer, "4030001", path="headers.x-branch-id")


def broken_json(play: Play) -> None:
    """Also an empty body, bytes that are not UTF-8, and numbers that JSON does not know."""
    whole = json.dumps({"member": play.anna.by_phone}).encode()
    bodies = (b"", b"{", whole[:-1], whole + b"}", b"\xff" + whole, b'{"a": "\xe9"}', b'{"a": NaN}')
    for body in bodies:
        headers = {"Content-Type": "application/json"}
        answer = play.client.send("POST", "/v1/member/details", body=body, headers=headers)
        expect.refused(answer, "4000002", path="body")


def not_an_object(play: Play) -> None:
    bodies: tuple[object, ...] = ([], "x", 7, None, True)
    for body in bodies:
        expect.refused(play.call("member/details", body), "1001", path="body")


def too_large(play: Play) -> None:
    try:
        answer = send(play, _SIZE)
    except NoAnswer as fault:
        raise Failed(f"{fault.detail}; a refusal can be read only once the body is") from fault
    expect.refused(answer, "4130000")


def wrong_keys(play: Play) -> str:
    """Absent or unknown: one answer for all."""
    right = play.options.api_key
    guesses = {right + "x", right[:-1], right.swapcase(), "unknown", ""} - {right}
    answers = [send(play, _KEY), *(send(play, key=guess) for guess in sorted(guesses))]
    return _all_the_same(answers)


def strangers_learn_nothing(play: Play) -> str:
    """Whatever else is wrong or right with the request, the refusal is the same."""
    later = (*_HEADERS, _KIND, _JSON, _FIELD, _NOBODY)
    answers = [send(play, _KEY), *(send(play, _KEY, fault) for fault in later)]
    return _all_the_same(answers)


def _all_the_same(answers: list[Answer]) -> str:
    for answer in answers:
        expect.refused(answer, "4010000")
        if answer.body != answers[0].body or answer.status != answers[0].status:
            expect.fail(answer, f"differs from the answer {answers[0].text!r}")
    return f"{len(answers)} requests"


def first_field(play: Play) -> None:
    """The first failing field in the order of the tables, top-level fields before nested ones."""
    member, good = play.anna.by_phone, sale()
    wrong = [
        ("payment", {}, "member"),
        ("payment", {"member": member, "payment": {}}, "payment.action"),
        ("transaction", {"transaction": {}}, "transaction.transactionId"),
        ("transaction", {"transaction": {"transactionId": "1"}}, "transaction.dateTime"),
        ("transaction", {"transaction": sale(items=[{}])}, "transaction.items.0.lineId"),
        (
            "transaction",
            {"member": {"phoneNumber": 5}, "transaction": good, "usedAssets": "x"},
            "usedAssets",
        ),
        ("event", {"event": {}}, "event.type"),
        ("member/update", {"member": {"phoneNumber": 5}}, "newMemberData"),
        (
            "member/register",
            {"newMemberData": play.person().profile(email=5, phoneNumber="1")},
            "newMemberData.phoneNumber",
        ),
    ]
    for where, body, place in wrong:
        expect.blamed(play.call(where, body), f"body.{place}")
