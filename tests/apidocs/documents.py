"""Documents as tests look at them: what they say of a call, and whether something obeys it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import jsonschema_rs
from flask import Flask
from werkzeug.exceptions import HTTPException

from adapter import apidocs
from adapter.apidocs.served import Shown

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")


class Document:
    """One protocol's document."""

    def __init__(self, app: Flask, name: str) -> None:
        self.app, self.name = app, name
        self.shown: Shown = app.extensions["docs"][name]
        self.whole: dict[str, Any] = json.loads(apidocs.written(app, name))
        self._validators: dict[str, Any] = {}

    @cached_property
    def templates(self) -> dict[str, str]:
        """The paths in the document by the rules of the application, also below the prefix."""
        prefix = self.shown.prefix
        found = {rule.rule: path for rule, path, _ in self.shown.endpoints(self.app)}
        return found | {f"{prefix}{rule}": path for rule, path in found.items()}

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Each call: its method, its path, and what is said of it."""
        for path, item in self.whole["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), path, item[method]

    @property
    def headers(self) -> dict[str, dict[str, Any]]:
        """What answers may carry."""
        found: dict[str, dict[str, Any]] = self.whole["components"]["headers"]
        return found

    def operation_at(self, method: str, path: str) -> dict[str, Any] | None:
        """What is said of a call, if such a path takes it."""
        try:
            adapter = self.app.url_map.bind("localhost")
            rule, _ = adapter.match(path, method, return_rule=True)
        except HTTPException:
            return None
        template = self.templates.get(rule.rule)
        found: dict[str, Any] | None = self.whole["paths"].get(template, {}).get(method.lower())
        return found

    def faults(self, schema: dict[str, Any], value: Any) -> list[str]:
        """What a value breaks of a schema that stands in the document."""
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = schema | {"components": self.whole["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return [
            f"{fault.message} at {fault.instance_path}"
            for fault in self._validators[key].iter_errors(value)
        ]

    def faults_of_answer(
        self, operation: dict[str, Any], status: int, headers: Any, body: bytes
    ) -> list[str]:
        """What an answer breaks of what is said of a call's answers."""
        told = operation["responses"].get(str(status))
        if told is None:
            return [f"status {status} is not told of"]
        found = [f"no header {name}" for name in told["headers"] if name not in headers]
        if "content" not in told:
            return found + (["a body where none is told of"] if body else [])
        ((kind, content),) = told["content"].items()
        # A parameter may be empty, as the vendor who prints one does.
        if "".join(headers["Content-Type"].split()).rstrip(";") != "".join(kind.split()):
            found.append(f"type {headers['Content-Type']}")
        # A body of zero bytes is told of as an empty text.
        return found + self.faults(content["schema"], json.loads(body) if body else "")


_KNOWN: dict[Any, Document] = {}


def document_of(app: Flask, name: str) -> Document:
    """A protocol's document, made once for all applications that have the same: do not change it.

    It differs only by settings and places.
    """
    shown = app.extensions["docs"][name]
    settings = app.extensions["settings"][shown.protocol.settings]
    key = (name, shown.root, shown.prefix, repr(settings))
    if key not in _KNOWN:
        _KNOWN[key] = Document(app, name)
    return _KNOWN[key]
