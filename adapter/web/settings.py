"""Settings as frozen dataclasses: each field says its default, its meaning and its limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, get_type_hints

MASK = "********"
_WORDS = {"true": True, "yes": True, "on": True, "1": True}
_WORDS |= {"false": False, "no": False, "off": False, "0": False}
_ROUTE = re.compile(r"/[A-Za-z0-9._~-]+(/([A-Za-z0-9._~-]+|<[a-z_]+>))*")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_HINTS: dict[type[Any], dict[str, Any]] = {}


def setting(
    default: Any,
    says: str,
    *,
    name: str = "",
    choices: tuple[Any, ...] = (),
    between: tuple[int, int] | None = None,
    check: Callable[[Any], Any] | None = None,
    secret: bool = False,
    shown: Callable[[Any], Any] | None = None,
) -> Any:
    """A dataclass field that may be set from outside.

    `check` returns the value to keep or raises ValueError, whose text must not repeat a secret.
    `name` is what it is called outside, where that differs from the attribute. `shown` makes a
    value fit to be seen where a mask would hide too much.
    """
    shown = _masked if secret else shown
    metadata: dict[str, Any] = {"says": says, "name": name, "shown": shown}
    metadata |= {"choices": choices, "between": between, "check": check}
    return field(default=default, repr=shown is None, metadata=metadata)


def route_path(text: str) -> str:
    """The check of a setting that holds the path of a route, such as `/v1/offers/<number>`."""
    if text and not _ROUTE.fullmatch(text):
        raise ValueError('must be like "/path" or "/path/<variable>", or empty for none')
    return text


@dataclass(frozen=True, slots=True)
class Described:
    """One setting as it stands: `value` is fit to be shown, secrets are masked."""

    name: str
    variable: str
    value: Any
    source: str  # environment, file, default or generated
    says: str


class Reader:
    """Takes settings from the environment, over a document, over defaults; gathers all faults."""

    def __init__(
        self, environ: Mapping[str, str], document: Mapping[str, Any], document_name: str
    ) -> None:
        self.faults: list[str] = []
        self.described: list[Described] = []
        self.variables: set[str] = set()
        self._environ = environ
        self._document = document
        self._document_name = document_name

    def take(
        self,
        kind: type[Any],
        *,
        section: tuple[str, ...] = (),
        defaults: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The values of a settings class by attribute, defaults where nothing good is given."""
        values = {}
        for item, annotation in _settings(kind):
            default = (defaults or {}).get(item.name, item.default)
            values[item.name] = self._take(item, annotation, section, default)
        return values

    def _take(
        self, item: Field[Any], annotation: Any, section: tuple[str, ...], default: Any
    ) -> Any:
        name = _outside_name(item)
        # The word `protocols` heads the sections of the file and is not in variable names.
        variable = "_".join(("adapter", *section[1:], name)).upper()
        key = ".".join((*section, name))
        self.variables.add(variable)
        value, source, place = default, "default", ""
        if variable in self._environ:
            value, source, place = self._environ[variable], "environment", variable
        elif name in (table := self._table(section)):
            value, source, place = table[name], "file", f"{self._document_name}: {key}"
        if place:
            try:
                value = _checked(item, annotation, value)
            except ValueError as fault:
                self.faults.append(f"{place}: {fault}")
                value = default
        says, show = item.metadata["says"], item.metadata["shown"]
        shown = show(value) if show else value
        self.described.append(
            Described(".".join((*section[1:], name)), variable, shown, source, says)
        )
        return value

    def _table(self, section: tuple[str, ...]) -> Mapping[str, Any]:
        table: Any = self._document
        for key in section:
            table = table.get(key, {}) if isinstance(table, Mapping) else {}
        return table if isinstance(table, Mapping) else {}


def names(kind: type[Any]) -> set[str]:
    """What a class's settings are called in a file, and in capitals in their variables."""
    return {_outside_name(item) for item, _ in _settings(kind)}


def _outside_name(item: Field[Any]) -> str:
    return str(item.metadata["name"] or item.name)


def _masked(value: Any) -> str:
    return MASK if value else ""


def _settings(kind: type[Any]) -> Iterator[tuple[Field[Any], Any]]:
    # Reading a class's annotations takes longer than all the rest, and they never change.
    hints = _HINTS.get(kind) or _HINTS.setdefault(kind, get_type_hints(kind))
    for item in fields(kind):
        if "says" in item.metadata:
            if item.default is MISSING:  # pragma: no cover
                raise TypeError(f"{kind.__name__}.{item.name} has no default")
            yield item, hints[item.name]


def _checked(item: Field[Any], annotation: Any, value: Any) -> Any:
    value = _converted(annotation, value)
    limits = item.metadata
    if limits["choices"] and value not in limits["choices"]:
        raise ValueError(f"must be one of {', '.join(map(str, limits['choices']))}")
    if limits["between"]:
        lowest, highest = limits["between"]
        if not lowest <= value <= highest:
            raise ValueError(f"must be from {lowest} to {highest}")
    return limits["check"](value) if limits["check"] else value


def _converted(annotation: Any, value: Any) -> Any:
    if annotation is bool:
        if isinstance(value, str):
            value = _WORDS.get(value.strip().lower())
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
    elif annotation is int:
        if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("must be a whole number")
    elif annotation is str:
        if not isinstance(value, str) or "\0" in value:
            raise ValueError("must be a text")
    else:  # tuple[str, ...]: a list in a file, words between commas in a variable
        if isinstance(value, str):
            value = [word.strip() for word in value.split(",") if word.strip()]
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise ValueError("must be a list of texts")
        value = tuple(value)
    return value
