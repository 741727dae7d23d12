"""Who is calling, and from where: the token first, then the headers every call carries (§2)."""

from __future__ import annotations

from flask import g, request

from adapter.core.errors import Unauthenticated
from adapter.core.origins import Place
from adapter.protocols.swip.errors import Forbidden, InvalidHeader, UnsupportedVersion
from adapter.protocols.swip.settings import NAME, Agreement
from adapter.web.credentials import (
    authenticate,
    bearer,
    caller,
    header_text,
    header_texts,
    place,
)
from adapter.web.shapes import is_line

MERCHANT, STORE, CASH, VERSION = "X-Merchant-ID", "X-Store-ID", "X-Cash-ID", "Api-Version"


def require_till() -> None:
    """Leave the merchant in `g.caller`, and where the call comes from in `g.place` (D7).

    Raises:
        Unauthenticated: No token, none that is valid, or one of the three headers is missing.
        Forbidden: The token is another merchant's, or the store is not on the merchant's list.
    """
    found = authenticate(NAME, bearer(request))
    merchant, store, cash = header_texts(request, (MERCHANT, STORE, CASH)).values()
    if not (merchant and store and cash):
        raise Unauthenticated("one of the three headers is missing")
    if merchant != found.name or not Agreement.of(found).admits(store):
        raise Forbidden("another merchant's token, or a store that is not on the list")
    g.place = Place(NAME, store, cash)


def require_version(versions: tuple[int, ...]) -> None:
    """Go on only with a version of the API that the endpoint has; none told is its own (D8).

    Raises:
        UnsupportedVersion: Another one, or no number.
    """
    told = header_text(request, VERSION)
    is_number = told.isascii() and told.isdigit() and len(told) < 10
    if told and not (is_number and int(told) in versions):
        raise UnsupportedVersion(told)


def require_recordable_place() -> None:
    """Go on only where store and cash desk can stand in an entry of the ledger (D29).

    Raises:
        InvalidHeader: One is too long, or has control characters in it.
    """
    for name, text in ((STORE, place().outlet_code), (CASH, place().terminal)):
        if not is_line(text):
            raise InvalidHeader(name)


def agreement() -> Agreement:
    """What was agreed with the merchant of this request."""
    return Agreement.of(caller())
