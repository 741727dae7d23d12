"""A name as it is searched by: folded alike in every language, whichever engine compares it."""

from __future__ import annotations

import unicodedata
from typing import TypedDict

LONGEST = 128


class NameKeys(TypedDict):
    """By what a member is found who is named by the last name first, or by the first."""

    family_key: str | None
    given_key: str | None


def fold(text: str) -> str:
    """A name without case, double spaces and the dots of `ё`; an engine's own `lower` may know
    ASCII alone.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(folded.split())


def name_keys(first: str | None, last: str | None, patronymic: str | None) -> NameKeys:
    """What these names are found by; nothing of a name that is not known."""
    return {
        "family_key": _key(last, first, patronymic),
        "given_key": _key(first, last),
    }


def _key(name: str | None, *others: str | None) -> str | None:
    if not name:
        return None
    return fold(" ".join(part for part in (name, *others) if part))[:LONGEST] or None
