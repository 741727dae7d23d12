"""What every reply to a terminal obeys (sections 1 and 2), said once for whoever sees one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.protocols.callers import leaves

STATUSES = {200, 400, 401, 403, 404, 405, 413, 415, 429, 500}
TOP = {"status", "message", "data"}
# 2.1: what the mirror never overwrites.
RESERVED = {"status", "message", "error"}


def assert_obeys(
    method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Fail unless a reply of ours is one that a terminal can read."""
    assert status in STATUSES, f"status {status}"
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-ID"]
    assert "Location" not in headers
    if method == "HEAD":
        assert body == b""
        return
    document = json.loads(body.decode("utf-8"))
    assert isinstance(document, dict)
    assert None not in list(leaves(document)), "a null (3.3)"
    if document["status"] == "success":
        assert status == 200
        _assert_success(document)
    else:
        assert document["status"] == "error"
        _assert_error(document)
    if status == 405:
        assert headers["Allow"] == "POST"
    if status == 429:
        assert int(headers["Retry-After"]) > 0


def _assert_success(document: dict[str, Any]) -> None:
    data = document["data"]
    assert isinstance(data, dict)
    assert {key for key in document if key not in TOP} == data.keys() - RESERVED
    for key, value in data.items():
        if key not in RESERVED:
            assert document[key] == value, f"{key} is not mirrored"


def _assert_error(document: dict[str, Any]) -> None:
    assert list(document) == ["status", "error"]
    error = document["error"]
    assert list(error) in (["code", "message"], ["code", "message", "path"])
    assert all(isinstance(text, str) and text for text in error.values())
    assert error["code"].isascii() and error["code"].isdigit()
    if "path" in error:
        assert error["path"].split(".")[0] in ("body", "headers")
