"""Hosts which get the envelope or the table of errors wrong, one thing each."""

from __future__ import annotations

from typing import Any

from tests.checks.hosts import Reply, Request, collection
from tests.protocols.fidelizacion.check_fields import Refusal
from tests.protocols.fidelizacion.check_host import Host

WRONG, breaks = collection()

# The envelope.


@breaks("1.2m 2.1a 3.3d 4.11b 5.4b 5.7a 7.5 8.1b 8.2d")
class SaysOk(Host):
    def success(self, data: dict[str, Any], message: str | None) -> Any:
        status = "ok" if "event" in data else "success"
        return {**super().success(data, message), "status": status if data else "ok"}


@breaks("2.1b")
class OnlyAtTheTop(Host):
    def success(self, data: dict[str, Any], message: str | None) -> Any:
        document = super().success(data, message)
        del document["data"]
        return document


@breaks("2.1c")
class OnlyInData(Host):
    def success(self, data: dict[str, Any], message: str | None) -> Any:
        document = super().success(data, message)
        return {name: document[name] for name in document if name not in data}


@breaks("2.1d")
class ErrorNone(Host):
    def success(self, data: dict[str, Any], message: str | None) -> Any:
        return {**super().success(data, message), "error": {}}


@breaks("2.1d")
class MessageIsAList(Host):
    def success(self, data: dict[str, Any], message: str | None) -> Any:
        document = super().success(data, message)
        return document if message else {**document, "message": []}


@breaks("2.2a")
class ErrorWithDetails(Host):
    def error(self, refusal: Refusal) -> Any:
        document = super().error(refusal)
        document["error"]["details"] = {}
        return document


@breaks("2.2b")
class NumericCodes(Host):
    def error(self, refusal: Refusal) -> Any:
        document = super().error(refusal)
        document["error"]["code"] = int(refusal.code)
        return document


@breaks("2.2c 4.6a")
class JsonPointers(Host):
    def error(self, refusal: Refusal) -> Any:
        document = super().error(refusal)
        if refusal.path == "body.transaction.tags.1":
            document["error"]["path"] = "/body/transaction/tags/1"
        return document


@breaks("2.2c 3.4e")
class BracketsInPaths(Host):
    def error(self, refusal: Refusal) -> Any:
        document = super().error(refusal)
        if refusal.path and refusal.path.endswith(".0"):
            document["error"]["path"] = refusal.path.replace(".0", "[0]")
        return document


@breaks("2.2d 9.29 9.31")
class NoPaths(Host):
    alone = True

    def error(self, refusal: Refusal) -> Any:
        return super().error(Refusal(refusal.code, str(refusal)))


@breaks("2.2d")
class BlamesThePoor(Host):
    def too_little(self) -> None:
        says = "pointsBalance balance for members is insufficient to process the payment!"
        raise Refusal("407", says, "body.payment.amount")


@breaks("2.2e")
class DataBesideErrors(Host):
    def error(self, refusal: Refusal) -> Any:
        return {**super().error(refusal), "data": {}}


@breaks("1b 1f 1.1b 1.3a 2.1a 2.2a")
class HtmlForUnknownPaths(Host):
    def reply(self, status: int, document: Any) -> Reply:
        reply = super().reply(status, document)
        return Reply(404, b"<h1>Not Found</h1>", reply.headers) if status == 404 else reply


@breaks("9.1 10a 10b")
class CrashesOnNobody(Host):
    def status(self, code: str) -> int:
        return 500 if code == "203" else super().status(code)


@breaks("9.7-14 10b")
class UnprocessableFields(Host):
    def status(self, code: str) -> int:
        return 422 if code == "1001" else super().status(code)


@breaks("10b")
class CreatedIs201(Host):
    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        is_new = request.path.endswith("/register") and b'"success"' in reply.body
        return Reply(201, reply.body, reply.headers) if is_new else reply


@breaks("3.3e")
class NullForNothing(Host):
    def success(self, data: dict[str, Any], message: str | None) -> Any:
        return {**super().success(data, message), "hint": None}


@breaks("1f 1.1b 1.3a 9.38 9.39")
class CodesOfADraft(Host):
    def error(self, refusal: Refusal) -> Any:
        document = super().error(refusal)
        if refusal.code == "4040000":
            document["error"]["code"] = "BAD_REQUEST"
        return document


class _Throttling(Host):
    """Too many wrong codes are a 429 here, which it may be."""

    def use_code(self, shop: Any, text: str, member: Any) -> Any:
        live = len(shop.codes)
        found = super().use_code(shop, text, member)
        if not found and len(shop.codes) < live:
            raise Refusal("4290000", self.too_many())
        return found

    def too_many(self) -> str:
        return "Too many requests"

    def status(self, code: str) -> int:
        return 429 if code == "4290000" else super().status(code)


@breaks("9.37b")
class SlowDownForEver(_Throttling):
    """It does not say for how long."""


@breaks("9.37")
class SlowDown(_Throttling):
    def too_many(self) -> str:
        return "Slow down"

    def reply(self, status: int, document: Any) -> Reply:
        reply = super().reply(status, document)
        return Reply(reply.status, reply.body, {**reply.headers, "Retry-After": "60"})


@breaks(
    "9.1 9.2-3 9.4-5 9.15 9.16 9.17 9.18 9.19 9.20 9.22 9.24 9.25 9.26 9.27 9.28 9.29 9.30 "
    "9.31 9.33 9.34 9.35 9.36"
)
class OtherWords(Host):
    alone = True

    def error(self, refusal: Refusal) -> Any:
        document = super().error(refusal)
        if refusal.code != "1001":
            document["error"]["message"] += "?"
        return document


@breaks("9.1 9.29 10b")
class RefusalsAre409(Host):
    def status(self, code: str) -> int:
        return 409 if code in ("203", "4000001") else super().status(code)
