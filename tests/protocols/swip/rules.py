"""What every reply to a plugin obeys (§1, §4.6 to §4.8), said once for whoever sees one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

# §4.8: each number goes with one status.
STATUS_OF = {
    9: 400,
    1000: 500,
    1001: 401,
    1003: 403,
    1004: 404,
    1005: 405,
    1006: 429,
    1010: 400,
    1011: 400,
    1012: 400,
    1020: 422,
    1030: 422,
    1031: 422,
}
KEYS = ["@type", "code", "timestamp", "description", "fieldErrors"]
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")  # D15
# D16, with the endpoint each belongs to.
OBJECT_NAMES = {
    "customer-loyalty-stats": "CustomerLoyaltyStatsRequest",
    "customer-profile": "CustomerProfileRequest",
    "customer-signups": "CustomerSignupRequest",
    "pos-orders": "PosOrderRequest",
}


def assert_obeys(
    method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Fail unless a reply of ours is one that a plugin can read."""
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-ID"]
    assert "Location" not in headers
    assert ("Allow" in headers) == (status == 405 or (method, status) == ("OPTIONS", 200))
    if method == "HEAD" or (method, status) == ("OPTIONS", 200):
        assert body == b""  # D30
        return
    document = json.loads(body.decode("utf-8"))
    assert isinstance(document, dict)
    if status == 200:
        assert "@type" not in document
    else:
        assert_is_api_error(document, status, path)


def assert_is_api_error(document: dict[str, Any], status: int, path: str = "") -> None:
    """Fail unless this is the object of §4.6, with a number that goes with this status."""
    assert list(document) == KEYS
    assert document["@type"] == "ApiError"
    assert type(document["code"]) is int
    assert STATUS_OF[document["code"]] == status
    assert TIMESTAMP.fullmatch(document["timestamp"])
    assert isinstance(document["description"], str)
    assert document["description"].strip()
    found = document["fieldErrors"]
    if found is None:
        return
    assert document["code"] == 1011
    assert isinstance(found, list)
    assert found
    for each in found:
        assert list(each) == ["field", "message", "objectName"]
        assert all(isinstance(text, str) and text for text in each.values())
        assert each["objectName"] in OBJECT_NAMES.values()
        root = [name for name in OBJECT_NAMES if name in path]
        assert root == [] or each["objectName"] == OBJECT_NAMES[root[0]]
