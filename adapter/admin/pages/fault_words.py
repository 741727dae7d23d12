"""What is wrong with a rule, a setting or a credential, in the language of the request.

The schemas are those of the program file and of the protocols and say it in English; what they say
is translated whole, with its numbers put back in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapter.admin.forms import ConsoleForm
from adapter.admin.i18n import Lazy, _l

# A sentence of the schemas, and what it is in our words; groups are put in by name.
WORDS: tuple[tuple[str, Lazy], ...] = (
    (r"is missing", _l("This is needed.")),
    (r"may not be null", _l("This is needed.")),
    (r"may not be empty", _l("This may not be empty.")),
    (r"must be a whole number", _l("This must be a whole number.")),
    (r"must be a number written as text.*", _l("This must be a number such as 12.5.")),
    (r"must be between (?P<a>\S+) and (?P<b>\S+)", _l("This must be between %(a)s and %(b)s.")),
    (r"must be above zero", _l("This must be above zero.")),
    (r"may not be below zero", _l("This may not be below zero.")),
    (r"has more than (?P<a>\d+) characters", _l("This has more than %(a)s characters.")),
    (
        r"has more than 12 digits, or more than 8 decimals",
        _l("This has more than 12 digits, or more than 8 decimals."),
    ),
    (
        r"points have at most (?P<a>\d+) decimals",
        _l("Points have at most %(a)s decimals in this program."),
    ),
    (r"must be one of (?P<a>.+)", _l("This must be one of: %(a)s.")),
    (r"must be points or credit", _l("This must be one of: %(a)s.", a="points, credit")),
    (r"is not a tier of this program", _l("There is no such tier in this program.")),
    (r"must be a day written YYYY-MM-DD", _l("This must be a day such as 2026-05-04.")),
    (r"is not a day of the calendar", _l("There is no such day.")),
    (r"is before starts_on", _l("This is before the first day.")),
    (r"must be a start and an end.*", _l("This must be two times such as 08:00-11:30.")),
    (r"must be times of the day.*", _l("This must be two times such as 08:00-11:30.")),
    (r"are no time at all", _l("No time lies between these two.")),
    (r"is less than min_payment_minor", _l("This is less than the smallest payment.")),
    (r"cannot change any more: points have moved", _l("This cannot change: points have moved.")),
    (r"must be three capital letters.*", _l("This must be three capital letters, such as RUB.")),
    (
        r"is no currency that is paid with.*",
        _l("This must be a currency that is paid with, such as RUB."),
    ),
    (
        r"cannot change any more: points or money are kept in it",
        _l("This cannot change: points or money are kept in it."),
    ),
    (r"is not a country.*", _l("This must be two letters of a country, such as RU.")),
    (r"is not a time zone.*", _l("This must be a time zone, such as Europe/Moscow.")),
    (r"must be an address.*", _l("This must be an address such as https://crm.example.com/x.")),
    (r"gives neither points nor a benefit", _l("This gives neither points nor a benefit.")),
    (r"needs a limit beside it", _l("A period needs a limit beside it.")),
    (r"is not a known key", _l("Nobody knows what this is.")),
    (r"must be true, or left out", _l("This must be yes, or left out.")),
    (r"must be a text|Not a valid string\.", _l("This must be a text.")),
    (r"must be an object", _l("This must be an object of JSON.")),
    (r"must be a list|Not a valid list\.", _l("This must be a list.")),
    (r"must be true or false|Not a valid boolean\.", _l("This must be true or false.")),
    (r"may not hold the character NUL", _l("There is a character in it that cannot be seen.")),
    (
        r"may not hold control characters.*",
        _l("No blanks around it, please, and no characters that cannot be seen."),
    ),
    (r"has no event named (?P<a>.+): known are (?P<b>.+)", _l("Nothing is called %(a)s: %(b)s.")),
    (r"must be a list of types.*", _l("These must be types, such as points.changed.")),
    (r"a prefix is digits.*", _l("These must be digits, the first of them not 0.")),
    (
        r"the length leaves no free digits.*",
        _l("This leaves no free digits behind the prefix, or more than the barcode carries."),
    ),
    (r"must be above 0 and at most 100", _l("This must be above 0 and at most 100.")),
    (r"is a second discount, beside (?P<a>.+)", _l("This is a second discount, beside %(a)s.")),
    (r"limits a discount that.*", _l("This limits a discount, and there is none.")),
    (r"not a number", _l("This is not an amount.")),
    (r"out of range", _l("This is more than can be reckoned with.")),
    (r"may not hold a colon.*", _l("There may be no colon in it: a login ends there.")),
    (r"(?P<a>.+) is not NAME=VALUE", _l("%(a)s is no setting such as api_version=1.2.0.")),
    # What marshmallow says of what was agreed with a platform.
    (r"Field may not be null\.", _l("This is needed.")),
    (r"Unknown field\.", _l("Nobody knows what this is.")),
    (r"Not a valid integer\.", _l("This must be a whole number.")),
    (r"Must be one of: (?P<a>.+)\.", _l("This must be one of: %(a)s.")),
    (
        r"Must be greater than or equal to (?P<a>\S+) and less than or equal to (?P<b>\S+)\.",
        _l("This must be between %(a)s and %(b)s."),
    ),
    (
        r"Length must be between (?P<a>\d+) and (?P<b>\d+)\.",
        _l("This must have %(a)s to %(b)s characters."),
    ),
)


def said(words: str) -> str:
    """A sentence of the schemas in the language of this request, or as it is if nobody knows it."""
    for pattern, ours in WORDS:
        if found := re.fullmatch(pattern, words):
            values = found.groupdict()
            return ours % values if values else str(ours)
    return words


def blame(form: ConsoleForm, messages: Any, *, fallback: str) -> None:
    """Say what is wrong beside the fields it is about; of what has none, beside `fallback`."""
    for path, words in _flat(messages):
        place = next((at for at, key in enumerate(path) if key in form), -1)
        _beside(form, path[place] if place >= 0 else fallback, path[place + 1 :], words)


def blame_part(form: ConsoleForm, field: str, messages: Any) -> None:
    """Say beside one field what is wrong with the parts of what it holds."""
    for path, words in _flat(messages):
        _beside(form, field, path, words)


def _beside(form: ConsoleForm, field: str, path: tuple[Any, ...], words: str) -> None:
    inner = ".".join(key for key in path if isinstance(key, str) and key != "_schema")
    sentence = f"{inner}: {said(words)}" if inner else said(words)
    if sentence not in form[field].errors:
        form.blame(field, sentence)


def _flat(messages: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flat(inner, (*path, key))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(inner, path)
    else:
        yield path, str(messages)
