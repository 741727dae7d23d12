"""What callers present, and whose it is: remembered for seconds, and never as it was given."""

from __future__ import annotations

import base64
import binascii
import math
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from threading import Lock
from typing import cast

from flask import Flask, Request, Response, current_app, g, request

from adapter.core import partners
from adapter.core.errors import Throttled, Unauthenticated, UnknownCard, UnknownMember
from adapter.core.origins import Place
from adapter.core.partners import Caller
from adapter.db.database import again
from adapter.web import errors, rehearsal
from adapter.web.mount import owner_of
from adapter.web.protocol import Protocol
from adapter.web.throttle import Quota, Throttle, address_of
from adapter.web.work import reading

# A revoked credential stops working within this time, in every process.
SECONDS_REMEMBERED = 3.0
CALLERS_REMEMBERED = 1024


class CredentialCache:
    """Callers by the digest of what they presented; a refusal is never remembered.

    A plain dict: every request looks here, and a look must cost no lock and no bookkeeping.
    """

    def __init__(
        self,
        pepper: bytes,
        *,
        seconds: float = SECONDS_REMEMBERED,
        timer: Callable[[], float] = time.monotonic,
        throttle: Throttle | None = None,
        quota: Quota | None = None,
    ) -> None:
        self.pepper = pepper
        self.quota = quota or Quota()
        self.throttle = throttle
        self.lookups = throttle.lookups if throttle is not None else None
        self._seconds, self._timer = seconds, timer
        # With each caller, until when nobody need be asked. Those whose time is over stay: that
        # they were valid once lets them be asked about where strangers are not listened to.
        self._callers: dict[bytes, tuple[Caller, float]] = {}
        self._lock = Lock()

    def caller(self, digest: bytes) -> Caller | None:
        """Whose digest this is, if the database was asked within the last seconds."""
        known = self._callers.get(digest)
        return known[0] if known is not None and self._timer() < known[1] else None

    def was_valid(self, digest: bytes) -> bool:
        """Whether the digest was somebody's when the database was last asked."""
        return digest in self._callers

    def keep(self, digest: bytes, caller: Caller) -> None:
        """Remember what the database has just said; whoever was asked about longest ago goes."""
        with self._lock:
            self._callers.pop(digest, None)
            if len(self._callers) >= CALLERS_REMEMBERED:
                del self._callers[next(iter(self._callers))]
            self._callers[digest] = caller, self._timer() + self._seconds

    def forget(self, digest: bytes) -> None:
        """Take the digest for a stranger's: the database knows it no more."""
        with self._lock:
            self._callers.pop(digest, None)


def install(app: Flask, cache: CredentialCache) -> None:
    """Let `authenticate` use this cache in this application."""
    app.extensions["credentials"] = cache
    if cache.lookups is not None:
        for nobody in (UnknownMember, UnknownCard):
            app.register_error_handler(nobody, _refused)


def pepper() -> bytes:
    """The key of this installation, with which short secrets are digested as credentials are."""
    return _cache().pepper


def authenticate(protocol: str, presented: str) -> Caller:
    """The caller to whom the presented text belongs, also left in `g.caller`.

    Raises:
        Unauthenticated: The text is nobody's, its credential was revoked, or too many others were
            wrong: one answer for all.
        Throttled: Too many lookups of this caller found nobody, or it sends more than is granted.
    """
    if entered := rehearsal.caller():
        g.caller = entered
        return entered
    known = _cache()
    digest = partners.digest(known.pepper, protocol, presented)
    found = known.caller(digest) or _asked(known, protocol, presented, digest)
    g.caller = found
    if seconds := known.quota.take(found):
        raise Throttled(retry_after=math.ceil(seconds))
    if known.lookups is not None and (seconds := known.lookups.wait(found.credential_id)):
        raise Throttled(retry_after=math.ceil(seconds))
    return found


def found_nobody() -> None:
    """Count a lookup of this caller that found nobody, and is not answered with an error."""
    lookups = _cache().lookups
    if lookups is not None and not rehearsal.is_rehearsed():
        lookups.add(caller().credential_id)


def caller() -> Caller:
    """Whom `authenticate` found for this request."""
    found: Caller = g.caller
    return found


def place() -> Place:
    """Where this request comes from, as its protocol left it in `g.place`."""
    found: Place = g.place
    return found


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
    return _text(request.environ.get(_variable(header), ""))


def header_texts(request: Request, headers: Iterable[str]) -> dict[str, str]:
    """The texts of several headers by their names, each as `header_text` gives it."""
    # Flask's `request` is looked for each time it is touched, which costs more than a header.
    environ = request.environ
    return {header: _text(environ.get(_variable(header), "")) for header in headers}


@cache
def _variable(header: str) -> str:
    """Where WSGI keeps a header; of two spelled with - and with _ the server lets the first in."""
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def _text(value: str) -> str:
    if not value.isascii():
        # WSGI hands bytes over as Latin-1; what senders mean is UTF-8. Only then are blanks blanks:
        # among the bytes of a letter there may be one that Latin-1 has as a blank.
        with suppress(UnicodeError):
            value = value.encode("latin-1").decode()
    return value.strip()


def _scheme(request: Request, wanted: str) -> str:
    scheme, _, rest = header_text(request, "Authorization").partition(" ")
    rest = rest.strip()
    if scheme.lower() != wanted or not rest:
        raise Unauthenticated(f"no {wanted} credentials")
    return rest


def _asked(known: CredentialCache, protocol: str, presented: str, digest: bytes) -> Caller:
    """Whose digest this is by the database, which is not asked where too many were wrong."""
    throttle = known.throttle
    source = {"address": address_of(request), "name": _name_in(presented)}
    is_stranger = not known.was_valid(digest)
    if is_stranger and throttle is not None and throttle.refuses(protocol, **source):
        raise Unauthenticated("too many wrong credentials came before")

    def once() -> Caller:
        with reading() as work:
            return partners.authenticate(work, protocol=protocol, digest=digest)

    try:
        # The first statement on a pooled connection is where a dead one shows itself.
        found = again(once)
    except Unauthenticated:
        known.forget(digest)
        if throttle is not None:
            throttle.failed(protocol, **source)
        raise
    known.keep(digest, found)
    return found


def _name_in(presented: str) -> str | None:
    """The name that is presented with the secret; where there is none, the secret is all."""
    owner = owner_of(request.path)
    is_named = isinstance(owner, Protocol) and owner.credential.joined
    return presented.partition(":")[0] if is_named else None


def _refused(error: Exception) -> Response:
    """The answer to a lookup of nobody."""
    if "caller" in g:
        found_nobody()
    return errors.answer(error)


def _cache() -> CredentialCache:
    return cast(CredentialCache, current_app.extensions["credentials"])
