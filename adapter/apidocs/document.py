"""One OpenAPI document for each protocol, made from the routes and shapes that really serve it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from inspect import cleandoc

from flask import Flask
from werkzeug.routing import Rule

from adapter.apidocs.served import Shown
from adapter.apidocs.shapes import Shapes
from adapter.web.described import Description, Fragment, Operation, Refusal
from adapter.web.protocol import settings_of

# What Flask answers by itself wherever there is a GET, or anything.
IMPLIED = {"HEAD", "OPTIONS"}
# What our replies carry, whoever the vendor is: always, and with some statuses.
ALWAYS: dict[str, Fragment] = {
    "X-Request-ID": {
        "description": "Under which the request is found in our log; one of yours is taken over.",
        "schema": {"type": "string", "minLength": 8, "maxLength": 64},
        "example": "5f2b8c0e9d4a4f6bb1c7a3d2e8f09146",
    },
    "Cache-Control": {
        "description": "No answer may be kept.",
        "schema": {"type": "string", "enum": ["no-store"]},
        "example": "no-store",
    },
}
WITH: dict[int, dict[str, Fragment]] = {
    405: {
        "Allow": {
            "description": "The verbs of this path.",
            "schema": {"type": "string"},
            "example": "GET, HEAD, OPTIONS",
        },
    },
    429: {
        "Retry-After": {
            "description": "Seconds to wait.",
            "schema": {"type": "integer", "minimum": 1},
            "example": 30,
        },
    },
}
_SECTION = re.compile(r"^(?P<section>[§A-Z]*[0-9.]+|Method [0-9]+): *(?P<rest>.*)$", re.DOTALL)


def document(app: Flask, shown: Shown) -> Fragment:
    """The OpenAPI 3.1 document of a protocol as this application serves it."""
    protocol = shown.protocol
    told = protocol.description(settings_of(protocol.settings, app))
    return _Writer(app, shown, told).document()


class _Writer:
    """Writes one document."""

    def __init__(self, app: Flask, shown: Shown, told: Description) -> None:
        self.app, self.shown, self.told = app, shown, told
        self.shapes = Shapes(
            title=shown.protocol.title,
            version=told.version,
            servers=shown.servers,
            security=[{name: [] for name in told.security}],
            tags=[{"name": name, "description": says} for name, says in told.tags.items()],
        )

    def document(self) -> Fragment:
        """All of it."""
        spec = self.shapes.spec
        for name, scheme in self.told.security.items():
            spec.components.security_scheme(name, dict(scheme))
        for status in sorted({row.status for row in self.told.refusals.values()}):
            self._add_refusal(status)
        paths: dict[str, dict[str, Fragment]] = {}
        for rule, path, endpoint in self.shown.endpoints(self.app):
            for method, operation in self._operations(rule, endpoint):
                written = self._operation(rule, method, endpoint, operation)
                paths.setdefault(path, {})[method.lower()] = written
        for path, operations in paths.items():
            spec.path(path, operations=operations)
        found: Fragment = spec.to_dict()
        found["info"]["description"] = f"{self.told.says}\n{self._table()}"
        return found

    def _operations(self, rule: Rule, endpoint: str) -> Iterator[tuple[str, Operation]]:
        for method in sorted((rule.methods or set()) - IMPLIED):
            found = self.told.operations.get(f"{method} {endpoint}")
            found = found or self.told.operations.get(endpoint)
            if found is not None:
                yield method, found

    def _operation(self, rule: Rule, method: str, endpoint: str, operation: Operation) -> Fragment:
        name = re.sub(r"\W+", "_", f"{endpoint}_{method.lower()}").strip("_")
        found: Fragment = {
            "operationId": name,
            "summary": operation.title,
            "description": self._text(rule, method, endpoint, operation),
            "tags": [operation.tag],
        }
        if parameters := self._parameters(rule, operation):
            found["parameters"] = parameters
        if operation.body:
            found["requestBody"] = self._body(operation)
        found["responses"] = self._responses(operation)
        if operation.security is not None:
            found["security"] = [{scheme: [] for scheme in operation.security}]
        return found

    def _text(self, rule: Rule, method: str, endpoint: str, operation: Operation) -> str:
        says = operation.text or cleandoc(self.app.view_functions[rule.endpoint].__doc__ or "")
        if match := _SECTION.match(says):
            rest = match["rest"]
            says = f"{rest[:1].upper()}{rest[1:]} (Section {match['section']}.)"
        return "\n\n".join(part for part in (says, operation.more) if part)

    def _parameters(self, rule: Rule, operation: Operation) -> list[Fragment]:
        variables = self.shapes.parameters(operation.path or self.told.path, "path")
        return [
            *(one for one in variables if one["name"] in rule.arguments),
            *(_variable(name) for name in sorted(rule.arguments - {v["name"] for v in variables})),
            *self.shapes.parameters(operation.query, "query"),
            *self.shapes.parameters(self.told.headers, "header"),
            *self.shapes.parameters(operation.headers, "header"),
        ]

    def _body(self, operation: Operation) -> Fragment:
        content: Fragment = {"schema": self.shapes.any_of(operation.body)}
        if examples := _named(operation, "request"):
            content["examples"] = examples
        return {
            "required": operation.is_body_required,
            "content": {"application/json": content},
        }

    def _responses(self, operation: Operation) -> Fragment:
        rows = self._rows(operation)
        found: Fragment = {}
        for status in sorted({200, *(row.status for row in rows)}):
            mine = [row for row in rows if row.status == status]
            found[str(status)] = (
                self._success(operation, mine)
                if status == 200
                else self._refused(operation, status, mine)
            )
        return found

    def _rows(self, operation: Operation) -> list[Refusal]:
        rows = [_row(kind, self.told.refusals) for kind in (*operation.refusals, *self.told.common)]
        known = {(row.status, str(row.code), row.words): row for row in rows}
        return [known[key] for key in sorted(known)]

    def _success(self, operation: Operation, refused: list[Refusal]) -> Fragment:
        says = operation.says
        shape = self.shapes.any_of(operation.answer) if operation.answer else {}
        examples = _named(operation, "answer", status=200)
        if refused:
            says += " Or a refusal of the business, told by `status`:\n\n" + _listed(refused)
            shape = {"anyOf": [*shape.get("anyOf", [shape]), self._refusal(200)]}
            examples |= _examples(refused)
        found: Fragment = {"description": says, "headers": self._headers(200)}
        if shape:
            content: Fragment = {"schema": shape}
            if examples:
                content["examples"] = examples
            found["content"] = {self.told.content_type: content}
        return found

    def _refused(self, operation: Operation, status: int, rows: list[Refusal]) -> Fragment:
        examples = _named(operation, "answer", status=status) | _examples(rows)
        content = {"schema": self._refusal(status), "examples": examples}
        return {
            "description": f"{HTTPStatus(status).phrase}:\n\n{_listed(rows)}",
            "headers": self._headers(status),
            "content": {self.told.content_type: content},
        }

    def _refusal(self, status: int) -> Fragment:
        found: Fragment = self.shapes.spec.components.get_ref("schema", f"Refusal{status}")
        return found

    def _headers(self, status: int) -> Fragment:
        """What a reply of a status carries; each header stands among the components."""
        components = self.shapes.spec.components
        told = ALWAYS | WITH.get(status, {}) | dict(self.told.answer_headers.get(status, {}))
        for name, shape in told.items():
            if name not in components.headers:
                components.header(name, {"required": True} | dict(shape))
        return {name: components.get_ref("header", name) for name in told}

    def _add_refusal(self, status: int) -> None:
        codes = {row.code for row in self.told.refusals.values() if row.status == status}
        name = f"Refusal{status}"
        shape = self.told.refusal_shape(name, sorted(codes, key=str))
        self.shapes.spec.components.schema(name, schema=shape)

    def _table(self) -> str:
        rows = {(row.status, str(row.code), row.words) for row in self.told.refusals.values()}
        lines = [f"| `{code}` | {status} | {words} |" for status, code, words in sorted(rows)]
        return "\n".join(["| code | status | says |", "|---|---|---|", *lines])


def _row(kind: type[Exception], table: Mapping[type[Exception], Refusal]) -> Refusal:
    return next(table[one] for one in kind.__mro__ if one in table)


def _variable(name: str) -> Fragment:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": "As was agreed on.",
        "example": name,
        "schema": {"type": "string", "minLength": 1},
    }


def _named(operation: Operation, part: str, *, status: int | None = None) -> Fragment:
    return {
        example.name: {"value": getattr(example, part)}
        for example in operation.examples
        if getattr(example, part) is not None and status in (None, example.status)
    }


def _examples(rows: Iterable[Refusal]) -> Fragment:
    return {
        f"{row.code}" if number == 0 else f"{row.code}-{number}": {
            "summary": row.words,
            "value": dict(row.document),
        }
        for code in dict.fromkeys(row.code for row in rows)
        for number, row in enumerate(row for row in rows if row.code == code)
    }


def _listed(rows: Iterable[Refusal]) -> str:
    return "\n".join(f"* `{row.code}` {row.words}" for row in rows)
