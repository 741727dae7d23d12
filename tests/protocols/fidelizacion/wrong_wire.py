"""Hosts which get paths, headers or the order of checks wrong, one thing each."""

from __future__ import annotations

from typing import Any

from tests.checks.hosts import Reply, Request, collection
from tests.protocols.fidelizacion.check_fields import Refusal
from tests.protocols.fidelizacion.check_host import CALLS, Host

WRONG, breaks = collection()

# Section 1.


@breaks("1b")
class ByteOrderMark(Host):
    def encode(self, document: Any) -> bytes:
        return b"\xef\xbb\xbf" + super().encode(document)


@breaks("1b 4.2b 4.3c 5.1a 5.1b 5.1c 5.2a 5.2d 5.2f")
class Latin1(Host):
    def encode(self, document: Any) -> bytes:
        return super().encode(document).decode().encode("latin-1", errors="replace")


@breaks("1c")
class TextHtml(Host):
    def content_type(self, status: int) -> str:
        return "text/html" if status == 404 else super().content_type(status)


@breaks("1c")
class OtherCharset(Host):
    def content_type(self, status: int) -> str:
        return "application/json; charset=iso-8859-1"


@breaks("1d")
class QueryRefused(Host):
    def call_of(self, request: Request) -> str:
        if request.query:
            raise Refusal("1001", "query is not allowed", "body")
        return super().call_of(request)


@breaks("1e")
class NoTrailingSlash(Host):
    def call_of(self, request: Request) -> str:
        if request.path.endswith("/"):
            self.refuse("4040000")
        return super().call_of(request)


@breaks("1f")
class PathsInAnyCase(Host):
    def call_of(self, request: Request) -> str:
        for path, name in CALLS.items():
            if request.path.lower() == path.lower() and request.method == "POST":
                return name
        return super().call_of(request)


@breaks("1.1b")
class UnknownPathIsNoCall(Host):
    def call_of(self, request: Request) -> str:
        if request.path == "/v1/payments":
            return "payment"
        return super().call_of(request)


@breaks("1e 1.1a 1.2m 1.3g 3.2c 3.3a 3.3c 3.3d 3.4b 3.4d 3.4e 4.1j 4.1o 4.11a 4.11b 5.7a 7.5 8.1b")
class NoEvents(Host):
    def call_of(self, request: Request) -> str:
        if request.path.rstrip("/") == "/v1/event" and request.method == "POST":
            self.refuse("4040000")
        return super().call_of(request)


@breaks("1.1c 1.3a")
class AnyMethod(Host):
    def call_of(self, request: Request) -> str:
        return super().call_of(Request("POST", request.path, request.headers, request.body))


@breaks("9.34b")
class NoAllow(Host):
    def reply(self, status: int, document: Any) -> Reply:
        reply = super().reply(status, document)
        reply.headers.pop("Allow", None)
        return reply


@breaks("1.2a 1.3c")
class PosIsOptional(Host):
    def need_headers(self, request: Request) -> None:
        request.headers.setdefault("x-pos-id", "1")
        super().need_headers(request)


@breaks("1.2b")
class NamesInLowerCase(Host):
    def header(self, headers: Any, name: str) -> str:
        return (dict(headers).get(name) or "").strip()


@breaks("1.2c")
class BlanksCount(Host):
    def scope(self, headers: Any) -> str:
        return headers.get("x-branch-id") or ""


@breaks("1.2d")
class BlankIsThere(Host):
    def header(self, headers: Any, name: str) -> str:
        return super().header(headers, name) or ("-" if headers.get(name) == "" else "")


@breaks("1.2e 1.3e")
class AnyContentType(Host):
    def check_kind(self, request: Request) -> None:
        """Nobody looks."""


@breaks("1.2f")
class NoParameters(Host):
    def check_kind(self, request: Request) -> None:
        if request.headers.get("Content-Type") not in (
            "application/json",
            "application/json; charset=utf-8",
        ):
            self.refuse("4150000")


@breaks("1.2g")
class KnownSourcesOnly(Host):
    def need_headers(self, request: Request) -> None:
        super().need_headers(request)
        if self.header(request.headers, "x-source-type") not in ("POS", "Web", "Kiosk"):
            self.refuse_header("4000003", "x-source-type", "has an invalid value")


@breaks("1.2h")
class LongSources(Host):
    def refuse_header(self, code: str, name: str, says: str) -> None:
        if code != "4000003" or name.startswith("x-return"):
            super().refuse_header(code, name, says)


@breaks("1.2i")
class VersionIsNeeded(Host):
    def need_headers(self, request: Request) -> None:
        super().need_headers(request)
        if request.headers.get("x-source-version") == "":
            self.refuse_header("4000001", "x-source-version", "is required")


@breaks("1.2j 4.4b")
class NoInactiveAssets(Host):
    def check_return_headers(self, call: str, request: Request) -> None:
        super().check_return_headers(call, request)
        if call == "details" and request.headers.get("x-return-assets") == "inactive":
            self.refuse_header("4000003", "x-return-assets", "has an invalid value")


@breaks("1.2k")
class TrueInLowerCase(Host):
    def header(self, headers: Any, name: str) -> str:
        value = super().header(headers, name)
        return "" if name == "x-return-benefits" and value != value.lower() else value


@breaks("1.2l")
class AnyReturnHeader(Host):
    def check_return_headers(self, call: str, request: Request) -> None:
        """Nobody looks."""


@breaks("1.2m")
class ReturnHeadersEverywhere(Host):
    def check_return_headers(self, call: str, request: Request) -> None:
        super().check_return_headers("details", request)


# The order of checks.


@breaks("1.3a")
class KeyBeforePath(Host):
    def perform(self, request: Request) -> Any:
        self.authenticate(request)
        return super().perform(request)


@breaks("1.3b 1.3i")
class HeadersBeforeKey(Host):
    def authenticate(self, request: Request) -> Any:
        self.need_headers(request)
        return super().authenticate(request)


@breaks("1.3c")
class PosBeforeBranch(Host):
    def need_headers(self, request: Request) -> None:
        if not self.header(request.headers, "x-pos-id"):
            self.refuse_header("4000001", "x-pos-id", "is required")
        super().need_headers(request)


@breaks("1.3c")
class KindBeforeHeaders(Host):
    def need_headers(self, request: Request) -> None:
        self.check_kind(request)
        super().need_headers(request)


@breaks("1.3e")
class JsonBeforeKind(Host):
    def check_kind(self, request: Request) -> None:
        self.read(request)
        super().check_kind(request)


@breaks("1.3d")
class BranchListLast(Host):
    branches = frozenset({"CHECK-1", "CHECK-2"})

    def check_branch(self, request: Request) -> None:
        self.check_kind(request)
        super().check_branch(request)


@breaks("9.32")
class BranchListIn401(Host):
    branches = frozenset({"CHECK-1", "CHECK-2"})

    def status(self, code: str) -> int:
        return 401 if code == "4030001" else super().status(code)


@breaks("9.32b")
class BranchListWithoutPlace(Host):
    branches = frozenset({"CHECK-1", "CHECK-2"})

    def check_branch(self, request: Request) -> None:
        try:
            super().check_branch(request)
        except Refusal as refusal:
            raise Refusal(refusal.code, str(refusal), "headers.x-pos-id") from None


@breaks("1.3f")
class BrokenJsonIsEmpty(Host):
    def read(self, request: Request) -> dict[str, Any]:
        return super().read(request) if request.body else {}


@breaks("9.14a")
class ListsAreBodies(Host):
    def read(self, request: Request) -> dict[str, Any]:
        try:
            return super().read(request)
        except Refusal as refusal:
            if refusal.code == "1001":
                self.refuse("4000002", "body")
            raise


@breaks("9.14b")
class NamesWrongBody(Host):
    def read(self, request: Request) -> dict[str, Any]:
        try:
            return super().read(request)
        except Refusal as refusal:
            if refusal.code == "1001":
                raise Refusal("1001", "body must be an object", "body") from None
            raise


@breaks("1.3e 9.35b")
class NoSizeLimit(Host):
    def check_size(self, request: Request) -> None:
        """As much as they like."""


@breaks("1.3h 3.3a 3.5c")
class MemberBeforeFields(Host):
    def read(self, request: Request) -> dict[str, Any]:
        body = super().read(request)
        member = body.get("member")
        if isinstance(member, dict) and isinstance(member.get("phoneNumber"), str):
            shop = self.authenticate(request)
            if "transaction" in body and not self.find(shop, "phoneNumber", member["phoneNumber"]):
                self.refuse("203", "body.member.phoneNumber")
        return body


@breaks("1.3g")
class NestedBeforeTop(Host):
    def top(self, body: dict[str, Any], *needed: str, **optional: str) -> dict[str, Any]:
        if isinstance(body.get("member"), dict):
            self.identifiers(body["member"], short_code=True)
        return super().top(body, *needed, **optional)


@breaks("1.3i 9.28")
class TellsWhyNotToStrangers(Host):
    def authenticate(self, request: Request) -> Any:
        try:
            return super().authenticate(request)
        except Refusal:
            if not self.header(request.headers, "x-pos-id"):
                raise Refusal("4010000", "Missing or invalid API key and terminal") from None
            raise


@breaks("1.3j 9.28")
class TellsMissingFromWrong(Host):
    def authenticate(self, request: Request) -> Any:
        if not self.header(request.headers, "x-api-key"):
            raise Refusal("4010000", "Missing API key")
        return super().authenticate(request)


@breaks("1.3j")
class KeysInAnyCase(Host):
    def authenticate(self, request: Request) -> Any:
        given = self.header(request.headers, "x-api-key").lower()
        for key, business in self.businesses.items():
            if key.lower() == given:
                return business
        return super().authenticate(request)


@breaks("1.2a 1.2d 1.3b 1.3i 1.3j")
class NoKeyNeeded(Host):
    def authenticate(self, request: Request) -> Any:
        if not request.headers.get("x-api-key"):
            return next(iter(self.businesses.values()))
        return super().authenticate(request)
