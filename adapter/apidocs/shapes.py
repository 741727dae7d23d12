"""JSON Schemas of marshmallow's: fields and schemas with rules of their own tell them."""

from __future__ import annotations

from typing import Any, cast

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, OpenAPIConverter
from apispec.ext.marshmallow.common import resolve_schema_instance
from marshmallow import Schema, fields

from adapter.web.described import Fragment, Shape


class Converter(OpenAPIConverter):
    """apispec's converter, which asks the fields and schemas that know more than it can see."""

    def schema2jsonschema(self, schema: Any) -> Fragment:
        """The shape of an object."""
        instance = resolve_schema_instance(schema)
        document: Fragment = super().schema2jsonschema(instance)
        if says := (type(instance).__doc__ or "").strip():
            document["description"] = says.partition("\n\n")[0]
        tell = getattr(instance, "described", None)
        return tell(document) if tell else document


class Plugin(MarshmallowPlugin):
    """apispec's plugin with that converter."""

    Converter = Converter


def told_by_itself(self: Any, field: fields.Field[Any], ret: Fragment) -> Fragment:
    """What a field of ours says of its own shape, over what can be seen from outside."""
    if ret.get("default", ...) is None:
        del ret["default"]  # which is how a field that was left out is read, not what is meant
    if (other := getattr(field, "or_else", None)) is not None:
        whole = dict(ret)
        ret.clear()
        return {"anyOf": [whole, other]}
    tell = getattr(field, "described", None)
    if tell is None:
        return {}
    shape: Fragment = tell()
    if (element := getattr(field, "element", None)) is not None:
        shape["items"] = self.resolve_nested_schema(element)
    if field.allow_none and isinstance(kinds := shape.get("type"), str):
        shape["type"] = [kinds, "null"]
    return shape


class Shapes:
    """The shapes of one document; those of schemas stand among its components."""

    def __init__(self, *, title: str, version: str, **options: Any) -> None:
        self.plugin = Plugin()
        self.spec = APISpec(title, version, "3.1.0", plugins=[self.plugin], **options)
        self.converter.add_attribute_function(told_by_itself)

    @property
    def converter(self) -> Converter:
        """What turns schemas into shapes."""
        return cast(Converter, self.plugin.converter)

    def of(self, shape: Shape) -> Fragment:
        """The shape of a document, or where among the components it stands."""
        if isinstance(shape, fields.Field):
            found: Fragment = self.converter.field2property(shape)
            return found
        resolved: Fragment = self.converter.resolve_nested_schema(shape)
        return resolved

    def any_of(self, shapes: tuple[Shape, ...]) -> Fragment:
        """The shape of a document that has one of these."""
        if len(shapes) == 1:
            return self.of(shapes[0])
        return {"anyOf": [self.of(shape) for shape in shapes]}

    def parameters(self, schema: type[Schema] | None, location: str) -> list[Fragment]:
        """The fields of a schema as parameters of a request."""
        if schema is None:
            return []
        instance = schema()
        document = self.converter.schema2jsonschema(instance)
        required = document.get("required", ())
        return [
            _parameter(name, dict(shape), location, required=name in required)
            for name, shape in document["properties"].items()
        ]


def _parameter(name: str, shape: Fragment, location: str, *, required: bool) -> Fragment:
    # In a path, a query or a header everything is a text, and nothing is null.
    kind = shape.get("type")
    if isinstance(kind, list):
        shape["type"] = "string" if "string" in kind else next(k for k in kind if k != "null")
    found: Fragment = {"name": name, "in": location, "required": required}
    found |= {about: shape.pop(about) for about in ("description", "example") if about in shape}
    return found | {"schema": shape}
