"""Who guesses is not listened to for a while: what went wrong lately, counted in this process.

`cachetools`, which the cache of credentials uses as well, forgets by itself and never grows beyond
a number of keys. The library `limits` would bring a thread of its own, and no bound.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Hashable
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from uuid import UUID

import structlog
from cachetools import TTLCache
from flask import Flask, Request
from werkzeug.middleware.proxy_fix import ProxyFix

from adapter.core.partners import Caller

WINDOW = 60.0  # seconds
# What a proxy may tell in X-Forwarded-…; a port, which others tell as well, nobody here asks for.
FORWARDED = ("for", "proto", "host", "prefix")
MOST_COUNTED = 4096  # of each kind: whoever has more addresses or names is forgotten, oldest first

log = structlog.get_logger()


class Tally:
    """How often something happened to each of many within the window that ends now."""

    def __init__(self, limit: int, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._timer = limit, timer
        self._instants: TTLCache[Hashable, deque[float]] = TTLCache(MOST_COUNTED, WINDOW, timer)
        self._lock = Lock()

    def add(self, who: Hashable) -> None:
        """Count once more; only the last so many are kept."""
        with self._lock:
            instants = self._instants.get(who) or deque(maxlen=self._limit)
            instants.append(self._timer())
            self._instants[who] = instants  # from now on it is kept for a whole window again

    def is_empty(self, who: Hashable) -> bool:
        """Whether it never happened within the window."""
        with self._lock:
            return who not in self._instants

    def wait(self, who: Hashable) -> float:
        """Seconds until it may happen again; none while the limit is not reached."""
        with self._lock:
            instants = self._instants.get(who)
            if instants is None or len(instants) < self._limit:
                return 0.0
            return max(0.0, instants[0] + WINDOW - self._timer())


class Throttle:
    """Wrong credentials by address and by name; lookups of nobody by credential, unless 0."""

    def __init__(
        self,
        *,
        per_address: int,
        per_name: int,
        lookups: int = 0,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lookups = Tally(lookups, timer=timer) if lookups else None
        self._addresses = Tally(per_address, timer=timer)
        self._names = Tally(per_name, timer=timer)
        self._told = Tally(1, timer=timer)

    def refuses(self, protocol: str, *, address: str | None, name: str | None) -> bool:
        """Whether one more credential that was never seen to be valid is not even looked up.

        Where only the name's limit is reached, an address without a failure of its own is heard:
        so nobody can lock a partner out by guessing at their name from elsewhere.
        """
        by = ""
        if address is not None and self._addresses.wait(address):
            by = "address"
        elif name is not None and self._names.wait(_key(protocol, name)):
            by = "" if address is not None and self._addresses.is_empty(address) else "name"
        if by:
            # Only here, for commands read settings as well, and they count nothing.
            from adapter.web.metrics import GUESSES

            GUESSES.labels(by).inc()
        if by and not self._told.wait(by):
            self._told.add(by)
            # Whose address and which name is the proxy's log to tell: they may be a person's.
            log.warning("wrong credentials are throttled", by=by)
        return bool(by)

    def failed(self, protocol: str, *, address: str | None, name: str | None) -> None:
        """Count a wrong credential."""
        if address is not None:
            self._addresses.add(address)
        if name is not None:
            self._names.add(_key(protocol, name))


class Quota:
    """How many requests a minute each credential is granted, in this process; with 0, any number.

    One instant for each is all that is kept: until when it has used up what it was granted. So a
    credential may send a minute's worth at once, and from then on at an even pace.
    """

    def __init__(self, limit: int = 0, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._timer = limit, timer
        self._used_until: dict[UUID, float] = {}
        self._lock = Lock()

    def take(self, caller: Caller) -> float:
        """Seconds a caller has to wait before this request; none where it is granted, and counted.

        What was agreed with the caller goes before what holds for all.
        """
        limit: int = caller.settings.get("requests_per_minute", self._limit)
        if not limit:
            return 0.0
        step, now = WINDOW / limit, self._timer()
        with self._lock:
            used_until = max(now, self._used_until.get(caller.credential_id, now)) + step
            # A hair more than a window, for a sum of many steps is not exact.
            if (wait := used_until - now - WINDOW) > step / 1000:
                return wait
            self._used_until[caller.credential_id] = used_until
        return 0.0


def forwarded(names: tuple[str, ...]) -> tuple[str, ...]:
    """The check of a setting that names X-Forwarded-… headers."""
    if strangers := set(names) - set(FORWARDED):
        raise ValueError(f"{', '.join(sorted(strangers))}: must be of {', '.join(FORWARDED)}")
    return names


def trust_proxies(app: Flask, count: int, headers: Collection[str] = ("for",)) -> None:
    """Take a caller's address from X-Forwarded-For, where so many proxies have each added to it;
    and likewise what else is named: the scheme, the host, the path below which we are served.
    """
    given = {f"x_{name}": count if name in headers else 0 for name in FORWARDED}
    proxied = ProxyFix(app.wsgi_app, **given, x_port=0)
    app.wsgi_app = proxied  # type: ignore[method-assign]


def address_of(request: Request) -> str | None:
    """Where a request comes from, of IPv6 the network; nothing where only a proxy is known.

    A private address that forwards for somebody is a proxy nobody told us of: to count by it would
    count all callers as one.
    """
    try:
        address = ip_address(request.environ.get("REMOTE_ADDR", ""))
    except ValueError:  # a socket of this machine, which has no address
        return None
    told = "werkzeug.proxy_fix.orig" in request.environ
    if address.is_private and not told and "HTTP_X_FORWARDED_FOR" in request.environ:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    # Whoever has one address of a /64 has all of them.
    return str(ip_network((address, 64), strict=False))


def _key(protocol: str, name: str) -> int:
    # A name may have kilobytes.
    return hash((protocol, name))
