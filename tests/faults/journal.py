"""What tills asked for and what they were told, written down by themselves: the other books.

A till writes down each thing before it sends it and after it was acknowledged. Whatever then
happens to servers, databases and lines, `tests.faults.reckoning` compares this with the ledger.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a till can ask for, in the words the ledger has for the origin of its entries."""

    SALE = "sale"
    PAYMENT = "payment"
    SALE_CANCELLED = "sale cancelled"
    PAYMENT_CANCELLED = "payment cancelled"

    @property
    def undoes(self) -> Kind | None:
        """What it takes back, if that is what it does."""
        return {Kind.SALE_CANCELLED: Kind.SALE, Kind.PAYMENT_CANCELLED: Kind.PAYMENT}.get(self)

    @property
    def sign(self) -> int:
        """Whether it adds to what the member has, or takes from it."""
        return 1 if self in (Kind.SALE, Kind.PAYMENT_CANCELLED) else -1


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a till wants done, however often it has to say so.

    `reference` is the till's own name of the sale or the payment, and `minor` what it is worth.
    What undoes something names it by the confirmation `code` that it was acknowledged with.
    """

    kind: Kind
    phone: str
    reference: str
    minor: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done: as a till was told, or as the ledger has it."""

    kind: Kind
    phone: str
    reference: str
    minor: int
    code: str

    @property
    def ask(self) -> Ask:
        """What must have been asked for this to be done."""
        code = self.code if self.kind.undoes else ""
        return Ask(self.kind, self.phone, self.reference, self.minor, code)

    @property
    def change_minor(self) -> int:
        """What it did to the points of the member."""
        return self.kind.sign * self.minor


def undoing(done: Done) -> Ask:
    """The cancellation of a sale or of a payment."""
    kind = Kind.SALE_CANCELLED if done.kind is Kind.SALE else Kind.PAYMENT_CANCELLED
    return Ask(kind, done.phone, done.reference, done.minor, done.code)


class Journal:
    """The journal of all tills of a shop; they write at once, each from its own thread."""

    def __init__(self) -> None:
        self.asked: Counter[Ask] = Counter()
        self.acknowledged: Counter[Done] = Counter()
        self.refused: Counter[tuple[Ask, str]] = Counter()
        self.unanswered: Counter[Ask] = Counter()
        self._answered: set[Ask] = set()
        self._lines = 0
        self._news = threading.Condition()

    def ask(self, ask: Ask) -> None:
        """Write down what is about to be sent."""
        with self._news:
            self.asked[ask] += 1
            self._write()

    def hear(self, ask: Ask, *, minor: int, code: str) -> Done:
        """Write down that it was acknowledged, with the amount and the code that were told."""
        done = Done(ask.kind, ask.phone, ask.reference, minor, code)
        with self._news:
            self.acknowledged[done] += 1
            self._answered.add(ask)
            self._write()
        return done

    def refuse(self, ask: Ask, code: str) -> None:
        """Write down that it was refused for good, with the code of the refusal."""
        with self._news:
            self.refused[ask, code] += 1
            self._answered.add(ask)
            self._write()

    def miss(self, ask: Ask) -> None:
        """Write down that no answer came, or only that there will be one later: who knows?"""
        with self._news:
            self.unanswered[ask] += 1
            self._write()

    @property
    def open(self) -> set[Ask]:
        """What was asked and never answered: it happened once, or not at all."""
        with self._news:
            return set(self.asked) - self._answered

    @property
    def told(self) -> int:
        """How many acknowledgements came, repeats included."""
        with self._news:
            return self.acknowledged.total()

    def wait_for(self, more: int, *, within: float = 60) -> float:
        """The seconds until so many more acknowledgements had come.

        Raises:
            AssertionError: They did not come in time.
        """
        began = time.monotonic()
        with self._news:
            wanted = self.acknowledged.total() + more
            came = self._news.wait_for(lambda: self.acknowledged.total() >= wanted, within)
        assert came, f"not {more} more acknowledgements within {within} s: {self.summary()}"
        return time.monotonic() - began

    def let_pass(self, lines: int, *, within: float = 60) -> None:
        """Wait until so many more lines are written, of whatever kind: a moment of no meaning.

        Raises:
            AssertionError: They did not come in time.
        """
        with self._news:
            wanted = self._lines + lines
            came = self._news.wait_for(lambda: self._lines >= wanted, within)
        assert came, f"not {lines} more lines within {within} s: {self.summary()}"

    def _write(self) -> None:
        self._lines += 1
        self._news.notify_all()

    def summary(self) -> str:
        """The journal in one line of figures."""
        with self._news:
            never = len(set(self.asked) - self._answered)
            return (
                f"asked {self.asked.total()} times for {len(self.asked)} things, "
                f"acknowledged {len(self.acknowledged)}, without an answer {never}, "
                f"answers lost {self.unanswered.total()}, refused {self.refused.total()}"
            )
