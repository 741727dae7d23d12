"""Who is calling, and from where: the key first, then the headers every call must carry (1.3)."""

from __future__ import annotations

from flask import g, request

from adapter.core.origins import Place
from adapter.protocols.fidelizacion.errors import InvalidHeader, MissingHeader, UnknownBranch
from adapter.protocols.fidelizacion.settings import NAME, Agreement
from adapter.web.credentials import authenticate, caller, header_key, header_text, header_texts
from adapter.web.shapes import LONGEST_TEXT, is_line

# In the order in which a missing one is reported, with the most characters each may have.
REQUIRED = {
    "x-branch-id": LONGEST_TEXT,
    "x-pos-id": LONGEST_TEXT,
    "x-source-type": 64,
    "x-source-name": 128,
}
# What Como's terminals send as well; together with the two above it fits where it is kept.
LONGEST = REQUIRED | {"x-source-version": 60}


def require_terminal() -> None:
    """Leave the business in `g.caller`, and where the call comes from in `g.place`.

    Raises:
        Unauthenticated: No key, or none that is valid; nothing else is looked at before.
        MissingHeader: The first of the required headers that is absent or blank.
        InvalidHeader: One that is too long, or has control characters in it.
        UnknownBranch: The business keeps a list of its branches, and this one is not on it.
    """
    found = authenticate(NAME, header_key(request, "x-api-key"))
    given = header_texts(request, LONGEST)
    for header in REQUIRED:
        if not given[header]:
            raise MissingHeader(header)
    for header, longest in LONGEST.items():
        if not is_line(given[header], longest=longest):
            raise InvalidHeader(header)
    branch, terminal, *source = given.values()
    if not Agreement.of(found).admits(branch):
        raise UnknownBranch("the branch is not on the list")
    g.place = Place(NAME, branch, terminal, " ".join(part for part in source if part))


def agreement() -> Agreement:
    """What was agreed with the business of this request."""
    return Agreement.of(caller())


def choice_of_header(header: str, choices: tuple[str, ...]) -> str:
    """What an optional header says, in any case; the first choice where it says nothing.

    Raises:
        InvalidHeader: It says something else.
    """
    text = header_text(request, header).lower()
    if text and text not in choices:
        raise InvalidHeader(header)
    return text or choices[0]
