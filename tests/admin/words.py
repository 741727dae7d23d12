"""Every text of the console that is marked to be translated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from adapter.admin import i18n
from adapter.core import support
from adapter.core.support.timeline import WITHIN

ADMIN = Path(i18n.__file__).parent
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "_l": None, "_marked": None, "gettext": None, "ngettext": (1, 2)}


def marked() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Where each stands, and the text; of a counted one both forms."""
    found = extract_from_dir(ADMIN, method_map=METHODS, options_map={}, keywords=KEYWORDS)
    for file, line, message, _comments, _context in found:
        yield f"{file}:{line}", message
    # What the core says in sentences is written there, and translated here.
    said = (*support.TEMPLATES, *WITHIN.values(), "moved")
    yield from (("adapter/core/support", text) for text in said)


def translated(language: str) -> dict[str | tuple[str, ...], dict[str, object]]:
    """What each is in a language, by the catalogue that says it."""
    found: dict[str | tuple[str, ...], dict[str, object]] = {}
    for file in sorted((ADMIN / "translations" / language).glob("*.po")):
        with file.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if message.id:
                    key = tuple(message.id) if isinstance(message.id, list | tuple) else message.id
                    found.setdefault(key, {})[file.name] = message
    return found
