"""One run against one host: what the side of every vendor is made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from adapter.checks.exchange import Answer, Client
from adapter.checks.masking import Mask
from adapter.checks.options import HostOptions
from adapter.checks.report import NotTested

T = TypeVar("T")

# Marks what no vendor would send. A proxy before the host, or whoever else lives on it, may refuse
# it in their own words: the clause that sends it judges that, no clause over all answers.
HOSTILE = "hostile"

AT_ONCE = 6


class Play(ABC):
    """The client of a vendor, and the people it made up; each vendor adds its calls.

    `allowed` are the statuses that are in order for any request.
    """

    options: Any

    def __init__(
        self,
        options: HostOptions,
        *,
        headers: Mapping[str, str],
        allowed: frozenset[int] = frozenset(),
    ) -> None:
        self.options = options
        self.client = Client(
            options.url,
            headers={**headers, "Accept": "application/json"},
            allowed=allowed,
            mask=Mask(options.secrets),
            timeout=options.timeout,
            verify=options.verify,
            limit=options.limit,
        )
        self._made: dict[str, Any] = {}

    @abstractmethod
    def knock(self) -> None:
        """Sends a first request that changes nothing. Raises: NoAnswer."""

    def clean_up(self) -> None:  # noqa: B027 (most vendors have no way)
        """Takes back what the run can take back; nothing unless a vendor has a way."""

    def judged(self) -> list[Answer]:
        """Every answer that the clauses over all answers look at."""
        return [answer for answer in self.client.answers if answer.purpose != HOSTILE]

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What was made under this name first; what could not be made is not tried again.

        Raises: NotTested.
        """
        if name not in self._made:
            try:
                self._made[name] = make()
            except NotTested as reason:
                self._made[name] = reason
        if isinstance(self._made[name], NotTested):
            raise NotTested(str(self._made[name]))
        return self._made[name]


def at_once(calls: Iterable[Callable[[], T]]) -> list[T]:
    """What the calls return, `AT_ONCE` of them made at the same time."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [made.result() for made in [threads.submit(call) for call in calls]]
