"""What was agreed with a platform, as a person types it: `api_version=1.2.0`, one a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from marshmallow import ValidationError
from marshmallow.fields import Field, Number

from adapter.programfile.faults import Faults
from adapter.web.protocol import Protocol


class NotAgreed(ValueError):
    """Nothing that can be agreed with this platform; the messages say what is wrong with which
    setting, as a schema does.
    """

    def __init__(self, messages: Any) -> None:
        self.messages = messages

    def __str__(self) -> str:
        faults = Faults()
        faults.add_messages("", self.messages)
        return "; ".join(str(fault).removeprefix(".").removeprefix(": ") for fault in faults.found)


def agreed(protocol: Protocol, pairs: Iterable[str]) -> dict[str, Any]:
    """The settings of a credential, from texts like `name=value`.

    Raises:
        NotAgreed: One of them is no such text, or the protocol knows no such setting or value.
    """
    schema = protocol.credential_settings()
    given: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise NotAgreed([f"{pair!r} is not NAME=VALUE"])
        given[name.strip()] = _value(value.strip(), schema.fields.get(name.strip()))
    try:
        loaded: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        raise NotAgreed(error.messages) from error
    return loaded


def written(settings: dict[str, Any]) -> list[str]:
    """The same the other way round, a text for each."""
    return [f"{name}={json.dumps(said, ensure_ascii=False)}" for name, said in settings.items()]


def _value(text: str, wanted: Field[Any] | None) -> Any:
    """What a value means: JSON's true, null and lists, and a number where one is wanted; anything
    else, versions and codes that look like numbers too, is a text.
    """
    try:
        value = json.loads(text)
    except ValueError:
        return text
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return text if is_number and not isinstance(wanted, Number) else value
