"""What is counted while requests are answered, for whoever asks at /metrics.

Every worker counts in memory that the others can read (`metric_files`), so that one of them can
answer for all. Labels are words of ours and rules of routes; never a value that somebody sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, multiprocess
from prometheus_client.values import ValueClass

from adapter.db import Database
from adapter.web import exchanges, rehearsal
from adapter.web.mount import owner_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# A till waits for seconds and notices tenths of one; an accrual takes some milliseconds.
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"))
NOBODYS = "none"  # the protocol, or the rule, of a request that has none

_here = CollectorRegistry()

REQUESTS = Counter(
    "adapter_requests",
    "Requests answered, by protocol, rule of the route, method and class of the status.",
    ("protocol", "rule", "method", "status"),
    registry=_here,
)
SECONDS = Histogram(
    "adapter_request_seconds",
    "How long the application took to answer.",
    ("protocol", "rule", "method"),
    buckets=BUCKETS,
    registry=_here,
)
REFUSALS = Counter(
    "adapter_refusals",
    "Requests refused, by protocol and by the name of the refusal: Overloaded, Throttled, …",
    ("protocol", "refusal"),
    registry=_here,
)
IN_FLIGHT = Gauge(
    "adapter_requests_in_flight",
    "Requests that threads are answering now.",
    multiprocess_mode="livesum",
    registry=_here,
)
CONNECTIONS = Gauge(
    "adapter_database_connections_in_use",
    "Connections to the database that threads of the server held when last looked at.",
    multiprocess_mode="livesum",
    registry=_here,
)
POOL = Gauge(
    "adapter_database_connections_limit",
    "Connections to the database that all workers together may hold.",
    multiprocess_mode="livesum",
    registry=_here,
)
GUESSES = Counter(
    "adapter_guesses_throttled",
    "Credentials that were not even looked up, for too many before were wrong.",
    ("by",),
    registry=_here,
)
UNREADABLE = Counter(
    "adapter_requests_unreadable",
    "Requests that the server refused before the application saw them.",
    ("status",),
    registry=_here,
)
LOG_DROPPED = Counter(
    "adapter_request_log_dropped",
    "Exchanges that the request log had no time to write.",
    registry=_here,
)
LOOKUPS = Counter(
    "adapter_crm_lookups",
    "Questions to a customer register of the partner's, by how they ended.",
    ("outcome",),
    registry=_here,
)
LOOKUP_SECONDS = Histogram(
    "adapter_crm_lookup_seconds",
    "How long a customer register of the partner's took to answer.",
    buckets=BUCKETS,
    registry=_here,
)

# The counters of one kind of request, found by one look instead of by their labels.
_counted: dict[tuple[str, str, str, int], tuple[Any, Any]] = {}


def install(app: Flask, database: Database) -> None:
    """Have every request of the application counted."""
    app.after_request(_count)
    app.wsgi_app = _counting(app, app.wsgi_app, database)  # type: ignore[method-assign]
    POOL.set(database.connections_limit)


def registry() -> CollectorRegistry:
    """What was counted: by all workers, where they count together, or by this process."""
    if not getattr(ValueClass, "_multiprocess", False):
        return _here
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def count_lookup(outcome: str, seconds: float | None) -> None:
    """One more question to a customer register, and how long it took where it was asked."""
    LOOKUPS.labels(outcome).inc()
    if seconds is not None:
        LOOKUP_SECONDS.observe(seconds)


def _counting(
    app: Flask, answer: Callable[..., Iterable[bytes]], database: Database
) -> Callable[..., Iterable[bytes]]:
    last, dropped = -1, 0
    lock = Lock()

    def count_dropped() -> None:
        nonlocal dropped
        with lock:
            so_many = exchanges.counts(app).dropped
            LOG_DROPPED.inc(so_many - dropped)
            dropped = so_many

    def answered(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        nonlocal last
        IN_FLIGHT.inc()
        try:
            return answer(environ, start_response)
        finally:
            IN_FLIGHT.dec()
            # What other threads hold; with the last one it is nothing, and stays so.
            now = database.connections_in_use
            if now != last:
                last = now
                CONNECTIONS.set(now)
            if exchanges.counts(app).dropped != dropped:
                count_dropped()

    return answered


def _count(response: Response) -> Response:
    if rehearsal.is_rehearsed():
        return response
    owner, rule = owner_of(request.path), request.url_rule
    protocol = owner.name if owner is not None else NOBODYS
    method = request.method if request.method in METHODS else "other"
    key = (
        protocol,
        rule.rule if rule is not None else NOBODYS,
        method,
        response.status_code // 100,
    )
    known = _counted.get(key)
    if known is None:
        known = _counted[key] = (
            REQUESTS.labels(*key[:3], f"{key[3]}xx"),
            SECONDS.labels(*key[:3]),
        )
    known[0].inc()
    if "began" in g:
        known[1].observe(time.perf_counter() - g.began)
    if "refusal" in g:
        # The name of a class of ours: there are only so many.
        REFUSALS.labels(protocol, g.refusal).inc()
    return response
