"""What callers present, and whose it is: remembered for seconds, and never as it was given."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import cast

from cachetools import TTLCache
from flask import Flask, Request, current_app, g

from adapter.core import partners
from adapter.core.errors import Unauthenticated
from adapter.core.origins import Place
from adapter.core.partners import Caller
from adapter.db.database import again
from adapter.web.work import reading

# A revoked credential stops working within this time, in every process.
SECONDS_REMEMBERED = 3.0
CALLERS_REMEMBERED = 1024


class CredentialCache:
    """Callers by the digest of what they presented; a refusal is never remembered."""

    def __init__(
        self,
        pepper: bytes,
        *,
        seconds: float = SECONDS_REMEMBERED,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pepper = pepper
        self._callers: TTLCache[tuple[str, bytes], Caller] = TTLCache(
            CALLERS_REMEMBERED, seconds, timer
        )
        self._lock = Lock()

    def caller(self, protocol: str, presented: str, ask: Callable[[bytes], Caller]) -> Caller:
        """The caller remembered for this text, or the one `ask` finds by its digest.

        Raises:
            Unauthenticated: As `ask` says.
        """
        digest = partners.digest(self.pepper, protocol, presented)
        with self._lock:
            found = self._callers.get((protocol, digest))
        if found is None:
            found = ask(digest)
            with self._lock:
                self._callers[protocol, digest] = found
        return found


def install(app: Flask, cache: CredentialCache) -> None:
    """Let `authenticate` use this cache in this application."""
    app.extensions["credentials"] = cache


def pepper() -> bytes:
    """The key of this installation, with which short secrets are digested as credentials are."""
    return cast(CredentialCache, current_app.extensions["credentials"]).pepper


def authenticate(protocol: str, presented: str) -> Caller:
    """The caller to whom the presented text belongs, also left in `g.caller`.

    Raises:
        Unauthenticated: The text is nobody's, or its credential was revoked.
    """

    def ask(digest: bytes) -> Caller:
        def once() -> Caller:
            with reading() as work:
                return partners.authenticate(work, protocol=protocol, digest=digest)

        # The first statement on a pooled connection is where a dead one shows itself.
        return again(once)

    cache = cast(CredentialCache, current_app.extensions["credentials"])
    g.caller = cache.caller(protocol, presented, ask)
    return caller()


def caller() -> Caller:
    """Whom `authenticate` found for this request."""
    return cast(Caller, g.caller)


def place() -> Place:
    """Where this request comes from, as its protocol left it in `g.place`."""
    return cast(Place, g.place)


def basic(request: Request) -> str:
    """`login:password` as an Authorization header of the scheme Basic carries it (RFC 7617).

    Raises:
        Unauthenticated: No such header, or not base64 of UTF-8 with a colon.
    """
    try:
        text = base64.b64decode(_scheme(request, "basic"), validate=True).decode()
    except (binascii.Error, ValueError):
        raise Unauthenticated("not base64 of UTF-8") from None
    if ":" not in text or "\0" in text:
        raise Unauthenticated("no login and password")
    return text


def bearer(request: Request) -> str:
    """The token of an Authorization header of the scheme Bearer.

    Raises:
        Unauthenticated: No such header.
    """
    return _scheme(request, "bearer")


def header_key(request: Request, header: str) -> str:
    """The secret a header carries.

    Raises:
        Unauthenticated: It is missing or blank.
    """
    key = header_text(request, header)
    if not key:
        raise Unauthenticated(f"no {header}")
    return key


def header_text(request: Request, header: str) -> str:
    """A header's text without blanks around it, read as UTF-8 where it is; empty if missing."""
    value = request.headers.get(header, "")
    if not value.isascii():
        # WSGI hands bytes over as Latin-1; what senders mean is UTF-8. Only then are blanks blanks:
        # among the bytes of a letter there may be one that Latin-1 has as a blank.
        with suppress(UnicodeError):
            value = value.encode("latin-1").decode()
    return value.strip()


def _scheme(request: Request, wanted: str) -> str:
    scheme, _, rest = header_text(request, "Authorization").partition(" ")
    if scheme.lower() != wanted or not rest.strip():
        raise Unauthenticated(f"no {wanted} credentials")
    return rest.strip()
