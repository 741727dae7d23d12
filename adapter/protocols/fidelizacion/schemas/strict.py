"""Schemas as this vendor wants them: no coercion, and of all that is wrong the first thing named.

The words of a fault are those of the library the vendor's server is written with (section 9).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load
from marshmallow.exceptions import SCHEMA

from adapter.protocols.fidelizacion.errors import InvalidField
from adapter.web.described import NOT_NULL, Fragment, nullable, one_at_least, with_nulls

Messages = dict[Any, Any]


class Strict(Schema):
    """An object whose unknown fields are ignored, and whose nulls are as if absent (3.3)."""

    # What a field may be called besides; the first name that is given counts.
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    class Meta:
        unknown = EXCLUDE

    @pre_load
    def one_form(self, given: Any, **_: Any) -> dict[str, Any]:
        """The object without its nulls, each field under its own name."""
        if not isinstance(given, dict):
            raise ValidationError("must be an object")
        known = {name: value for name, value in given.items() if value is not None}
        for name in self.aliases:
            sent = self.name_sent(name, given)
            if sent in known:
                known[name] = known[sent]
        return known

    def described(self, document: Fragment) -> Fragment:
        """Its shape: nulls, other names of fields, and which of several must be there."""
        properties = dict(document["properties"])
        groups = [
            (self.names(name), self.names(field.unless) if field.unless else ())
            for name, field in self._told_fields()
            if field.unless or (field.required and name in self.aliases)
        ]
        required = [name for name in document.get("required", ()) if name not in self.aliases]
        rules: list[Fragment] = []
        for name, others in self.aliases.items():
            for place, other in enumerate(others):
                earlier = (name, *others[:place])
                shape = nullable(properties[name])
                rules.append(read_if_none_is_there(earlier, other, shape))
                says = f"Another name of `{name}`, read where that is absent."
                properties[other] = {"description": says}
        found = with_nulls(document | {"properties": properties, "required": required})
        if not required:
            del found["required"]
        if rules:
            found["allOf"] = rules
        for names, instead in groups:
            found = one_at_least(found, (*names, *instead))
        return found

    def names(self, name: str) -> tuple[str, ...]:
        """A field's own name, and what it may be called besides."""
        return (name, *self.aliases.get(name, ()))

    def _told_fields(self) -> Iterator[tuple[str, Any]]:
        for name, field in self.load_fields.items():
            if hasattr(field, "unless"):
                yield field.data_key or name, field

    def name_sent(self, name: str, given: Mapping[str, Any]) -> str:
        """Under which of its names a field was given; its own if under none."""
        return next((each for each in self.names(name) if given.get(each) is not None), name)


def read_if_none_is_there(earlier: tuple[str, ...], name: str, shape: Fragment) -> Fragment:
    """That a field has this shape, unless one of these is there and is read instead."""
    instead = [{"required": [one], "properties": {one: NOT_NULL}} for one in earlier]
    return {"anyOf": [{"properties": {name: shape}}, *instead]}


def load(schema: Schema, document: dict[str, Any], *, path: str = "body") -> dict[str, Any]:
    """The document in the shape of a schema.

    Raises:
        InvalidField: The first field that is not, in the order of the schema's fields; those of
            an outer object before those of the objects within (1.3).
    """
    try:
        loaded: dict[str, Any] = schema.load(document)
    except ValidationError as error:
        raise first_fault(schema, error.normalized_messages(), document, path) from None
    return loaded


def first_fault(schema: Schema, messages: Messages, given: Any, path: str) -> InvalidField:
    """What is wrong first among all that marshmallow found."""
    level = [(schema, messages, given, path)]
    while level:
        deeper: list[tuple[Schema, Messages, Any, str]] = []
        for inner_schema, inner_messages, inner, inner_path in level:
            for field, found, value, where in _faults(
                inner_schema, inner_messages, inner, inner_path
            ):
                if isinstance(found, list):
                    return InvalidField(where, f"{_label(where)} {found[0]}")
                nested = _nested_of(field)
                if nested is not None:
                    deeper.append((nested, found, value, where))
        level = deeper
    raise AssertionError("no fault among the messages")  # pragma: no cover


def _faults(
    schema: Schema, messages: Messages, given: Any, path: str
) -> Iterator[tuple[fields.Field[Any], Any, Any, str]]:
    """The faults of one object in the order of its fields; of a list, those of its elements."""
    for name, field in schema.load_fields.items():
        key = field.data_key or name
        if key not in messages:
            continue
        sent = schema.name_sent(key, given) if isinstance(schema, Strict) else key
        value, where = given.get(sent), f"{path}.{sent}"
        found = messages[key]
        if isinstance(found, list) or not isinstance(field, fields.List):
            yield field, _own(found), value, where
            continue
        for index, fault in found.items():
            yield field.inner, _own(fault), value[index], f"{where}.{index}"


def _own(found: Any) -> Any:
    """The faults of an object itself, if it has any; those of its fields otherwise."""
    return found[SCHEMA] if isinstance(found, dict) and SCHEMA in found else found


def _nested_of(field: fields.Field[Any]) -> Schema | None:
    return field.schema if isinstance(field, fields.Nested) else None


def _label(path: str) -> str:
    """What a message calls the field: the last part of its name, with its place in a list."""
    rest, _, last = path.rpartition(".")
    return f"{rest.rpartition('.')[2]}[{last}]" if last.isdigit() else last
