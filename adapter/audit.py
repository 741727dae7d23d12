"""Whether the books are sound: the ledger, and all that must agree with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from adapter.core import benefits, ledger, orders, payments, transactions
from adapter.core.ledger import Finding
from adapter.db import Work

VERIFIERS: tuple[Callable[[Work], Iterator[Finding]], ...] = (
    ledger.verify,
    payments.verify,
    payments.verify_redemptions,
    transactions.verify,
    benefits.verify,
    orders.verify,
)


def findings(work: Work) -> list[Finding]:
    """Whatever does not agree, the ledger first; nothing, in sound books."""
    return [finding for verify in VERIFIERS for finding in verify(work)]
