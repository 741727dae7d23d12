"""The console's words in English and Russian; English is what stands in the code.

Every topic has a catalogue of its own, `translations/<language>/<topic>.po`. They are read when the
first page is asked for; there is nothing to compile beforehand.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, cast

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import g, has_request_context, request
from markupsafe import Markup, escape

from adapter.core import staff

FOLDER = Path(__file__).parent / "translations"
LANGUAGES = {"en": "English", "ru": "Русский"}
COOKIE = "adapter_language"


def language() -> str:
    """The language of this request: as the person chose, or else as their browser asks."""
    if not has_request_context():
        return "en"
    if "console_language" not in g:
        found = _chosen() or request.accept_languages.best_match(staff.LANGUAGES)
        g.console_language = found or "en"
    return cast(str, g.console_language)


def locale() -> Locale:
    """How numbers and times are written in this request."""
    # Times in English as most of the world writes them: the day before the month, 24 hours.
    return _locale({"en": "en_GB"}.get(language(), language()))


def gettext(msgid: str, **values: Any) -> str:
    """A text in the language of this request, with values put in by name."""
    return _with_values(translations(language()).gettext(msgid), values)


def ngettext(one: str, many: str, number: int, **values: Any) -> str:
    """The same for a counted thing; `number` is put in under that name."""
    found = translations(language()).ngettext(one, many, number)
    return _with_values(found, {"number": number} | values)


class Lazy:
    """A text that is translated when it is shown, for what is written down at import."""

    def __init__(self, msgid: str, **values: Any) -> None:
        self._msgid, self._values = msgid, values

    def __str__(self) -> str:
        return gettext(self._msgid, **self._values)

    def __html__(self) -> str:
        return str(escape(str(self)))

    def __mod__(self, values: Any) -> str:
        return str(self) % values

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __hash__(self) -> int:
        return hash(self._msgid)


# The names under which texts are marked, and found by whoever collects them.
_: Callable[..., str] = gettext
_l = Lazy


@cache
def translations(language: str) -> NullTranslations:
    """Every topic's texts in a language; where there are none, the English ones."""
    files = sorted((FOLDER / language).glob("*.po"))
    if not files:
        return NullTranslations()
    together = Catalog(locale=language)
    for file in files:
        with file.open("rb") as open_file:
            for message in read_po(open_file, locale=language):
                if message.id and message.string:
                    together[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, together)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def _chosen() -> str | None:
    person = g.get("console_person")
    chosen = person.language if person else request.cookies.get(COOKIE, "")
    return chosen if chosen in staff.LANGUAGES else None


def _with_values(text: str, values: dict[str, Any]) -> str:
    if not values:
        return text
    if any(hasattr(value, "__html__") for value in values.values()):
        return Markup(escape(text)) % values  # noqa: S704  # nosec B704
    return text % values
