"""What every reply to Koshelek obeys (2.2–2.5, section 11), said once for whoever sees one."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.protocols.callers import leaves

# 2.3, and by G11 and G12 what the vendor's closed set has no word for.
STATUSES = {200, 422, 401, 404, 405}
HEADER = "application/json;charset=utf-8"


def assert_obeys(
    method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Fail unless a reply of ours is one that Koshelek can read."""
    assert status in STATUSES, f"status {status}"
    # 2.2 on each, G15: what is compared is the meaning.
    header = "".join(headers["Content-Type"].lower().split()).rstrip(";")
    assert header == HEADER, headers["Content-Type"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-ID"]
    assert "Location" not in headers
    assert not body.startswith(b"\xef\xbb\xbf"), "a byte order mark"
    text = body.decode("utf-8")
    assert "\\u0" not in text, "letters are sent as they are (section 8)"
    if status == 401:
        assert headers["WWW-Authenticate"].startswith("Basic realm=")
    if status == 405:
        assert headers["Allow"]
    if method == "HEAD":
        assert text == ""
    elif status != 200:
        refusal = json.loads(text)
        assert list(refusal) == ["code", "description"], text
        assert all(isinstance(leaf, str) and leaf for leaf in refusal.values()), text
    elif text and not _is_bare_number(path, text):
        assert [leaf for leaf in leaves(json.loads(text)) if not isinstance(leaf, str)] == []


def _is_bare_number(path: str, text: str) -> bool:
    # G1: the one place where a scalar that is not a string is tolerated.
    reservation = path.rstrip("/").endswith("/v1/card/anonymous")
    return reservation and text.isascii() and text.isdigit() and not text.startswith("0")
