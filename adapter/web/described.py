"""How a protocol tells of its own calls: what they take and answer, for whoever connects to it.

A protocol keeps one `Description` beside its routes. The shapes in it are the marshmallow schemas
that read the requests, and others that say what is answered; the codes are those of its table of
errors. Nothing of this is looked at while a call is served.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from marshmallow import Schema, fields

# A document's shape: an object by its schema, anything else by a field.
Shape = type[Schema] | Schema | fields.Field[Any]
Fragment = dict[str, Any]

# A text that says something.
NOT_BLANK = r"[^\s\x1c-\x1f\x85]"
NOT_NULL: Fragment = {"not": {"type": "null"}}

# Of `make demo`: whom and what the examples name, so that there they can be tried as they are.
PHONE, EMAIL, CARD, PASS = "79005550000", "anna.schukina@example.com", "7710000000", "AW-5f1c09"
POOLED, MERCHANT, OUTLET, TERMINAL = "7800009003", "ZERN", "BR001", "BR001-1"


@dataclass(frozen=True, slots=True)
class Example:
    """A call as its vendor prints it, or a part of one."""

    name: str
    request: Any = None
    answer: Any = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Operation:
    """One call; its text is the docstring of the view that serves it."""

    title: str
    tag: str
    text: str = ""  # where it is not the view's docstring
    body: tuple[Shape, ...] = ()  # any one of them
    path: type[Schema] | None = None  # its variables, where they are not those of all paths
    query: type[Schema] | None = None
    headers: type[Schema] | None = None  # besides those that every call carries
    answer: tuple[Shape, ...] = ()  # any one of them; without any there is no body
    says: str = "Done."  # of the answer
    refusals: tuple[type[Exception], ...] = ()  # besides those that every call may meet
    more: str = ""  # rules that no shape can tell
    examples: tuple[Example, ...] = ()
    security: tuple[str, ...] | None = None  # of the schemes, if not all that there are
    is_body_required: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row of a table of errors."""

    code: str | int
    words: str
    status: int
    document: Mapping[str, Any]  # as it is sent


@dataclass(frozen=True, slots=True)
class Description:
    """All that a protocol tells of itself."""

    version: str  # of the vendor's document
    says: str  # Markdown
    tags: Mapping[str, str]
    security: Mapping[str, Mapping[str, Any]]  # the schemes, all needed at once
    # By the endpoint of the blueprint, or `GET endpoint` where its verbs differ.
    operations: Mapping[str, Operation]
    # The table of errors as this process answers them.
    refusals: Mapping[type[Exception], Refusal]
    # The shape of a refusal that has one of these codes, called by this name.
    refusal_shape: Callable[[str, list[Any]], type[Schema]]
    common: tuple[type[Exception], ...]  # what every call may meet
    path: type[Schema] | None = None  # the variables of all paths
    headers: type[Schema] | None = None  # what every call carries
    content_type: str = "application/json"
    # What the replies of a status carry besides: OpenAPI's header objects, by their names.
    answer_headers: Mapping[int, Mapping[str, Fragment]] = field(default_factory=dict)


def says(text: str, **more: Any) -> Fragment:
    """What is told of a field to whoever connects to us: a text, and perhaps an `example`."""
    return {"description": text} | more


def line(longest: int) -> str:
    """The pattern of a text as `shapes.is_line` wants it, whatever blanks are around it."""
    return rf"^\s*[^\x00-\x1f\x7f-\x9f]{{0,{longest}}}\s*$"


def nullable(shape: Fragment) -> Fragment:
    """The shape of what may be null as well."""
    if "$ref" in shape:
        described = {name: shape[name] for name in ("description",) if name in shape}
        return {"anyOf": [{"$ref": shape["$ref"]}, {"type": "null"}]} | described
    if "anyOf" in shape:
        if {"type": "null"} in shape["anyOf"]:
            return shape
        return shape | {"anyOf": [*shape["anyOf"], {"type": "null"}]}
    kind = shape.get("type")
    if kind is None:
        return shape
    kinds = [kind] if isinstance(kind, str) else list(kind)
    found = shape if "null" in kinds else shape | {"type": [*kinds, "null"]}
    if "enum" in found and None not in found["enum"]:
        found = found | {"enum": [*found["enum"], None]}
    return found


def with_nulls(document: Fragment) -> Fragment:
    """The shape of an object whose fields, unless they must be there, may be null."""
    required = document.get("required", ())
    properties = {
        name: shape if name in required else nullable(shape)
        for name, shape in document["properties"].items()
    }
    return document | {"properties": properties}


def one_at_least(
    document: Fragment, names: Iterable[str], *, being: Fragment = NOT_NULL
) -> Fragment:
    """The shape of an object in which one of these fields is there, and says something."""
    choice = {"anyOf": [{"required": [name], "properties": {name: being}} for name in names]}
    if "anyOf" not in document and "allOf" not in document:
        return document | choice
    return document | {"allOf": [*document.get("allOf", ()), choice]}


def printed(package: str, name: str) -> Any:
    """A vendor's printed document, kept as `examples/<name>.json` in a protocol's folder."""
    return json.loads((files(package) / "examples" / f"{name}.json").read_text("utf-8"))
