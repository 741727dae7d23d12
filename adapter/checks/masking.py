"""Keeps secrets and control characters out of what is shown or written to a file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus


class Mask:
    """Replaces secrets by stars, in each spelling in which they can travel."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {spelling for secret in secrets if secret for spelling in _spellings(secret)}
        # The longest first, so that a secret containing another one is not left half shown.
        self._spellings = sorted(spellings, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for spelling in self._spellings:
            text = text.replace(spelling, "***")
        return printable(text)


def printable(text: str) -> str:
    """The text with control characters spelled out, so that a host cannot drive our terminal."""
    return "".join(
        character
        if character == "\n" or character.isprintable()
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def _spellings(secret: str) -> set[str]:
    escaped = json.dumps(secret)[1:-1]
    return {secret, escaped, quote(secret, safe=""), quote(secret), quote_plus(secret)}
