"""Section 1: paths, methods, headers, and what every answer looks like on the wire."""

from __future__ import annotations

from typing import Any

from adapter.checks import Answer, wire
from adapter.protocols.fidelizacion.check import documents, expect
from adapter.protocols.fidelizacion.check.play import CALLS, Play, sale

NEEDED = ("x-api-key", "x-branch-id", "x-pos-id", "x-source-type", "x-source-name")
_ASSETS, _BENEFITS = "x-return-assets", "x-return-benefits"


def encrypted(play: Play) -> str:
    return f"{wire.encrypted(play)}; this check speaks no TLS older than 1.2"


def object_fault(answer: Answer) -> str | None:
    """Anything but one JSON object in UTF-8."""
    if answer.method == "HEAD":
        return None
    if not answer.body:
        return "the body is empty"
    fault = wire.encoding_fault(answer) or wire.bom_fault(answer)
    return fault or (None if isinstance(answer.document, dict) else "the body is no object")


def query_is_ignored(play: Play) -> None:
    query = {"colour": "red", "member": "nobody"}
    body = {"member": play.anna.by_phone}
    expect.success(play.client.send("POST", "/v1/member/details", query=query, json=body))


def seven_calls(play: Play) -> str:
    for where in CALLS:
        expect.refused(play.call(where, {}), "1001")
    return f"{len(CALLS)} calls"


def trailing_slash(play: Play) -> None:
    for where in CALLS:
        expect.refused(play.call(f"{where}/", {}), "1001")


def exact_case(play: Play) -> None:
    for where in ("/v1/member/shortcode", "/v1/Member/details", "/V1/event"):
        expect.refused(play.client.send("POST", where, json={}), "4040000")


def unknown_paths(play: Play) -> None:
    for where in ("/v1/member", "/v1/member/delete", "/v1/payments", "/v1/event/1"):
        expect.refused(play.client.send("POST", where, json={}), "4040000")


def only_post(play: Play) -> str:
    for where in CALLS:
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            expect.refused(play.client.send(method, f"/v1/{where}"), "4050000")
    return "4 methods"


def headers_are_needed(play: Play) -> str:
    """Each of the five on each of the seven."""
    for where in CALLS:
        for name in NEEDED:
            expect.denied(play.call(where, _harmless(play, where), headers={name: None}))
    return f"{len(NEEDED)} headers of {len(CALLS)} calls"


def _harmless(play: Play, where: str) -> Any:
    """A body that is in order, so that nothing but the headers can be refused."""
    anna = play.anna
    bodies: dict[str, Any] = {
        "member/register": {"newMemberData": play.person().profile()},
        "member/update": {"member": anna.by_phone, "newMemberData": {"allowedSMS": True}},
        "member/details": {"member": anna.by_phone},
        "member/shortCode": {"action": "get", "member": anna.by_phone},
        "payment": {"member": anna.by_phone, "payment": {"action": "pay", "amount": 1}},
        "transaction": {"transaction": sale()},
        "event": {"event": {"type": "visit", "dateTime": "2025-09-02T09:58:11Z"}},
    }
    return bodies[where]


def blank_is_missing(play: Play) -> None:
    member = play.anna.by_phone
    for name in NEEDED[1:]:
        answer = play.details(member, {name: ""})
        expect.refused(answer, "4000001", path=f"headers.{name}")
    expect.refused(play.details(member, {"x-api-key": ""}), "4010000")


def blanks_are_trimmed(play: Play) -> None:
    """The same branch, so the same sale."""
    told = sale()
    first = expect.success(play.submit(told))
    again = play.submit(told, headers={"x-branch-id": f"{play.options.branch}  "})
    same_sale(again, first)


def same_sale(answer: Answer, first: dict[str, object]) -> None:
    """Nothing if the answer repeats the first one's confirmation code."""
    expect.success(answer)
    expect.fields(
        answer,
        documents.payload(answer),
        {"confirmationCode": first.get("confirmationCode")},
    )


def names_in_any_case(play: Play) -> None:
    options = play.options
    headers: dict[str, str | None] = {
        "X-Api-Key": options.api_key,
        "X-BRANCH-ID": options.branch,
        "X-Pos-Id": options.pos,
        "X-SOURCE-TYPE": "POS",
        "X-Source-Name": "Conformance check",
    }
    lower: dict[str, str | None] = dict.fromkeys(NEEDED)
    expect.success(play.details(play.anna.by_phone, {**lower, **headers}))


def content_type_is_json(play: Play) -> None:
    for kind in (None, "text/plain", "application/x-www-form-urlencoded"):
        expect.denied(play.details(play.anna.by_phone, {"Content-Type": kind}))


def content_type_parameters(play: Play) -> None:
    for kind in ("application/json", "application/json;charset=UTF-8", "Application/JSON ; a=b"):
        expect.success(play.details(play.anna.by_phone, {"Content-Type": kind}))


def sources_are_free_text(play: Play) -> None:
    for kind in ("POS", "Web", "Website", "Kiosk", "Drive-in 24/7", "x" * 64):
        expect.success(play.details(play.anna.by_phone, {"x-source-type": kind}))
    expect.success(play.details(play.anna.by_phone, {"x-source-name": "x" * 128}))


def sources_have_a_limit(play: Play) -> None:
    for name, longest in (("x-source-type", 64), ("x-source-name", 128)):
        answer = play.details(play.anna.by_phone, {name: "x" * (longest + 1)})
        expect.refused(answer, "4000003", path=f"headers.{name}")


def version_is_optional(play: Play) -> None:
    for version in (None, "1.2.3", ""):
        expect.success(play.details(play.anna.by_phone, {"x-source-version": version}))


def assets_header(play: Play) -> None:
    for word in ("active", "inactive", "all"):
        answer = play.details(play.anna.by_phone, {_ASSETS: word})
        expect.success(answer)
        if not isinstance(documents.member(answer).get("assets"), list):
            expect.fail(answer, "member.assets is no list")


def benefits_header(play: Play) -> None:
    for word, wanted in (("true", True), ("TRUE", True), ("false", False), ("False", False)):
        answer = play.details(play.anna.by_phone, {_BENEFITS: word}, transaction=sale())
        shown = "appliedDeals" in expect.success(answer)
        expect.same(answer, "whether there is a preview", shown, wanted)


def bad_return_headers(play: Play) -> None:
    for name, word in ((_ASSETS, "some"), (_ASSETS, "true"), (_BENEFITS, "yes"), (_BENEFITS, "1")):
        answer = play.details(play.anna.by_phone, {name: word})
        expect.refused(answer, "4000003", path=f"headers.{name}")


def return_headers_elsewhere(play: Play) -> None:
    body = {"event": {"type": "visit", "dateTime": "2025-09-02T09:58:11Z"}}
    expect.success(play.call("event", body, headers={_ASSETS: "some", _BENEFITS: "yes"}))
