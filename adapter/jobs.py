"""What time makes due, done in one pass: each thing in a unit of work of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog

from adapter.core import cards, codes, ledger, outbox, partners, payments
from adapter.core.ledger import Purse
from adapter.db import Database
from adapter.db.errors import is_unavailable

PAGE = 500

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Done:
    """What one pass did, in numbers; `failed` things were left as they were and are in the log."""

    reservations_released: int
    lots_settled: int
    card_numbers_lapsed: int
    messages_dropped: int
    short_codes_dropped: int
    outbox_dropped: int
    failed: int


def run(database: Database) -> Done:
    """Do what is due, and say how much it was.

    Reservations come first: what they give back to a lot whose day is over expires with it.
    One that fails does not keep the others waiting.
    """
    failures: list[Exception] = []
    attempt = partial(_attempt, database, failures)
    released = sum(attempt(payments.release_due, one) for one in _reservations(database, failures))
    settled = sum(attempt(ledger.settle_due, one) for one in _purses(database))
    return Done(
        reservations_released=released,
        lots_settled=settled,
        card_numbers_lapsed=database.run(cards.lapse_due),
        messages_dropped=database.run(partners.drop_old_messages),
        short_codes_dropped=database.run(codes.drop_old),
        outbox_dropped=database.run(outbox.drop_old),
        failed=len(failures),
    )


def _attempt(
    database: Database, failures: list[Exception], settle: Callable[..., int], due: UUID | Purse
) -> int:
    try:
        return int(database.run(lambda work: settle(work, due)))
    except Exception as error:
        if is_unavailable(error):
            raise
        failures.append(error)
        owner = due.owner_id if isinstance(due, Purse) else due
        log.error("job failed", job=settle.__name__, of=str(owner), error=type(error).__name__)
        return 0


def _reservations(database: Database, failures: list[Exception]) -> Iterator[UUID]:
    seen: set[UUID] = set()
    while True:
        with database.reading() as work:
            # Those that failed are still due, in front of the others.
            found = payments.due(work, limit=PAGE + len(failures))
        page = [one for one in found if one not in seen]
        if not page:
            return
        yield from page
        seen.update(page)


def _purses(database: Database) -> Iterator[Purse]:
    last: Purse | None = None
    while True:
        with database.reading() as work:
            page = ledger.purses_due(work, after=last, limit=PAGE)
        if not page:
            return
        yield from page
        last = page[-1]
