"""A bounded load over kept-open connections: how many answers a second, and how late they were."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

CONNECTIONS = 8
Call = tuple[str, str, bytes | None]


@dataclass(frozen=True)
class Round:
    """What one round saw."""

    per_second: float
    p50_ms: float
    p99_ms: float


def run(port: int, calls: int, call: Callable[[int], Call], headers: dict[str, str]) -> Round:
    """Send `calls` requests over a few connections; any answer but 200 ends the bench."""
    late: list[float] = []
    bad: list[int] = []
    numbers = iter(range(calls))
    lock = threading.Lock()

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while not bad:
            with lock:
                number = next(numbers, None)
            if number is None:
                break
            method, path, body = call(number)
            began = time.perf_counter()
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
            late.append(time.perf_counter() - began)
            if response.status != 200:
                bad.append(response.status)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if bad:
        raise SystemExit(f"the server answered {bad[0]}")
    cuts = statistics.quantiles(late, n=100)
    return Round(calls / seconds, cuts[49] * 1000, cuts[98] * 1000)
