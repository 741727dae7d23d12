"""The suite at another isolation than PostgreSQL's own, as a distributed engine has it.

With `ADAPTER_TEST_ISOLATION=serializable` every PostgreSQL database of the tests gives that level
to whoever asks for none. Where a lower level would have one wait for the other, the engine refuses
one of the two there and asks to run it again; how often it did is counted over all the processes
of a run.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from adapter.db import Database, Work, database
from adapter.db.errors import is_unavailable
from tests.databases import ISOLATION, run_folder

T = TypeVar("T")

AGAIN, TRY_LATER = "run again", "told to try later"
PATIENCE = 60  # seconds; nobody repeats a call that long unless something is wrong


def is_strict() -> bool:
    """Whether the suite runs at the strictest level."""
    return os.environ.get(ISOLATION, "") == "serializable"


def count(what: str) -> None:
    """Note that this happened once, whichever process it was in."""
    # A short line that is appended is written whole.
    with (run_folder() / "retries").open("a") as file:
        file.write(f"{what}\n")


def counted() -> Counter[str]:
    """How often each thing happened in this run so far."""
    kept = run_folder() / "retries"
    return Counter(kept.read_text().splitlines()) if kept.exists() else Counter()


def watch() -> Callable[[], None]:
    """Count from now on what this process runs again; what is returned ends that."""
    known = database.is_retryable
    if known.__module__ == __name__:
        return lambda: None  # somebody counts already

    def is_retryable(error: BaseException) -> bool:
        found = known(error)
        if found:
            count(AGAIN)
        return found

    database.is_retryable = is_retryable

    def leave() -> None:
        database.is_retryable = known

    return leave


def once(given: Database, unit: Callable[[Work], T]) -> T:
    """What `unit` returns, of one unit of work: nothing is tried again, unless the engine is at the
    strictest level and asks for it.
    """
    if is_strict():
        return run(given, unit)
    with given.unit_of_work() as work:
        return unit(work)


def run(given: Database, unit: Callable[[Work], T]) -> T:
    """What `unit` returns once it has committed; at the strictest level a caller who is told to try
    later does so, as any till would.
    """
    give_up_at = time.monotonic() + PATIENCE
    while True:
        try:
            return given.run(unit)
        except Exception as error:
            if not is_strict() or not is_unavailable(error) or time.monotonic() > give_up_at:
                raise
            count(TRY_LATER)
