"""Who is calling: HTTP Basic on every request (2.1)."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from adapter.protocols.koshelek.settings import NAME, Agreement
from adapter.web.credentials import authenticate, basic, caller


def require_partner() -> None:
    """Leave the partner in `g.caller`.

    Raises:
        Unauthenticated: No credentials, or none that are valid.
    """
    authenticate(NAME, basic(request))


def agreement() -> Agreement:
    """What was agreed with the partner of this request."""
    return Agreement.of(caller())


def require_version(version: str, *, others: tuple[str, ...] = ()) -> None:
    """Go on only if methods of this API version were agreed (G30).

    Raises:
        NotFound: They were not, and the path has nothing else.
        MethodNotAllowed: They were not, and `others` are the path's other verbs.
    """
    if not agreement().includes(version):
        raise MethodNotAllowed(valid_methods=others) if others else NotFound()
