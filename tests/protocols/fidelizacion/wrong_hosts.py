"""Lists of hosts that do one thing wrong each, and the clauses under which the check must say so.

Clauses that only sum up others are left out of the sets.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.protocols.fidelizacion.check_host import Host

Wrong = list[tuple[type[Host], set[str]]]


def collection() -> tuple[Wrong, Callable[..., Callable[[type[Host]], type[Host]]]]:
    """An empty list of wrong hosts, and the decorator that puts one in it."""
    wrong: Wrong = []

    def breaks(*clauses: str) -> Callable[[type[Host]], type[Host]]:
        def note(host: type[Host]) -> type[Host]:
            wrong.append((host, set(clauses)))
            return host

        return note

    return wrong, breaks
