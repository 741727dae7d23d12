"""A host in memory, small and conforming, for the check to be pointed at.

Each rule is a method of its own, so that a test can break exactly one of them in a subclass.
"""

from __future__ import annotations

import json
import threading
from typing import Any

from tests.checks.hosts import Reply, Request
from tests.protocols.fidelizacion.check_fields import Refusal
from tests.protocols.fidelizacion.check_members import Business
from tests.protocols.fidelizacion.check_shop import Shop

KEY, OTHER_KEY = "Key-of-a-till-1", "key-of-another-business"
_MIB = 1024 * 1024
HTTP = {
    "1001": 400,
    "4000001": 400,
    "4000002": 400,
    "4000003": 400,
    "4010000": 401,
    "4030001": 403,
    "4040000": 404,
    "4050000": 405,
    "4130000": 413,
    "4150000": 415,
}
CALLS = {
    "/v1/member/register": "register",
    "/v1/member/update": "update",
    "/v1/member/details": "details",
    "/v1/member/shortCode": "short_code",
    "/v1/payment": "payment",
    "/v1/transaction": "transaction",
    "/v1/event": "event_call",
}


class Host(Shop):
    """One host of two businesses, and the rules of sections 1 and 2 as methods."""

    branches: frozenset[str] | None = None

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.businesses = {KEY: Business(), OTHER_KEY: Business()}

    def answer(self, request: Request) -> Reply:
        try:
            with self.lock:
                data, message = self.perform(request)
        except Refusal as refusal:
            return self.reply(self.status(refusal.code), self.error(refusal))
        return self.reply(200, self.success(data, message))

    def perform(self, request: Request) -> Any:
        call = self.call_of(request)
        shop = self.authenticate(request)
        self.need_headers(request)
        self.check_branch(request)
        self.check_kind(request)
        self.check_size(request)
        body = self.read(request)
        self.check_return_headers(call, request)
        return getattr(self, call)(shop, body, request.headers)

    def status(self, code: str) -> int:
        return HTTP.get(code, 200)

    def reply(self, status: int, document: Any) -> Reply:
        headers = {"Content-Type": self.content_type(status)}
        if status == 405:
            headers["Allow"] = "POST"
        return Reply(status, self.encode(document), headers)

    def content_type(self, status: int) -> str:
        return "application/json"

    def encode(self, document: Any) -> bytes:
        return json.dumps(document, ensure_ascii=False).encode()

    def success(self, data: dict[str, Any], message: str | None) -> Any:
        said = {} if message is None else {"message": message}
        return {**data, "status": "success", **said, "data": data}

    def error(self, refusal: Refusal) -> Any:
        error = {"code": refusal.code, "message": str(refusal)}
        if refusal.path is not None:
            error["path"] = refusal.path
        return {"status": "error", "error": error}

    # The order of checks.

    def call_of(self, request: Request) -> str:
        path = request.path.removesuffix("/")
        if path not in CALLS:
            self.refuse("4040000")
        if request.method != "POST":
            self.refuse("4050000")
        return CALLS[path]

    def authenticate(self, request: Request) -> Business:
        found = self.businesses.get(self.header(request.headers, "x-api-key"))
        if found is None:
            self.refuse("4010000")
        return found

    def need_headers(self, request: Request) -> None:
        longest = {"x-source-type": 64, "x-source-name": 128}
        for name in ("x-branch-id", "x-pos-id", "x-source-type", "x-source-name"):
            value = self.header(request.headers, name)
            if not value:
                self.refuse_header("4000001", name, "is required")
            if len(value) > longest.get(name, 1000):
                self.refuse_header("4000003", name, "has an invalid value")

    def refuse_header(self, code: str, name: str, says: str) -> None:
        raise Refusal(code, f"{name} header {says}", f"headers.{name}")

    def check_branch(self, request: Request) -> None:
        branch = self.header(request.headers, "x-branch-id")
        if self.branches is not None and branch not in self.branches:
            self.refuse("4030001", "headers.x-branch-id")

    def check_kind(self, request: Request) -> None:
        kind = self.header(request.headers, "Content-Type").partition(";")[0]
        if kind.strip().lower() != "application/json":
            self.refuse("4150000")

    def check_size(self, request: Request) -> None:
        if len(request.body) > _MIB:
            self.refuse("4130000")

    def read(self, request: Request) -> dict[str, Any]:
        try:
            document = json.loads(request.body.decode(), parse_constant=_no_number)
        except (ValueError, RecursionError):
            self.refuse("4000002", "body")
        if not isinstance(document, dict):
            raise Refusal("1001", "body must be of type object", "body")
        return document

    def check_return_headers(self, call: str, request: Request) -> None:
        if call != "details":
            return
        words = {
            "x-return-assets": ("", "active", "inactive", "all"),
            "x-return-benefits": ("", "true", "false"),
        }
        for name, known in words.items():
            value = self.header(request.headers, name)
            if (value if name == "x-return-assets" else value.lower()) not in known:
                self.refuse_header("4000003", name, "has an invalid value")


def _no_number(word: str) -> float:
    raise ValueError(word)
