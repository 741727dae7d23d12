"""Every answer that any test of a protocol gets, held against the protocol's document."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tests.apidocs.documents import document_of


def assert_told(
    app: Flask, name: str, *, method: str, path: str, status: int, headers: Any, body: bytes
) -> None:
    """Fail unless the document says that this call may be answered so."""
    if type(app.extensions["database"]).__name__ == "_Broken":
        return  # Whatever a test lets go wrong there need not be able to.
    document = document_of(app, name)
    operation = document.operation_at(method, path)
    if operation is None or b"\0" in path.encode() or method in ("HEAD", "OPTIONS"):
        return
    faults = document.faults_of_answer(operation, status, headers, body)
    assert faults == [], f"{method} {path} is not answered as its document says: {body[:300]!r}"
